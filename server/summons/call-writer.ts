import type { CallAbout } from "@coldkeep/core/alarms/lifecycle.ts";
import type { Language } from "@coldkeep/core/duty/media.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Written } from "@coldkeep/core/wording/written.ts";

/** A call to be written: which alarms, each with what it tells, and what they have in common. */
export interface CallToWrite {
  readonly alarms: readonly { readonly id: string; readonly about: CallAbout }[];
  readonly causes: readonly string[] | null;
  readonly at: EpochMs;
  /** True where it is what pressed nobody, gathered over a day. */
  readonly isDigest?: true;
}

/** Writes a call as the alarms stand; null where none of them is known. */
export type WriteCall = (call: CallToWrite) => ((language: Language) => Written) | null;
