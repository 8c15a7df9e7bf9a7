import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { HeldInterval } from "@coldkeep/core/engine/excursion.ts";
import type { Commit } from "../journal/committer.ts";
import type { MarkChanged } from "../hold-feed/hold-changes.ts";
import type { Database } from "../store/database.ts";
import { type ChangedHold, makeHoldTrail } from "./hold-trail.ts";
import type { Standings } from "./standing.ts";

/**
 * Keeps holds as design.md section 5 says: every unit that was in the appliance during the held interval, wherever it is now. Only adds; nothing
 * here releases a unit.
 */
export interface HoldKeeper {
  /** Brings the holds of an excursion in line with its held interval (null: withdrawn). Returns how many units it holds as exposed. */
  readonly follow: (
    commit: Commit,
    excursion: string,
    appliance: string,
    held: HeldInterval | null,
    /** True where the excursion turned out worse than it was known to be: decisions to release were about less, so the units are held again. */
    isWorse: boolean,
  ) => number;
  /**
   * Changes a unit's residences by `move` and brings its holds in line with them. A unit that turns out to have been inside for longer than was known when it was released is held again.
   * Returns the excursions that hold it as exposed.
   */
  readonly followUnit: (commit: Commit, unit: number, move: () => void) => readonly string[];
}

/** A time after all others, standing for an open end in comparisons. */
const never = Number.MAX_SAFE_INTEGER;

/**
 * A release is about what was known then. A unit that was taken for not exposed when it was released and turns out to have been, and one that was put in again after its release, while the blood
 * there was not proven good, is held again.
 */
const stillReleased = `CASE WHEN holds.exposed = 0 OR EXISTS (
    SELECT 1 FROM residences AS again JOIN excursions AS cause ON cause.id = holds.excursion
    WHERE again.unit = holds.unit AND again.appliance = cause.appliance AND again."from" > holds.released_at
      AND (cause.held_to IS NULL OR again."from" < cause.held_to)) THEN NULL ELSE holds.released_at END`;

/** A hold that stands as it stood already has not changed. */
const whereChanged = `WHERE holds.exposed = 0 OR (holds.released_at IS NOT NULL AND (${stillReleased}) IS NULL)`;

