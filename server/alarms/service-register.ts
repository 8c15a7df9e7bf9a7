import { outOfServiceMaxMs } from "@coldkeep/core/alarms/alarm-state.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Commit } from "../journal/committer.ts";
import { draftMap } from "../journal/draft-map.ts";
import type { Database } from "../store/database.ts";

/** An appliance out of service: since when, until when, by whom and why. */
export interface OutOfService {
  readonly appliance: string;
  readonly since: EpochMs;
  readonly until: EpochMs;
  readonly actor: string;
  readonly reason: string;
}

/** Which appliances are out of service. Each stretch has an end, and extending it does not move that beyond the longest stretch. */
export interface ServiceRegister {
  readonly of: (commit: Commit | null, appliance: string, at: EpochMs) => OutOfService | null;
  readonly remove: (commit: Commit, entry: Omit<OutOfService, "since">) => OutOfService;
  readonly putBack: (commit: Commit, appliance: string) => void;
  readonly all: () => readonly OutOfService[];
}

/** Opens the register on the records. */
export function openServiceRegister(database: Database): ServiceRegister {
  const save = database.prepare(
    `INSERT INTO out_of_service (appliance, since, until, actor, reason) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (appliance) DO UPDATE SET since = excluded.since, until = excluded.until, actor = excluded.actor, reason = excluded.reason`,
  );
  const drop = database.prepare("DELETE FROM out_of_service WHERE appliance = ?");
  const rows = database.prepare("SELECT * FROM out_of_service ORDER BY appliance").all();
  const known = draftMap<string, OutOfService>(
    (rows as unknown as OutOfService[]).map((row) => [row.appliance, { ...row }]),
  );
  const standing = (commit: Commit | null, appliance: string, at: EpochMs): OutOfService | null => {
    const entry = known.get(commit, appliance);
    return entry !== undefined && entry.until > at ? entry : null;
  };
  return {
    of: standing,
    remove: (commit, { appliance, until, actor, reason }) => {
      const since = standing(commit, appliance, commit.at)?.since ?? commit.at;
      const entry = { appliance, since, until: Math.min(until, since + outOfServiceMaxMs), actor, reason };
      save.run(appliance, entry.since, entry.until, actor, reason);
      known.set(commit, appliance, entry);
      return entry;
    },
    putBack: (commit, appliance) => {
      drop.run(appliance);
      known.delete(commit, appliance);
    },
    all: () => [...known.values(null)].toSorted((a, b) => (a.appliance < b.appliance ? -1 : 1)),
  };
}
