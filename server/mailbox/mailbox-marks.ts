import type { Database } from "../store/database.ts";
import type { MailboxSettings } from "./mailbox-settings.ts";

/** Up to which mail a mailbox was read: uids count only with the validity that they were given under. */
export interface MailboxMark {
  readonly uidValidity: string;
  readonly uid: number;
}

/** Keeps how far a mailbox was read. */
export interface MailboxMarks {
  /** Null where it was not read before. */
  readonly read: () => MailboxMark | null;
  readonly keep: (mark: MailboxMark) => void;
}

/**
 * How far the records say that a mailbox was read, for one purpose. It is no part of what follows from the journal: where it is lost, mails of the last days are read again, and what
 * takes them knows them.
 */
export function storedMarks(
  database: Database,
  purpose: string,
  { user, host, port, folder }: MailboxSettings,
): MailboxMarks {
  const name = `${purpose} ${user}@${host}:${port}/${folder}`;
  const select = database.prepare("SELECT uid_validity, uid FROM mailbox_marks WHERE mailbox = ?");
  const upsert = database.prepare(
    "INSERT INTO mailbox_marks (mailbox, uid_validity, uid) VALUES (?, ?, ?) ON CONFLICT (mailbox) DO UPDATE SET uid_validity = excluded.uid_validity, uid = excluded.uid",
  );
  return {
    read: () => {
      const row = select.get(name);
      return row === undefined ? null : { uidValidity: String(row["uid_validity"]), uid: Number(row["uid"]) };
    },
    keep: ({ uidValidity, uid }) => void upsert.run(name, uidValidity, uid),
  };
}
