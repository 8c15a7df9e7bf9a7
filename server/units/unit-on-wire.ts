import { instantOrNull } from "@coldkeep/core/contract/instants.ts";
import type { ExposureLedger, LedgerTotals } from "@coldkeep/core/exposure/ledger.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import type { Services } from "../http/services.ts";
import { adviseUnit, type UnitAdvice } from "./unit-advice.ts";
import type { StandingUnit } from "./unit-reads.ts";

/** A unit as lists answer it. */
export function unitOnWire(unit: StandingUnit) {
  const { din, productCode, description, expires, status, appliance } = unit;
  return { din, productCode, description, expires, status, appliance };
}

/** One unit whole, as the call for it answers. */
export async function unitDetailOnWire(services: Services, unit: StandingUnit) {
  const { units, clock } = services;
  const ledger = await units.ledger(unit.number, clock.epochMs());
  return {
    ...unitOnWire(unit),
    residences: units.residences(unit.number).map(({ appliance, from, to }) => ({
      appliance,
      from: formatInstant(from),
      to: instantOrNull(to),
    })),
    ledger: ledgerOnWire(ledger),
    advice: adviceOnWire(adviseUnit(services.unitSettings, services.site(), unit.productCode, ledger)),
    holds: units.holds(unit.number).map(({ excursion, since, exposed, releasedAt }) => ({
      excursion,
      since: formatInstant(since),
      exposed,
      releasedAt: instantOrNull(releasedAt),
    })),
    dispositions: units
      .dispositions(unit.number)
      .map(({ decision, by, reason, at }) => ({ decision, by, reason, at: formatInstant(at) })),
  };
}

function ledgerOnWire({ byKind, inExcursions, exposures, stillIn, outSince }: ExposureLedger) {
  const { equipment, transport } = byKind;
  return {
    ...totalsOnWire(inExcursions),
    byKind: {
      equipment: totalsOnWire(equipment),
      transport: totalsOnWire(transport),
      "out-of-storage": totalsOnWire(byKind["out-of-storage"]),
      "no-agitation": totalsOnWire(byKind["no-agitation"]),
    },
    exposures: exposures.map(
      ({ kind, place, start, end, causes, limits, outMs, longestOutMs, unknownMs, ...extremes }) => ({
        kind,
        place,
        start: formatInstant(start),
        end: formatInstant(end),
        causes: [...causes],
        limits,
        outMs,
        longestOutMs,
        unknownMs,
        minCelsius: extremes.minCelsius,
        maxCelsius: extremes.maxCelsius,
        degreeMinutes: extremes.degreeMinutes,
      }),
    ),
    stillIn: stillIn === null ? null : { appliance: stillIn.place, since: formatInstant(stillIn.since) },
    outSince: instantOrNull(outSince),
  };
}

function totalsOnWire(totals: LedgerTotals) {
  const { count, lengthMs, longestLengthMs, outMs, longestOutMs, unknownMs, worstCaseMs } = totals;
  const { minCelsius, maxCelsius, degreeMinutes } = totals;
  const times = { lengthMs, longestLengthMs, outMs, longestOutMs, unknownMs, worstCaseMs };
  return { count, ...times, minCelsius, maxCelsius, degreeMinutes };
}

function adviceOnWire({ component, componentFrom, advice }: UnitAdvice) {
  return { component, componentFrom, rules: advice.map((each) => ({ ...each, figures: [...each.figures] })) };
}
