import type { DurationMs, EpochMs } from "../time/millis.ts";

/**
 * What kind of exposure a stretch of a unit's life was. `equipment`: in an appliance other than a transport box, while an excursion there holds it; `out-of-storage`: in no
 * appliance, and back again; `transport`: in a transport box. These three never overlap. `no-agitation`: platelets that were not shown to be agitated, whatever else that time was.
 */
export const exposureKinds = ["equipment", "out-of-storage", "transport", "no-agitation"] as const;

/** One of the kinds of exposure. */
export type ExposureKind = (typeof exposureKinds)[number];

/** What was measured of a stretch, temperatures in degrees Celsius. */
export interface ExposureFigures {
  /** Time shown to be out of range, in transport beyond the limits of the box; out of storage, and shown to be without agitation, it is the stretch's length. */
  readonly outMs: DurationMs;
  /** Longest single run of it. */
  readonly longestOutMs: DurationMs;
  /** Time of which nothing can be shown. The true time out lies between `outMs` and `outMs + unknownMs`. */
  readonly unknownMs: DurationMs;
  /** Extremes of what was measured; null where nothing was. */
  readonly minCelsius: number | null;
  readonly maxCelsius: number | null;
  /** Area beyond the limits over measured time, degree-minutes. */
  readonly degreeMinutes: number;
}

/** One exposure of a unit. */
export interface Exposure extends ExposureFigures {
  readonly kind: ExposureKind;
  /** The appliance; null where it was in none. */
  readonly place: string | null;
  readonly start: EpochMs;
  readonly end: EpochMs;
  /** The excursions in it, of the appliance or of the transport box. */
  readonly causes: readonly string[];
  /** The limits from which `outMs` was reckoned; null on a side without one, or where none applied. */
  readonly limits: { readonly low: number | null; readonly high: number | null };
}

/** Nothing measured, nothing out. */
export const noFigures: ExposureFigures = {
  outMs: 0,
  longestOutMs: 0,
  unknownMs: 0,
  minCelsius: null,
  maxCelsius: null,
  degreeMinutes: 0,
};

const lesser = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.min(a, b);

const greater = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b);

/** Figures of one probe, or of one unit, over stretches that do not overlap: added up. */
export function sumFigures(all: readonly ExposureFigures[]): ExposureFigures {
  return all.reduce<ExposureFigures>(
    (sum, each) => ({
      outMs: sum.outMs + each.outMs,
      longestOutMs: Math.max(sum.longestOutMs, each.longestOutMs),
      unknownMs: sum.unknownMs + each.unknownMs,
      minCelsius: lesser(sum.minCelsius, each.minCelsius),
      maxCelsius: greater(sum.maxCelsius, each.maxCelsius),
      degreeMinutes: sum.degreeMinutes + each.degreeMinutes,
    }),
    noFigures,
  );
}

/**
 * Figures of several probes of one appliance over one stretch: of each figure the worst, for the unit was there once. The worst case, time out and
 * unknown together, is the greatest of the probes' own.
 */
export function worstFigures(probes: readonly ExposureFigures[]): ExposureFigures {
  const outMs = Math.max(0, ...probes.map((each) => each.outMs));
  const worstCaseMs = Math.max(0, ...probes.map((each) => each.outMs + each.unknownMs));
  return {
    outMs,
    longestOutMs: Math.max(0, ...probes.map((each) => each.longestOutMs)),
    unknownMs: worstCaseMs - outMs,
    minCelsius: probes.reduce<number | null>((min, each) => lesser(min, each.minCelsius), null),
    maxCelsius: probes.reduce<number | null>((max, each) => greater(max, each.maxCelsius), null),
    degreeMinutes: Math.max(0, ...probes.map((each) => each.degreeMinutes)),
  };
}
