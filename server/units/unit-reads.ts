import type { unitStatuses } from "@coldkeep/core/contract/units.ts";
import type { ExposureLedger } from "@coldkeep/core/exposure/ledger.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { ExcursionReads } from "../excursions/excursion-reads.ts";
import type { History } from "../history/history.ts";
import type { SiteEngine } from "../judging/site-engine.ts";
import type { Database, Statement } from "../store/database.ts";
import type { SiteBook } from "../site/site-book.ts";
import { openAgitation } from "./agitation-reads.ts";
import { unitLedger } from "./unit-ledger.ts";
import type { UnitKey } from "./unit-feed.ts";
import type { Residence } from "./unit-feed.ts";
import type { UnitSettings } from "./unit-settings.ts";

/** Where a unit stands. */
export type UnitStatus = (typeof unitStatuses)[number];

/** A unit as it stands now. */
export interface StandingUnit extends UnitKey {
  readonly number: number;
  readonly description: string | null;
  readonly expires: string | null;
  readonly status: UnitStatus;
  /** Where it is now; null where it is in no appliance. */
  readonly appliance: string | null;
}

/** A hold on record. */
export interface KeptHold {
  readonly excursion: string;
  readonly since: EpochMs;
  readonly exposed: boolean;
  readonly releasedAt: EpochMs | null;
}

/** The read side of units. */
export interface UnitReads {
  readonly list: (filter: {
    readonly status?: UnitStatus | undefined;
    readonly appliance?: string | undefined;
    readonly after?: number | undefined;
    readonly limit: number;
  }) => StandingUnit[];
  readonly find: (key: UnitKey) => StandingUnit | null;
  readonly residences: (unit: number) => Residence[];
  readonly holds: (unit: number) => KeptHold[];
  readonly dispositions: (unit: number) => { decision: string; by: string; reason: string; at: EpochMs }[];
  readonly ledger: (unit: number, now: EpochMs) => Promise<ExposureLedger>;
}

/** The columns of a unit as it stands, of `units` joined with `unit_standing`. */
export const standingUnitColumns = "number, din, product_code, description, expires, status, appliance";

const standing = `SELECT ${standingUnitColumns}
  FROM units JOIN unit_standing ON unit_standing.unit = units.number`;

/** Of a list that is asked by status, by appliance, by both or by neither, each by its own index. */
const filters = {
  all: "unit > ?1",
  status: "status = ?2 AND unit > ?1",
  appliance: "appliance = ?2 AND unit > ?1",
  both: "appliance = ?2 AND unit > ?1 AND status = ?3",
} as const;

/** Makes the read side of units. */
export function makeUnitReads(
  database: Database,
  excursions: ExcursionReads,
  history: History,
  engine: SiteEngine,
  site: () => SiteBook | null,
  components: UnitSettings["components"],
): UnitReads {
  const one = database.prepare(`${standing} WHERE din = ? AND product_code = ?`);
  const pages = Object.fromEntries(
    Object.entries(filters).map(([name, where]) => [
      name,
      database.prepare(`${standing} WHERE ${where} ORDER BY unit_standing.unit LIMIT ?4`),
    ]),
  ) as Record<keyof typeof filters, Statement>;
  const holds = (unit: number): KeptHold[] =>
    database
      .all(database.query.selectFrom("holds").selectAll().where("unit", "=", unit).orderBy("since"))
      .map((row) => ({
        excursion: row.excursion,
        since: row.since,
        exposed: row.exposed === 1,
        releasedAt: row.released_at,
      }));
  const residences = (unit: number): Residence[] =>
    database.all(
      database.query.selectFrom("residences").selectAll().where("unit", "=", unit).orderBy("from"),
    );
  const productCodeOf = (unit: number): string =>
    database.first(database.query.selectFrom("units").select("product_code").where("number", "=", unit))
      ?.product_code ?? "";
  const parts = { excursions, history, engine, site, components, agitation: openAgitation(database) };
  return {
    list: ({ status, appliance, after = 0, limit }) => {
      const rows =
        status !== undefined && appliance !== undefined
          ? pages.both.all(after, appliance, status, limit)
          : status !== undefined
            ? pages.status.all(after, status, null, limit)
            : appliance !== undefined
              ? pages.appliance.all(after, appliance, null, limit)
              : pages.all.all(after, null, null, limit);
      return rows.map(standingUnitOf);
    },
    find: ({ din, productCode }) => {
      const row = one.get(din, productCode);
      return row === undefined ? null : standingUnitOf(row);
    },
    residences,
    holds,
    dispositions: (unit) =>
      database
        .all(database.query.selectFrom("dispositions").selectAll().where("unit", "=", unit).orderBy("number"))
        .map((row) => ({ decision: row.decision, by: row.decided_by, reason: row.reason, at: row.at })),
    ledger: (unit, now) => {
      const productCode = productCodeOf(unit);
      return unitLedger(parts, { productCode, holds: holds(unit), residences: residences(unit) }, now);
    },
  };
}

/** A unit's row as the queries above answer it. */
interface StandingRow extends Omit<StandingUnit, "productCode"> {
  readonly product_code: string;
}

/** A unit from a row of `standingUnitColumns`. */
export function standingUnitOf(values: Record<string, unknown>): StandingUnit {
  const { product_code: productCode, ...row } = values as unknown as StandingRow;
  return { ...row, productCode };
}
