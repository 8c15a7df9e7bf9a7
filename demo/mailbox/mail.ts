import type { EpochMs } from "@coldkeep/core/time/millis.ts";

/** A mail as the mailbox shows it. */
export interface Mail {
  /** Names its file and its page: the time of arrival and a count. */
  readonly id: string;
  /** When it arrived. */
  readonly at: EpochMs;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}

/** Most mails kept; beyond, the oldest are deleted. */
export const mailsMax = 500;

/** Largest mail in bytes; a larger one is refused at the door. */
export const mailBytesMax = 1024 * 1024;
