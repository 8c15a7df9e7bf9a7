import type { DecidedFigures, DecidedUnit } from "@coldkeep/core/contract/dispositions.ts";
import type { Advice } from "@coldkeep/core/exposure/advice.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { History } from "../history/history.ts";
import type { Services } from "../http/services.ts";
import { adviseUnit } from "../units/unit-advice.ts";
import { openAgitation } from "../units/agitation-reads.ts";
import { unitLedger } from "../units/unit-ledger.ts";

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
  const { database, units, excursions, engine, clock, site } = services;
  const { components } = services.unitSettings;
  const rows = database
    .prepare(
      `SELECT units.number, din, product_code, description, unit_standing.appliance, exposed
       FROM holds JOIN units ON units.number = holds.unit JOIN unit_standing ON unit_standing.unit = units.number
       WHERE excursion = ? AND released_at IS NULL AND unit_standing.status = 'held' ORDER BY din, product_code LIMIT ?`,
    )
    .all(excursion, undecidedUnitsMax) as unknown as Row[];
  const now = clock.epochMs();
  const history = remembering(services.history);
  const parts = { excursions, engine, history, site, components, agitation: openAgitation(database) };
  return Promise.all(
    rows.map(async ({ number, din, product_code: productCode, description, appliance, exposed }) => {
      const holds = units.holds(number);
      const ledger = await unitLedger(
        parts,
        { productCode, holds, residences: units.residences(number) },
        now,
      );
      const { outMs, worstCaseMs, longestOutMs, count, minCelsius, maxCelsius, degreeMinutes } =
        ledger.inExcursions;
      return {
        din,
        productCode,
        description,
        appliance,
        exposed: exposed === 1,
        figures: { outMs, worstCaseMs, longestOutMs, count, minCelsius, maxCelsius, degreeMinutes },
        advice: adviseUnit(services.unitSettings, services.site(), productCode, ledger).advice,
        others: holds
          .filter((hold) => hold.releasedAt === null && hold.excursion !== excursion)
          .map((hold) => hold.excursion),
      };
    }),
  );
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

/** The history, asked once for each window: the units of one refrigerator were mostly there for the same time. */
function remembering(history: History): History {
  const known = new Map<string, ReturnType<History["measure"]>>();
  return {
    ...history,
    measure: (probe, from, to, now) => {
      const key = `${probe.number} ${from} ${to}`;
      const found = known.get(key) ?? history.measure(probe, from, to, now);
      known.set(key, found);
      return found;
    },
  };
}