/** Makes the keeper of holds. */
export function makeHoldKeeper(
  database: Database,
  standings: Standings,
  markChanged: MarkChanged,
): HoldKeeper {
  const holdExposed = database.prepare(
    `INSERT INTO holds (unit, excursion, since, exposed)
     SELECT DISTINCT unit, ?1, ?2, 1 FROM residences
     WHERE appliance = ?3 AND "from" < ?5 AND ("to" IS NULL OR "to" > ?4)
     ON CONFLICT (excursion, unit) DO UPDATE SET exposed = 1, released_at = ${stillReleased} ${whereChanged} RETURNING unit, excursion`,
  );
  const clearUnexposed = database.prepare(
    `UPDATE holds SET exposed = 0 WHERE excursion = ?1 AND exposed = 1 AND NOT EXISTS (
       SELECT 1 FROM residences WHERE residences.unit = holds.unit AND appliance = ?2
       AND "from" < ?4 AND ("to" IS NULL OR "to" > ?3)) RETURNING unit, excursion`,
  );
  const clearAll = database.prepare(
    "UPDATE holds SET exposed = 0 WHERE excursion = ? AND exposed = 1 RETURNING unit, excursion",
  );
  const count = database.prepare("SELECT count(*) AS n FROM holds WHERE excursion = ? AND exposed = 1");
  const holdAgain = database.prepare(
    `UPDATE holds SET released_at = NULL WHERE excursion = ? AND exposed = 1 AND released_at IS NOT NULL
       AND unit NOT IN (SELECT unit FROM unit_standing WHERE status = 'discarded') RETURNING unit, excursion`,
  );
  const holdUnit = database.prepare(
    `INSERT INTO holds (unit, excursion, since, exposed)
     SELECT DISTINCT ?1, excursions.id, ?2, 1 FROM excursions JOIN residences ON residences.unit = ?1
       AND residences.appliance = excursions.appliance
     WHERE excursions.status <> 'withdrawn' AND residences."from" < coalesce(excursions.held_to, ?3)
       AND (residences."to" IS NULL OR residences."to" > excursions.held_from)
     ON CONFLICT (excursion, unit) DO UPDATE SET exposed = 1, released_at = ${stillReleased} ${whereChanged} RETURNING unit, excursion`,
  );
  const clearUnit = database.prepare(
    `UPDATE holds SET exposed = 0 WHERE unit = ?1 AND exposed = 1 AND NOT EXISTS (
       SELECT 1 FROM excursions JOIN residences ON residences.unit = ?1 AND residences.appliance = excursions.appliance
       WHERE excursions.id = holds.excursion AND excursions.status <> 'withdrawn'
       AND residences."from" < coalesce(excursions.held_to, ?2)
       AND (residences."to" IS NULL OR residences."to" > excursions.held_from)) RETURNING unit, excursion`,
  );
  const longerInside = database.prepare(
    `SELECT excursion, sum(max(0, min(coalesce("to", ?2), coalesce(held_to, ?2)) - max("from", held_from))) AS inside
     FROM holds JOIN excursions ON excursions.id = holds.excursion
       JOIN residences ON residences.unit = holds.unit AND residences.appliance = excursions.appliance
     WHERE holds.unit = ?1 AND holds.exposed = 1 AND released_at IS NOT NULL GROUP BY excursion`,
  );
  const holdUnitAgain = database.prepare(
    `UPDATE holds SET released_at = NULL WHERE unit = ?1 AND excursion = ?2
       AND unit NOT IN (SELECT unit FROM unit_standing WHERE status = 'discarded') RETURNING unit, excursion`,
  );
  const insideOf = (unit: number, at: EpochMs): Map<string, number> =>
    new Map(longerInside.all(unit, at).map((row) => [String(row["excursion"]), Number(row["inside"])]));
  const ofUnit = database.prepare("SELECT excursion FROM holds WHERE unit = ? AND exposed = 1");
  const trail = makeHoldTrail(database);
  const tell = (commit: Commit, cleared: readonly ChangedHold[], taken: readonly ChangedHold[]): void => {
    trail.unexposed(commit, cleared);
    trail.placed(commit, taken);
    markChanged(
      commit,
      [...cleared, ...taken].map(({ unit }) => unit),
    );
  };
  return {
    follow: (commit, excursion, appliance, held, isWorse) => {
      const to = held?.to ?? never;
      const cleared = changed(
        held === null ? clearAll.all(excursion) : clearUnexposed.all(excursion, appliance, held.from, to),
      );
      const exposed =
        held === null ? [] : changed(holdExposed.all(excursion, commit.at, appliance, held.from, to));
      const taken = isWorse ? [...exposed, ...changed(holdAgain.all(excursion))] : exposed;
      if (taken.length > 0) standings.refreshHeldBy(excursion);
      tell(commit, cleared, taken);
      return Number(count.get(excursion)?.["n"] ?? 0);
    },
    followUnit: (commit, unit, move) => {
      const before = insideOf(unit, commit.at);
      move();
      const after = insideOf(unit, commit.at);
      const cleared = changed(clearUnit.all(unit, never));
      const longer = [...after].filter(([excursion, inside]) => inside > (before.get(excursion) ?? inside));
      const taken = [
        ...changed(holdUnit.all(unit, commit.at, never)),
        ...longer.flatMap(([excursion]) => changed(holdUnitAgain.all(unit, excursion))),
      ];
      standings.refresh(unit);
      tell(commit, cleared, taken);
      return ofUnit.all(unit).map((row) => String(row["excursion"]));
    },
  };
}

function changed(rows: readonly Record<string, unknown>[]): ChangedHold[] {
  return rows.map((row) => ({ unit: Number(row["unit"]), excursion: String(row["excursion"]) }));
}
