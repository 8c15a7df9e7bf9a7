import type { HeldInterval } from "../engine/excursion.ts";
import type { Interval } from "../engine/line.ts";
import { type Exposure, type ExposureFigures, sumFigures, worstFigures } from "./exposure.ts";
import { joined } from "./joined.ts";
import type { Whereabouts } from "./whereabouts.ts";

/** An excursion as far as units are concerned: whose probe, where, and the interval for which it holds. Withdrawn ones are left out. */
export interface HoldingExcursion {
  readonly id: string;
  readonly appliance: string;
  readonly probe: string;
  readonly held: HeldInterval;
}

/** A window of one probe that is to be measured. */
export interface ProbeWindow extends Interval {
  readonly probe: string;
}

/** A stretch of a stay in which excursions held: all that touch one another there, of whichever probe. */
export interface HeldStretch extends Interval {
  readonly place: string;
  readonly causes: readonly string[];
  /** For each probe with an excursion in it, the windows that are its own, apart from one another. */
  readonly runs: readonly ProbeWindow[];
  /** The same cut wherever an excursion of any probe begins or ends to hold: in each part the same excursions do. */
  readonly parts: readonly ProbeWindow[];
}

interface HeldWindow extends ProbeWindow {
  readonly id: string;
}

/** The stretches in which a unit was where an excursion held it. */
export function heldStretches(where: Whereabouts, excursions: readonly HoldingExcursion[]): HeldStretch[] {
  return where.stays.flatMap((stay) => {
    const windows = excursions
      .filter(({ appliance }) => appliance === stay.place)
      .map(({ id, probe, held }) => ({
        id,
        probe,
        from: Math.max(held.from, stay.from),
        to: Math.min(held.to ?? where.until, stay.to),
      }))
      .filter(({ from, to }) => to > from);
    return joined(windows).map(({ from, to, members }) => {
      const runs = runsOf(members);
      const causes = [...new Set(members.map(({ id }) => id))].sort();
      return { place: stay.place, from, to, causes, runs, parts: partsOf(runs, members) };
    });
  });
}

function runsOf(windows: readonly HeldWindow[]): ProbeWindow[] {
  const probes = [...new Set(windows.map(({ probe }) => probe))].sort();
  return probes.flatMap((probe) =>
    joined(windows.filter((each) => each.probe === probe)).map(({ from, to }) => ({ probe, from, to })),
  );
}

function partsOf(runs: readonly ProbeWindow[], windows: readonly HeldWindow[]): ProbeWindow[] {
  const cuts = [...new Set(windows.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  return runs.flatMap(({ probe, from, to }) => {
    const ends = cuts.filter((cut) => cut > from && cut <= to);
    return ends.map((end, index) => ({ probe, from: ends[index - 1] ?? from, to: end }));
  });
}

/** What was measured in the windows of a stretch, each in the order of its windows. */
export interface StretchMeasures {
  readonly runs: readonly ExposureFigures[];
  readonly parts: readonly ExposureFigures[];
}

/**
 * The exposure that a stretch was: the sum over its parts of the worst of the probes there; the longest run is that of one probe. More excursions never
 * make less of it. The limits are those that applied there.
 */
export function equipmentExposure(
  { place, from, to, causes, parts }: HeldStretch,
  measures: StretchMeasures,
  limits: Exposure["limits"],
): Exposure {
  const starts = [...new Set(parts.map((part) => part.from))];
  const worst = starts.map((start) =>
    worstFigures(measures.parts.filter((_, index) => parts[index]?.from === start)),
  );
  const longestOutMs = Math.max(0, ...measures.runs.map((each) => each.longestOutMs));
  return {
    kind: "equipment",
    place,
    start: from,
    end: to,
    causes,
    limits,
    ...sumFigures(worst),
    longestOutMs,
  };
}
