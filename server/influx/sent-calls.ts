import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Database } from "../store/database.ts";
import type { SiteBook } from "../site/site-book.ts";
import { makeCallLine } from "./event-lines.ts";
import { nanos } from "./line.ts";

/** Messages sent since then may not all be on record yet. Unit ms. */
const settledMs = 1_000;

/** Most messages of one round. */
export const sentCallsMax = 500;

/** Messages that were handed over: no input of the state, so they are read from the outbox, by a cursor over the time at which they were sent. */
export interface SentCalls {
  readonly next: (
    book: SiteBook,
    now: EpochMs,
  ) => { readonly lines: readonly string[]; readonly until: number };
  readonly move: (until: number) => void;
}

/** Opens the sent messages for a target. */
export function openSentCalls(database: Database, target: string): SentCalls {
  const name = `${target} calls`;
  const read = database.prepare("SELECT seq FROM projection_cursors WHERE name = ?");
  const save = database.prepare(
    `INSERT INTO projection_cursors (name, seq, moved_at) VALUES (?1, ?2, ?2)
     ON CONFLICT (name) DO UPDATE SET seq = excluded.seq, moved_at = excluded.moved_at`,
  );
  // All messages of an instant go together, so that the cursor can stand on instants; the limit bounds the instants.
  const due = database.prepare(
    `SELECT id, alarm, sent_at FROM notifications WHERE sent_at > ?1 AND sent_at <= min(?3, coalesce(
       (SELECT sent_at FROM notifications WHERE sent_at > ?1 ORDER BY sent_at LIMIT 1 OFFSET ?2), ?3))
       AND NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.id = notifications.id AND drill IS NOT NULL) ORDER BY sent_at, id`,
  );
  const callLine = makeCallLine(database);
  return {
    next: (book, now) => {
      const after = Number(read.get(name)?.["seq"] ?? 0);
      let until = after;
      let place = 0;
      const lines = due.all(after, sentCallsMax, now - settledMs).flatMap((row) => {
        const sentAt = Number(row["sent_at"]);
        place = sentAt === until ? place + 1 : 0;
        until = sentAt;
        return callLine(
          book,
          String(row["id"]),
          String(row["alarm"]),
          "sent",
          nanos(sentAt, 999_000 + (place % 1_000)),
        );
      });
      return { lines, until };
    },
    move: (until) => void save.run(name, until),
  };
}
