import type { GatherState } from "@coldkeep/core/alarms/gathering.ts";
import type { Commit } from "../journal/committer.ts";
import type { Database } from "../store/database.ts";
import type { GatheredAlarm } from "./gathered-alarm.ts";

/** What is kept of calls: what is being gathered, and which alarms were told together. */
export interface CallRecords {
  readonly gathered: () => GatherState;
  readonly saveGathered: (state: GatherState) => void;
  /** Keeps a call about several alarms and names it. `suffix` tells those of one moment apart. */
  readonly keep: (
    commit: Commit,
    suffix: string,
    causes: readonly string[] | null,
    found: readonly GatheredAlarm[],
  ) => string;
}

/** Opens what is kept of calls in earnest. What is being gathered is data, so a restart neither loses nor repeats a call. */
export function openCallRecords(database: Database): CallRecords {
  const save = database.prepare(
    "INSERT INTO call_state (one, state) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET state = excluded.state",
  );
  const insertCall = database.prepare("INSERT INTO calls (id, at, causes, journal_seq) VALUES (?, ?, ?, ?)");
  const isCall = database.prepare("SELECT 1 FROM calls WHERE id = ?");
  const insertMember = database.prepare(
    "INSERT OR IGNORE INTO call_alarms (alarm, call, number, about) VALUES (?, ?, ?, ?)",
  );
  const stored = database.prepare("SELECT state FROM call_state WHERE one = 1");
  return {
    gathered: () => {
      const row = stored.get();
      return row === undefined ? [] : (JSON.parse(String(row["state"])) as GatherState);
    },
    saveGathered: (state) => void save.run(JSON.stringify(state)),
    keep: (commit, suffix, causes, found) => {
      // What calling leads to is called about in the same transaction: that nobody is on call, for one.
      let id = `call-${commit.journalSeq}-${suffix}`;
      for (let copy = 2; isCall.get(id) !== undefined; copy += 1)
        id = `call-${commit.journalSeq}-${suffix}.${copy}`;
      insertCall.run(id, commit.at, JSON.stringify(causes), commit.journalSeq);
      for (const { alarm, call } of found) insertMember.run(alarm.id, id, call.number, call.about);
      return id;
    },
  };
}
