import { heldInterval } from "@coldkeep/core/engine/excursion.ts";
import {
  equipmentExposure,
  type HeldStretch,
  heldStretches,
  type HoldingExcursion,
  type ProbeWindow,
} from "@coldkeep/core/exposure/equipment.ts";
import type { Exposure, ExposureFigures } from "@coldkeep/core/exposure/exposure.ts";
import { type ExposureLedger, foldLedger, gapExposures } from "@coldkeep/core/exposure/ledger.ts";
import { type UnitResidence, whereabouts } from "@coldkeep/core/exposure/whereabouts.ts";
import { ruleAt } from "@coldkeep/core/site/profile.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { ExcursionReads } from "../excursions/excursion-reads.ts";
import type { History } from "../history/history.ts";
import type { SiteEngine } from "../judging/site-engine.ts";
import type { KeptHold } from "./unit-reads.ts";

/** What a unit's ledger is made from. */
export interface LedgerParts {
  readonly excursions: ExcursionReads;
  readonly history: History;
  readonly engine: SiteEngine;
}

/** What a unit went through until now, over its life and wherever it was: measured in the readings of each appliance while an excursion held it there (design.md section 5, Holds). */
export async function unitLedger(
  parts: LedgerParts,
  holds: readonly KeptHold[],
  residences: readonly UnitResidence[],
  now: EpochMs,
): Promise<ExposureLedger> {
  const where = whereabouts(residences, now);
  const stretches = heldStretches(where, holdingExcursions(parts, holds, now));
  const equipment = await Promise.all(stretches.map((stretch) => measured(parts, stretch, now)));
  return foldLedger(where, [...equipment, ...gapExposures(where)]);
}

function holdingExcursions(
  { excursions }: LedgerParts,
  holds: readonly KeptHold[],
  now: EpochMs,
): HoldingExcursion[] {
  return holds
    .filter(({ exposed }) => exposed)
    .flatMap(({ excursion }) => {
      const found = excursions.find(excursion, now);
      if (found === null || found.status === "withdrawn") return [];
      const { id, appliance, probe, figures } = found;
      return [{ id, appliance, probe, held: heldInterval(figures) }];
    });
}

async function measured(parts: LedgerParts, stretch: HeldStretch, now: EpochMs): Promise<Exposure> {
  const measure = (windows: readonly ProbeWindow[]) =>
    Promise.all(windows.map((window) => measuredWindow(parts, window, now)));
  const measures = { runs: await measure(stretch.runs), parts: await measure(stretch.parts) };
  return equipmentExposure(stretch, measures, limitsOf(parts, stretch));
}

async function measuredWindow(
  { engine, history }: LedgerParts,
  { probe, from, to }: ProbeWindow,
  now: EpochMs,
): Promise<ExposureFigures> {
  const memory = engine.probe(probe);
  // A probe that is no longer of the site has no readings to show: all of it is unknown.
  if (memory === undefined) {
    const unknown = { minCelsius: null, maxCelsius: null, degreeMinutes: 0 };
    return { outMs: 0, longestOutMs: 0, unknownMs: to - from, ...unknown };
  }
  const { lowMs, highMs, longestOutMs, unknownMs, ...extremes } = await history.measure(
    memory,
    from,
    to,
    now,
  );
  const { minCelsius, maxCelsius, degreeMinutes } = extremes;
  return { outMs: lowMs + highMs, longestOutMs, unknownMs, minCelsius, maxCelsius, degreeMinutes };
}

function limitsOf({ engine }: LedgerParts, { runs, from }: HeldStretch): Exposure["limits"] {
  const [first] = runs;
  const memory = first === undefined ? undefined : engine.probe(first.probe);
  if (memory === undefined) return { low: null, high: null };
  const { low, high } = ruleAt(memory.probe.rules.profiles, from);
  return { low, high };
}
