import type { Commit } from "../journal/committer.ts";
import type { Database } from "../store/database.ts";

/** Notes whose holds changed, so that the blood-bank system is told until it confirms. Within the transaction of the change. */
export type MarkChanged = (commit: Commit, units: Iterable<number>) => void;

/** Makes it over the records. */
export function makeMarkChanged(database: Database): MarkChanged {
  const mark = database.prepare(
    `INSERT INTO hold_feed (unit, changed_seq, changed_at) VALUES (?, ?, ?)
     ON CONFLICT (unit) DO UPDATE SET changed_seq = excluded.changed_seq, changed_at = excluded.changed_at, confirmed_seq = NULL, confirmed_at = NULL`,
  );
  return (commit, units) => {
    for (const unit of units) mark.run(unit, commit.journalSeq, commit.at);
  };
}
