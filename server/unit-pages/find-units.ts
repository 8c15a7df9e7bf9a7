import type { Database } from "../store/database.ts";
import {
  type StandingUnit,
  standingUnitColumns,
  standingUnitOf,
  type UnitStatus,
} from "../units/unit-reads.ts";

/** Most units that a page lists. */
export const listedMax = 50;

/** Most numbers that one search looks through where it is also asked for a status or an appliance. */
export const lookedThroughMax = 20_000;

/** Where a list of units by number goes on. */
export interface NumberPosition {
  readonly din: string;
  readonly productCode: string;
}

/** Units whose number begins alike, in the order of their numbers. */
export interface FoundUnits {
  readonly units: readonly StandingUnit[];
  /** Where the list goes on; null at its end. */
  readonly next: NumberPosition | null;
}

/** Finds units by how their number begins. */
export type FindUnits = (asked: {
  readonly prefix: string;
  readonly status?: UnitStatus | undefined;
  readonly appliance?: string | undefined;
  readonly after?: NumberPosition | undefined;
}) => FoundUnits;

/** Makes the finder: it reads by the index of numbers, and looks through a named number of them at most. */
export function makeFindUnits(database: Database): FindUnits {
  const range = `FROM units WHERE din >= ?1 AND din < ?2 AND (din, product_code) > (?3, ?4) ORDER BY din, product_code`;
  const found = database.prepare(
    `SELECT ${standingUnitColumns} FROM (SELECT number, din, product_code, description, expires ${range} LIMIT ?5) AS units
     JOIN unit_standing ON unit_standing.unit = units.number
     WHERE (?6 IS NULL OR status = ?6) AND (?7 IS NULL OR appliance = ?7) ORDER BY din, product_code LIMIT ?8`,
  );
  const lookedLast = database.prepare(`SELECT din, product_code ${range} LIMIT 1 OFFSET ?5`);
  return ({ prefix, status = null, appliance = null, after = { din: "", productCode: "" } }) => {
    const place = [prefix, `${prefix}~`, after.din, after.productCode] as const;
    const isFiltered = status !== null || appliance !== null;
    const looked = isFiltered ? lookedThroughMax : listedMax + 1;
    const units = found
      .all(...place, looked, status, appliance, listedMax + 1)
      .map((row) => standingUnitOf(row));
    const shown = units.slice(0, listedMax);
    const last = shown.at(-1);
    if (units.length > listedMax && last !== undefined)
      return { units: shown, next: { din: last.din, productCode: last.productCode } };
    const row = isFiltered ? lookedLast.get(...place, lookedThroughMax - 1) : undefined;
    const next =
      row === undefined ? null : { din: String(row["din"]), productCode: String(row["product_code"]) };
    return { units: shown, next };
  };
}
