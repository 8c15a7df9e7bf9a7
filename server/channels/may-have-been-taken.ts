import type { SendResult } from "./channel.ts";

/** Failures after which the person may get the message all the same: the next try, by whichever way, is a repeat. */
const uncertainCodes: ReadonlySet<string> = new Set([
  "channel.no-answer",
  "channel.timed-out",
  "channel.broken-off",
  "channel.unreadable",
  "channel.stopped",
  "modem.outcome-unknown",
  "modem.partly-sent",
  "modem.stopped",
]);

/** Whether a message that was not handed over may be on its way all the same. */
export function mayHaveBeenTaken(result: SendResult): boolean {
  return !result.ok && uncertainCodes.has(result.code);
}
