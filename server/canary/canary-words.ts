import { type CanaryOutcome } from "@coldkeep/core/canary/canary-run.ts";
import { type DurationMs, formatDuration, minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import type { ReceivedBy } from "./canary-book.ts";

/** A time that was measured, with tenths of seconds as long as they matter. */
export function tookText(ms: DurationMs): string {
  return ms < minuteMs ? `${(ms / secondMs).toFixed(1)} s` : formatDuration(ms);
}

/** How a breach ended, for a person. */
export const outcomeWords: Readonly<Record<CanaryOutcome, string>> = {
  "in-time": "In time",
  late: "Late",
  interrupted: "Interrupted",
};

/** How it was received. */
export const receivedWords: Readonly<Record<ReceivedBy, string>> = {
  mailbox: "seen in the mailbox",
  reply: "came back to one of our channels",
  answer: "answered by whoever has it",
};

/** Media in the words of the page. */
export const mediumWords: Readonly<Record<string, string>> = { email: "E-mail", sms: "SMS" };
