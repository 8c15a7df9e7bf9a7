import type { Outcome } from "@coldkeep/core/summons/delivery.ts";
import { html } from "ghtml";
import { instant } from "./layout.ts";
import { siteTime } from "./site-time.ts";
import type { MessageEvent } from "./views.ts";

/** One thing that became of a message on its way, as an item of a list. */
export function messageEventItem({ at, event, channel, detail }: MessageEvent, timeZone: string): string {
  const time = siteTime(timeZone);
  const words = eventWords[event];
  const isSaid = detail !== null && !["ended", "moved-on", "unreached"].includes(event);
  const what = event === "ended" ? (endedWords[detail as Outcome] ?? detail ?? "") : isSaid ? detail : "";
  const told = [words, what].filter((part) => part !== "").join(": ");
  const by = channel === null ? "" : ` (${channel})`;
  return html`<li data-event="${event}">!${instant(at, time.full(at))} ${told}${by}</li>`;
}

/** What became of a message on its way. */
const eventWords: Readonly<Record<MessageEvent["event"], string>> = {
  accepted: "handed over",
  failed: "not taken",
  "moved-on": "now by the next way",
  overdue: "not confirmed",
  "not-delivered": "reported as not delivered",
  // What was said begins with what happened.
  returned: "",
  noted: "",
  unreached: "no way is left for now",
  ended: "done",
};

/** How a message ended. */
const endedWords: Readonly<Record<Outcome, string>> = {
  delivered: "it arrived",
  "handed-over": "the provider has it",
  unconfirmed: "nobody knows whether it arrived",
  withdrawn: "not needed any more",
  returned: "it is not sent again",
  "given-up": "given up",
};
