import { formatInstant } from "@coldkeep/core/time/millis.ts";
import type { HoldMessage } from "@coldkeep/core/contract/hold-feed.ts";
import type { Database } from "../store/database.ts";

/** What is owed to the blood-bank system. */
export interface OwedUnits {
  /** The oldest changes that it has not confirmed, as they stand now. */
  readonly next: (limit: number) => HoldMessage[];
  /** How many are owed, and since when the oldest one is. */
  readonly standing: () => { readonly owed: number; readonly oldestAt: number | null };
}

interface Row {
  readonly number: number;
  readonly din: string;
  readonly product_code: string;
  readonly status: string;
  readonly appliance: string | null;
  readonly changed_seq: number;
  readonly changed_at: number;
}

/** Opens what is owed on the records. */
export function openOwedUnits(database: Database): OwedUnits {
  const owed = database.prepare(
    `SELECT units.number, din, product_code, status, appliance, changed_seq, changed_at
     FROM hold_feed JOIN units ON units.number = hold_feed.unit JOIN unit_standing ON unit_standing.unit = units.number
     WHERE confirmed_seq IS NULL ORDER BY changed_seq, units.number LIMIT ?`,
  );
  const holds = database.prepare(
    "SELECT excursion, since, exposed FROM holds WHERE unit = ? AND released_at IS NULL ORDER BY since, excursion",
  );
  const count = database.prepare(
    "SELECT count(*) AS owed, min(changed_at) AS oldest FROM hold_feed WHERE confirmed_seq IS NULL",
  );
  return {
    next: (limit) =>
      (owed.all(limit) as unknown as Row[]).map((row) => ({
        din: row.din,
        productCode: row.product_code,
        sequence: row.changed_seq,
        changedAt: formatInstant(row.changed_at),
        status: row.status,
        isHeld: row.status === "held",
        appliance: row.appliance,
        holds: holds.all(row.number).map((hold) => ({
          excursion: String(hold["excursion"]),
          since: formatInstant(Number(hold["since"])),
          exposed: hold["exposed"] === 1,
        })),
      })),
    standing: () => {
      const row = count.get();
      return { owed: Number(row?.["owed"] ?? 0), oldestAt: (row?.["oldest"] ?? null) as number | null };
    },
  };
}
