import type { ExcursionFigures } from "@coldkeep/core/engine/excursion.ts";
import { heldInterval } from "@coldkeep/core/engine/excursion.ts";
import type { Interval } from "@coldkeep/core/engine/line.ts";
import { agitationExposures, whereAll } from "@coldkeep/core/exposure/agitation.ts";
import {
  equipmentExposure,
  type HeldStretch,
  heldStretches,
  type HoldingExcursion,
  type ProbeWindow,
} from "@coldkeep/core/exposure/equipment.ts";
import type { Exposure, ExposureFigures } from "@coldkeep/core/exposure/exposure.ts";
import { type ExposureLedger, foldLedger, gapExposures } from "@coldkeep/core/exposure/ledger.ts";
import { partTransport, transportExposure } from "@coldkeep/core/exposure/transport.ts";
import {
  type Stay,
  type UnitResidence,
  type Whereabouts,
  whereabouts,
} from "@coldkeep/core/exposure/whereabouts.ts";
import { ruleAt } from "@coldkeep/core/site/profile.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { ExcursionReads } from "../excursions/excursion-reads.ts";
import type { History } from "../history/history.ts";
import type { SiteEngine } from "../judging/site-engine.ts";
import type { SiteBook } from "../site/site-book.ts";
import type { AgitationReads } from "./agitation-reads.ts";
import { componentOf } from "./unit-component.ts";
import type { KeptHold } from "./unit-reads.ts";
import type { UnitSettings } from "./unit-settings.ts";

/** What a unit's ledger is made from. */
export interface LedgerParts {
  readonly excursions: ExcursionReads;
  readonly history: History;
  readonly engine: SiteEngine;
  readonly agitation: AgitationReads;
  readonly site: () => SiteBook | null;
  readonly components: UnitSettings["components"];
}

/** A unit whose ledger is made. */
export interface LedgerUnit {
  readonly productCode: string;
  readonly holds: readonly KeptHold[];
  readonly residences: readonly UnitResidence[];
}

/** An excursion that holds a unit as exposed. */
interface Holding extends HoldingExcursion {
  readonly side: ExcursionFigures["side"];
}

/**
 * What a unit went through until now, over its life and wherever it was: measured in the readings of each appliance while an excursion held it there (design.md section 5, Holds), and
 * of each transport box all the time that it was in it; for platelets also what is known of their agitation (docs/units.md).
 */
export async function unitLedger(
  parts: LedgerParts,
  { productCode, holds, residences }: LedgerUnit,
  now: EpochMs,
): Promise<ExposureLedger> {
  const book = parts.site();
  const where = whereabouts(residences, now);
  const holding = holdingExcursions(parts, holds, now);
  const { stored, carried } = partTransport(
    where,
    (place) => book?.appliances.get(place)?.kind === "transport-box",
  );
  const stretches = heldStretches(stored, holding);
  const equipment = await Promise.all(stretches.map((stretch) => measured(parts, stretch, now)));
  const transport = await Promise.all(carried.map((stay) => transported(parts, where, stay, holding, now)));
  const places = where.stays.map(({ place }) => place);
  const { component } = componentOf(parts.components, book, productCode, places);
  const agitation = component === "platelets" ? standingStill(parts, where, holding) : [];
  return foldLedger(where, [...equipment, ...transport, ...gapExposures(where), ...agitation]);
}

function holdingExcursions({ excursions }: LedgerParts, holds: readonly KeptHold[], now: EpochMs): Holding[] {
  return holds
    .filter(({ exposed }) => exposed)
    .flatMap(({ excursion }) => {
      const found = excursions.find(excursion, now);
      if (found === null || found.status === "withdrawn") return [];
      const { id, appliance, probe, figures } = found;
      return [{ id, appliance, probe, held: heldInterval(figures), side: figures.side }];
    });
}

async function measured(parts: LedgerParts, stretch: HeldStretch, now: EpochMs): Promise<Exposure> {
  const measure = (windows: readonly ProbeWindow[]) =>
    Promise.all(windows.map((window) => measuredWindow(parts, window, now)));
  const measures = { runs: await measure(stretch.runs), parts: await measure(stretch.parts) };
  const [first] = stretch.runs;
  const limits = first === undefined ? noLimits : limitsOf(parts, first.probe, stretch.from);
  return equipmentExposure(stretch, measures, limits);
}

async function transported(
  parts: LedgerParts,
  where: Whereabouts,
  stay: Stay,
  holding: readonly Holding[],
  now: EpochMs,
): Promise<Exposure> {
  const causes = heldStretches({ ...where, stays: [stay] }, holding).flatMap((each) => each.causes);
  const probes = judgingProbes(parts, stay);
  const [first] = probes;
  const { from, to } = stay;
  const figures = await Promise.all(probes.map((probe) => measuredWindow(parts, { probe, from, to }, now)));
  const limits = first === undefined ? noLimits : limitsOf(parts, first, from);
  return transportExposure(stay, [...new Set(causes)].sort(), figures, limits);
}

/** The probes of a box by whose limits it is judged; where none has any, all. */
function judgingProbes(parts: LedgerParts, { place, from }: Stay): string[] {
  const all = (parts.site()?.appliances.get(place)?.probes ?? []).map(({ id }) => id);
  const limited = all.filter((probe) => {
    const { low, high } = limitsOf(parts, probe, from);
    return low !== null || high !== null;
  });
  return limited.length === 0 ? all : limited;
}

function standingStill(
  { site, agitation }: LedgerParts,
  where: Whereabouts,
  holding: readonly Holding[],
): Exposure[] {
  const book = site();
  return agitationExposures(where, (stay) => {
    const told = agitation(book, stay.place, stay);
    if (told === null) return null;
    const silent = holding
      .filter(({ appliance, side }) => appliance === stay.place && side === "unmonitored")
      .map(({ probe, held }) => ({ of: probe, from: held.from, to: held.to ?? where.until }));
    const probes = book?.appliances.get(stay.place)?.probes.length ?? 1;
    return { ...told, unheard: whereAll(silent, probes) };
  });
}

async function measuredWindow(
  { engine, history }: LedgerParts,
  { probe, from, to }: { readonly probe: string } & Interval,
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

const noLimits: Exposure["limits"] = { low: null, high: null };

function limitsOf({ engine }: LedgerParts, probe: string, at: EpochMs): Exposure["limits"] {
  const memory = engine.probe(probe);
  if (memory === undefined) return noLimits;
  const { low, high } = ruleAt(memory.probe.rules.profiles, at);
  return { low, high };
}
