import { type DecisionKind, givesBack } from "@coldkeep/core/contract/dispositions.ts";
import type { Interval } from "@coldkeep/core/engine/line.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Database } from "../store/database.ts";

/** A unit's hold for an excursion, begun or ended in the window. */
export interface HoldFacts {
  readonly din: string;
  readonly productCode: string;
  readonly excursion: string;
  readonly since: EpochMs;
  readonly isExposed: boolean;
  readonly releasedAt: EpochMs | null;
}

/** A person's decision about a unit in the window. */
export interface DispositionFacts {
  readonly at: EpochMs;
  readonly din: string;
  readonly productCode: string;
  readonly decision: DecisionKind;
  readonly reason: string;
  readonly by: string;
}

/** What happened to units in a window. */
export interface UnitActs {
  readonly holds: readonly HoldFacts[];
  readonly dispositions: readonly DispositionFacts[];
  /** Units, not holds: a unit can be held for several excursions. */
  readonly held: number;
  /** With a concession or without. */
  readonly released: number;
  readonly otherUse: number;
  readonly discarded: number;
  /** Units held at the end of the window. */
  readonly stillHeld: number;
}

/** Holds begun or ended and decisions taken in a window, in order of time. */
export function unitActs(database: Database, { from, to }: Interval): UnitActs {
  const { query } = database;
  const holds = database
    .all(
      query
        .selectFrom("holds")
        .innerJoin("units", "units.number", "holds.unit")
        .select(["din", "product_code", "excursion", "since", "exposed", "released_at"])
        .where("since", "<", to)
        .where((where) =>
          where.or([
            where("since", ">=", from),
            where.and([where("released_at", ">=", from), where("released_at", "<", to)]),
          ]),
        )
        .orderBy("since")
        .orderBy("din")
        .orderBy("product_code")
        .orderBy("excursion"),
    )
    .map((row) => ({
      din: row.din,
      productCode: row.product_code,
      excursion: row.excursion,
      since: row.since,
      isExposed: row.exposed === 1,
      releasedAt: row.released_at,
    }));
  const dispositions = database
    .all(
      query
        .selectFrom("dispositions")
        .innerJoin("units", "units.number", "dispositions.unit")
        .select(["dispositions.at as at", "din", "product_code", "decision", "reason", "decided_by"])
        .where("dispositions.at", ">=", from)
        .where("dispositions.at", "<", to)
        .orderBy("dispositions.number"),
    )
    .map(({ at, din, product_code, decision, reason, decided_by }) => ({
      at,
      din,
      productCode: product_code,
      decision: decision as DecisionKind,
      reason,
      by: decided_by,
    }));
  const units = (list: readonly { readonly din: string; readonly productCode: string }[]): number =>
    new Set(list.map(({ din, productCode }) => `${din} ${productCode}`)).size;
  const still = database
    .prepare(
      "SELECT count(DISTINCT unit) AS n FROM holds WHERE since < ?1 AND (released_at IS NULL OR released_at >= ?1)",
    )
    .get(to);
  return {
    holds,
    dispositions,
    held: units(holds.filter(({ since }) => since >= from)),
    released: units(dispositions.filter(({ decision }) => givesBack(decision))),
    otherUse: units(dispositions.filter(({ decision }) => decision === "other-use")),
    discarded: units(dispositions.filter(({ decision }) => decision === "discard")),
    stillHeld: Number(still?.["n"] ?? 0),
  };
}
