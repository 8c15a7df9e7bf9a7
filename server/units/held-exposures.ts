import type { DecidedFigures } from "@coldkeep/core/contract/dispositions.ts";
import type { Advice } from "@coldkeep/core/exposure/advice.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { blockHistory } from "../history/block-history.ts";
import type { Services } from "../http/services.ts";
import { openAgitation } from "./agitation-reads.ts";
import { adviseUnit } from "./unit-advice.ts";
import { unitLedger } from "./unit-ledger.ts";
import type { KeptHold, StandingUnit } from "./unit-reads.ts";

/** What a held unit went through in the excursions that held it, wherever that was, and what the rules say of its whole life. */
export interface UnitExposure {
  readonly figures: DecidedFigures;
  readonly advice: readonly Advice[];
  readonly holds: readonly KeptHold[];
}

/** What is needed of a unit to say it. */
export type ExposedUnit = Pick<StandingUnit, "number" | "productCode">;

/** What each of these units went through until an instant, in their order; time that many of them were in one place is measured once. */
export function unitExposures(
  services: Pick<
    Services,
    "database" | "units" | "excursions" | "engine" | "history" | "site" | "unitSettings"
  >,
  listed: readonly ExposedUnit[],
  at: EpochMs,
): Promise<UnitExposure[]> {
  const { database, units, excursions, engine, site, unitSettings } = services;
  const history = blockHistory(services.history);
  const { components } = unitSettings;
  const parts = { excursions, engine, history, site, components, agitation: openAgitation(database) };
  return Promise.all(
    listed.map(async ({ number, productCode }) => {
      const holds = units.holds(number);
      const residences = units.residences(number);
      const ledger = await unitLedger(parts, { productCode, holds, residences }, at);
      const { outMs, worstCaseMs, longestOutMs, count, minCelsius, maxCelsius, degreeMinutes } =
        ledger.inExcursions;
      return {
        figures: { outMs, worstCaseMs, longestOutMs, count, minCelsius, maxCelsius, degreeMinutes },
        advice: adviseUnit(unitSettings, site(), productCode, ledger).advice,
        holds,
      };
    }),
  );
}
