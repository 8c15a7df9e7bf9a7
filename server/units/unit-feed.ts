import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Commit } from "../journal/committer.ts";
import type { Database } from "../store/database.ts";
import type { HoldKeeper } from "./holds.ts";
import type { Standings } from "./standing.ts";

/** A unit's identity: donation identification number and product code. */
export interface UnitKey {
  readonly din: string;
  readonly productCode: string;
}

/** A unit as the blood bank system tells it. */
export interface UnitDetails {
  readonly description: string | null;
  readonly expires: string | null;
}

/** A movement: from `at` on the unit is in that appliance, or in none. */
export interface Movement extends UnitKey {
  readonly at: EpochMs;
  readonly appliance: string | null;
  readonly reason: string;
}

/** What the feed changes. Both calls are idempotent and run inside a commit. */
export interface UnitFeed {
  readonly find: (key: UnitKey) => number | null;
  /** What is known of a unit; null where it was never registered. */
  readonly details: (key: UnitKey) => UnitDetails | null;
  readonly register: (commit: Commit, key: UnitKey, details: UnitDetails) => void;
  /** Takes a movement, however late. Returns the excursions that hold the unit now. */
  readonly move: (commit: Commit, unit: number, movement: Movement) => readonly string[];
  /** True where exactly this movement is on record already. */
  readonly isKnown: (unit: number, movement: Movement) => boolean;
}

/** Makes the unit feed over the records. */
export function makeUnitFeed(database: Database, holds: HoldKeeper, standings: Standings): UnitFeed {
  const findUnit = database.prepare("SELECT number FROM units WHERE din = ? AND product_code = ?");
  const findDetails = database.prepare(
    "SELECT description, expires FROM units WHERE din = ? AND product_code = ?",
  );
  const upsert = database.prepare(
    `INSERT INTO units (din, product_code, description, expires, registered_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (din, product_code) DO UPDATE SET description = excluded.description, expires = excluded.expires`,
  );
  const insertMovement = database.prepare(
    "INSERT INTO movements (unit, at, appliance, reason, known_at, journal_seq) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const movements = database.prepare(
    "SELECT at, appliance, reason FROM movements WHERE unit = ? ORDER BY at, number",
  );
  const clear = database.prepare("DELETE FROM residences WHERE unit = ?");
  const insertResidence = database.prepare(
    `INSERT INTO residences (unit, "from", "to", appliance) VALUES (?, ?, ?, ?)`,
  );
  const readMovements = (unit: number): Step[] => movements.all(unit) as unknown as Step[];
  return {
    find: ({ din, productCode }) => {
      const row = findUnit.get(din, productCode);
      return row === undefined ? null : Number(row["number"]);
    },
    details: ({ din, productCode }) =>
      (findDetails.get(din, productCode) as unknown as UnitDetails | undefined) ?? null,
    register: (commit, { din, productCode }, { description, expires }) => {
      upsert.run(din, productCode, description, expires, commit.at);
      const unit = findUnit.get(din, productCode);
      if (unit !== undefined) standings.refresh(Number(unit["number"]));
    },
    move: (commit, unit, { at, appliance, reason }) => {
      insertMovement.run(unit, at, appliance, reason, commit.at, commit.journalSeq);
      return holds.followUnit(commit, unit, () => {
        clear.run(unit);
        for (const residence of residencesOf(readMovements(unit)))
          insertResidence.run(unit, residence.from, residence.to, residence.appliance);
      });
    },
    isKnown: (unit, { at, appliance, reason }) => {
      const latest = readMovements(unit).findLast((step) => step.at === at);
      return latest !== undefined && latest.appliance === appliance && latest.reason === reason;
    },
  };
}

/** A movement as the residences follow from it. */
export interface Step {
  readonly at: EpochMs;
  readonly appliance: string | null;
  readonly reason: string;
}

/** Where a unit was, from when until when. */
export interface Residence {
  readonly from: EpochMs;
  readonly to: EpochMs | null;
  readonly appliance: string;
}

/**
 * Residences from movements sorted by time, those of one instant by when they became known: the latest known of an instant counts, and moving to where
 * the unit is already changes nothing. Pure.
 */
export function residencesOf(steps: readonly Step[]): Residence[] {
  const effective = steps.filter((step, index) => steps[index + 1]?.at !== step.at);
  const residences: Residence[] = [];
  let open: { from: EpochMs; appliance: string } | null = null;
  for (const { at, appliance } of effective) {
    if (open !== null && open.appliance === appliance) continue;
    if (open !== null) residences.push({ ...open, to: at });
    open = appliance === null ? null : { from: at, appliance };
  }
  if (open !== null) residences.push({ ...open, to: null });
  return residences;
}
