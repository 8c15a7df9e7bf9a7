import type { Commit } from "../journal/committer.ts";
import type { Database } from "../store/database.ts";

/** A message that is owed to a person because of an alarm. */
export interface OwedMessage {
  readonly alarm: string;
  /** Which call about that alarm: with the alarm and the contact it identifies the obligation. */
  readonly call: number;
  readonly contact: string;
  readonly address: string;
  readonly subject: string;
  readonly body: string;
}

/** The transactional outbox: what is owed is written with its cause, and sent by the dispatcher later. */
export interface Outbox {
  /** Owes a message; owing the same one again changes nothing. */
  readonly owe: (commit: Commit, message: OwedMessage) => void;
}

/** Makes the outbox over the records. */
export function makeOutbox(database: Database): Outbox {
  const insert = database.prepare(
    `INSERT OR IGNORE INTO notifications (id, alarm, contact, address, subject, body, owed_at, next_try_at, attempts)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, 0)`,
  );
  return {
    owe: (commit, message) => {
      const id = `${message.alarm}.${message.call}.${message.contact}`;
      const { alarm, contact, address, subject, body } = message;
      insert.run(id, alarm, contact, address, subject, body, commit.at);
    },
  };
}
