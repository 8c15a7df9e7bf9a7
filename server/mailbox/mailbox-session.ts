import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { ArrivedMail } from "./mailbox.ts";

/** Most bytes of a mail's text, of its report and of the headers that it quotes that are read. */
export const textBytesMax = 32_768;

/** A mailbox at a mail server, open for as long as the connection lasts. */
export interface MailboxSession {
  /** Another one means that all uids are other mails than before (RFC 3501, 2.3.1.1). */
  readonly uidValidity: string;
  /** The uids beyond one, in order; with `since` only of mails that arrived from about then on. */
  readonly uidsAfter: (uid: number, since: EpochMs | null) => Promise<readonly number[]>;
  /** Null where it is gone. */
  readonly read: (uid: number) => Promise<Omit<ArrivedMail, "seenAt"> | null>;
  readonly close: () => Promise<void>;
}

/** What a session tells by itself. */
export interface SessionEvents {
  /** There may be mails that have not been read. */
  readonly arrived: () => void;
  readonly ended: (reason: string) => void;
}

/** Opens a session. Rejects with `mailbox.unreachable`, `mailbox.login` or `mailbox.folder`. */
export type OpenSession = (events: SessionEvents, signal: AbortSignal) => Promise<MailboxSession>;
