import type { CallAbout } from "@coldkeep/core/alarms/lifecycle.ts";
import type { Language } from "@coldkeep/core/duty/media.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";

/** What a call tells, in one language, for each kind of medium. */
export interface WrittenCall {
  readonly subject: string;
  readonly body: string;
  readonly sms: string;
  readonly spoken: string;
}

/** A call to be written: which alarms, each with what it tells, and what they have in common. */
export interface CallToWrite {
  readonly alarms: readonly { readonly id: string; readonly about: CallAbout }[];
  readonly causes: readonly string[] | null;
  readonly at: EpochMs;
}

/** Writes a call as the alarms stand; null where none of them is known. */
export type WriteCall = (call: CallToWrite) => ((language: Language) => WrittenCall) | null;
