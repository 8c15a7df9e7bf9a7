import { type EpochMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import type { Reply } from "../channels/channel.ts";
import type { AnsweredBy } from "./answer-call.ts";

/** Newest messages to one person whose codes are looked at. */
export const codesLookedAtMax = 200;

/** How long a call can be answered after it was made. */
export const answerableMs: number = 24 * 60 * minuteMs;

/** What became of a reply. */
export type ReplyOutcome =
  | "taken"
  | "declined"
  | "nothing-open"
  | "unknown-sender"
  | "not-understood"
  | "code-unknown"
  | "code-missing";

/** A reply as it was taken: an input like any other. What its code stood for was found out before, because the key is no part of the records. */
export interface ReplyTaken {
  readonly reply: Reply;
  readonly contact: string | null;
  readonly delivery: string | null;
  readonly outcome: ReplyOutcome;
  readonly by: AnsweredBy;
  readonly what: string;
  readonly until: EpochMs;
}
