import type { EpochMs } from "@coldkeep/core/time/millis.ts";

/** A mail as it lies in a mailbox. */
export interface ArrivedMail {
  readonly uid: number;
  /** Its own Message-ID, in angle brackets. */
  readonly messageId: string | null;
  /** Message-IDs of the mails that it is about, the surest first: the mail that came back, what it answers, the thread it is in. */
  readonly refersTo: readonly string[];
  /** Address of the sender; empty where none can be read. */
  readonly from: string;
  readonly subject: string;
  /** When the mail server took it, by the mail server's clock; whole seconds. */
  readonly arrivedAt: EpochMs;
  /** When it was seen here, by our clock. */
  readonly seenAt: EpochMs;
  /** Text of the part message/delivery-status, where it is a report on a mail (RFC 3464); null else. */
  readonly deliveryStatus: string | null;
  /** What the field Auto-Submitted says (RFC 3834); null where a person may have written it. */
  readonly autoSubmitted: string | null;
  /** The beginning of what it says, at most `textBytesMax` bytes. */
  readonly text: string;
}

/** How the reading of a mailbox stands. `isWorking`: it can be read, or has not been tried yet. */
export interface MailboxStatus {
  readonly isWorking: boolean;
  /** For a person: what is wrong and what to do, or that all is well. */
  readonly detail: string;
}

/** The port to a mailbox that is read. It is only read: nothing in it is marked, moved or deleted. */
export interface Mailbox {
  /** Gives each mail once, in order, and waits for the promise before it counts as taken; where that is rejected the mail is given again later. */
  readonly start: (take: (mail: ArrivedMail) => Promise<void>) => void;
  readonly stop: () => Promise<void>;
  readonly status: () => MailboxStatus;
}
