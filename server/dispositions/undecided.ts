import type { DecidedFigures, DecidedUnit } from "@coldkeep/core/contract/dispositions.ts";
import type { Advice } from "@coldkeep/core/exposure/advice.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Services } from "../http/services.ts";
import { unitExposures } from "../units/held-exposures.ts";

/** A held unit that nobody has decided about, with what a person needs to decide. */
export interface UndecidedUnit {
  readonly din: string;
  readonly productCode: string;
  readonly description: string | null;
  /** Where it is now; null where it left: it is on the recall list. */
  readonly appliance: string | null;
  readonly exposed: boolean;
  readonly figures: DecidedFigures;
  readonly advice: readonly Advice[];
  /** Other excursions that hold it too. */
  readonly others: readonly string[];
}

/** An excursion with units that wait for a decision. */
export interface WaitingExcursion {
  readonly id: string;
  readonly appliance: string;
  readonly side: string;
  readonly status: string;
  readonly start: EpochMs;
  readonly units: number;
  /** Those that are in no appliance any more. */
  readonly left: number;
  /** Since when the first of them has been waiting. */
  readonly since: EpochMs;
}

/** Most excursions that the work list shows, and most units of one on a page. */
export const waitingExcursionsMax = 200;
export const undecidedUnitsMax = 1_000;

/** The excursions with units that wait for a decision, those that wait longest first. */
export function waitingExcursions({ database }: Pick<Services, "database">): WaitingExcursion[] {
  const rows = database.prepare(
    `SELECT excursions.id, excursions.appliance, side, excursions.status, "start", count(*) AS units,
       sum(unit_standing.appliance IS NULL) AS "left", min(since) AS since
     FROM holds JOIN excursions ON excursions.id = holds.excursion JOIN unit_standing ON unit_standing.unit = holds.unit
     WHERE released_at IS NULL AND unit_standing.status = 'held' GROUP BY excursions.id ORDER BY since, excursions.id LIMIT ?`,
  );
  return rows.all(waitingExcursionsMax) as unknown as WaitingExcursion[];
}

interface Row {
  readonly number: number;
  readonly din: string;
  readonly product_code: string;
  readonly description: string | null;
  readonly appliance: string | null;
  readonly exposed: 0 | 1;
}

/** The units that an excursion holds and nobody has decided about, by number, with their ledgers and what rules say of them. */
export async function undecidedUnits(services: Services, excursion: string): Promise<UndecidedUnit[]> {
  const { database, clock } = services;
  const rows = database
    .prepare(
      `SELECT units.number, din, product_code, description, unit_standing.appliance, exposed
       FROM holds JOIN units ON units.number = holds.unit JOIN unit_standing ON unit_standing.unit = units.number
       WHERE excursion = ? AND released_at IS NULL AND unit_standing.status = 'held' ORDER BY din, product_code LIMIT ?`,
    )
    .all(excursion, undecidedUnitsMax) as unknown as Row[];
  const listed = rows.map(({ number, product_code: productCode }) => ({ number, productCode }));
  const exposures = await unitExposures(services, listed, clock.epochMs());
  return rows.flatMap(({ din, product_code: productCode, description, appliance, exposed }, index) => {
    const exposure = exposures[index];
    if (exposure === undefined) return [];
    const { figures, advice, holds } = exposure;
    const others = holds
      .filter((hold) => hold.releasedAt === null && hold.excursion !== excursion)
      .map((hold) => hold.excursion);
    return [{ din, productCode, description, appliance, exposed: exposed === 1, figures, advice, others }];
  });
}

/** What a decision about a unit covers of what is known. */
export function decidedUnit({ din, productCode, figures, advice }: UndecidedUnit): DecidedUnit {
  return {
    din,
    productCode,
    figures,
    advice: Object.fromEntries(advice.map(({ rule, verdict }) => [rule, verdict])),
  };
}
