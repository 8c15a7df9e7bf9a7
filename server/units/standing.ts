import type { Database } from "../store/database.ts";
import { unitApplianceSql, unitStatusSql } from "../store/unit-tables.ts";

/** Keeps how units stand in line with what it follows from. Each call belongs into the transaction of the change. */
export interface Standings {
  /** After anything about one unit changed. */
  readonly refresh: (unit: number) => void;
  /** After an excursion put units on hold. */
  readonly refreshHeldBy: (excursion: string) => void;
}

/** Makes the keeper over the records. */
export function makeStandings(database: Database): Standings {
  const one = database.prepare(
    `INSERT INTO unit_standing (unit, status, appliance)
     SELECT number, ${unitStatusSql}, ${unitApplianceSql} FROM units WHERE number = ?
     ON CONFLICT (unit) DO UPDATE SET status = excluded.status, appliance = excluded.appliance`,
  );
  const held = database.prepare(
    `UPDATE unit_standing SET status = 'held' WHERE status NOT IN ('held', 'discarded')
     AND unit IN (SELECT unit FROM holds WHERE excursion = ? AND released_at IS NULL)`,
  );
  return {
    refresh: (unit) => void one.run(unit),
    refreshHeldBy: (excursion) => void held.run(excursion),
  };
}
