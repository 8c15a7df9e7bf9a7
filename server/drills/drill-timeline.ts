import { type EpochMs, parseInstant } from "@coldkeep/core/time/millis.ts";
import { html } from "ghtml";
import { instant } from "../pages/layout.ts";
import { siteTime } from "../pages/site-time.ts";
import type { DrillMessage, DrillRecord } from "./drill-record.ts";
import type { DrillOutcome, DrillWhy } from "@coldkeep/core/drills/drill.ts";
import { drillOutcomeWords, drillWhyWords, happeningText } from "./drill-words.ts";

/** One line of what happened. */
export interface TimelineEntry {
  readonly at: EpochMs;
  readonly what: string;
  readonly more: string;
}

/** What became of a message, in words. */
const outcomeWords: Readonly<Record<string, string>> = {
  delivered: "the device has it",
  "handed-over": "handed over",
  unconfirmed: "handed over, not confirmed",
  withdrawn: "not needed any more",
  "given-up": "given up",
};

/** What happened to a message on its way, by the word on record; what is not named is no line of its own. */
const messageWords: Readonly<Record<string, string>> = {
  failed: "could not be handed over",
  "moved-on": "the next way is tried",
  overdue: "not confirmed in time",
  "not-delivered": "not delivered",
  unreached: "no way reaches the person",
  returned: "came back",
};

/** All that happened in a drill, in order: what was played and raised, each message and what became of it, the answers, the end. */
export function timelineOf(
  { happenings, messages, state }: DrillRecord,
  clock: (at: EpochMs) => string,
  nameOf: (contact: string) => string,
): TimelineEntry[] {
  const own = happenings.map(({ at, event, actor, detail }): TimelineEntry => {
    const said = (key: string): string | null => textOf(detail[key]);
    const who = event === "alarm-acknowledged" ? state.answeredBy : (said("name") ?? whoOf(actor, nameOf));
    const why = (said("for") ?? said("why")) as DrillWhy | null;
    const outcome = said("outcome") as DrillOutcome | null;
    const more = [
      who,
      outcome === null ? null : drillOutcomeWords[outcome].toLowerCase(),
      why === null || why === "person" ? null : drillWhyWords[why],
      said("note")?.replaceAll(instants, (text) => clock(parseInstant(text) ?? at)) ?? said("text"),
      said("reason"),
    ];
    return { at, what: happeningText(event), more: joined(more) };
  });
  const sent = messages.flatMap((message) => messageEntries(message, nameOf));
  return [...own, ...sent].toSorted((one, other) => one.at - other.at);
}

function messageEntries(message: DrillMessage, nameOf: (contact: string) => string): TimelineEntry[] {
  const { contact, medium, isCall, owedAt, outcome, events, subject } = message;
  const to = `${nameOf(contact)} by ${medium}`;
  const became = outcome === null ? "under way" : (outcomeWords[outcome] ?? outcome);
  return [
    { at: owedAt, what: isCall ? `Called ${to}` : `Told ${to}`, more: joined([subject, became]) },
    ...events.flatMap(({ at, event, channel, detail }): TimelineEntry[] => {
      const words = messageWords[event];
      if (words === undefined) return [];
      return [{ at, what: `${to}: ${words}`, more: joined([channel, detail]) }];
    }),
  ];
}

/** Instants as notes on record write them. */
const instants = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function whoOf(actor: string, nameOf: (contact: string) => string): string | null {
  if (actor === "system") return null;
  return actor.startsWith("contact:")
    ? nameOf(actor.slice("contact:".length))
    : actor.replace(/^person:/, "");
}

function joined(parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== "").join("; ");
}

/** What happened in a drill, as a list. */
export function drillTimeline(
  record: DrillRecord,
  timeZone: string,
  nameOf: (contact: string) => string,
): string {
  const time = siteTime(timeZone);
  const entries = timelineOf(record, time.clock, nameOf);
  const first = entries[0]?.at ?? 0;
  return html`<div class="table-frame">
    <table class="rows">
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">What</th>
          <th scope="col">More</th>
        </tr>
      </thead>
      <tbody>
        !${entries.map(
          ({ at, what, more }) =>
            html`<tr>
              <td data-label="Time">
                !${instant(at, at === first ? time.full(at) : time.fullAfter(first, at))}
              </td>
              <td data-label="What">${what}</td>
              <td data-label="More">${more === "" ? "–" : more}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
