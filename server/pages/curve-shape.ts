import { isGood, type Reading } from "@coldkeep/core/readings/reading.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { curvePointsMax } from "./limits.ts";
import type { CurveView, LimitsView } from "./views.ts";

/** One point of a curve: when, and degrees Celsius. */
export type CurvePoint = readonly [at: EpochMs, celsius: number];

/** A stretch of time; `to` is null where it has not ended. */
export interface Span {
  readonly from: EpochMs;
  readonly to: EpochMs | null;
}

/** What is drawn over a curve besides the line itself. */
export interface CurveMark extends Span {
  readonly kind: "excursion" | "held";
  readonly label: string;
}

/** A curve as it is drawn: measured stretches as lines, everything between them as unknown time. */
export interface CurveShape {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly runs: readonly (readonly CurvePoint[])[];
  readonly unknown: readonly { readonly from: EpochMs; readonly to: EpochMs }[];
  readonly limits: LimitsView;
  /** What the vertical axis spans, degrees Celsius. */
  readonly bottom: number;
  readonly top: number;
}

/**
 * Divides a window into measured and unknown time by the rule of evidence (design.md section 5): two good readings at most
 * `maxGapMs` apart have measured time between them, all else between readings is unknown. `now` ends what can be known: the time
 * after the last reading is unknown only once it exceeds the gap, and the future is left blank, as is up to one gap at the edges of
 * the window, where the next reading lies outside.
 */
export function shapeCurve(curve: CurveView, now: EpochMs): CurveShape {
  return shapeWindow({ ...curve, from: Math.floor(curve.from), to: Math.ceil(curve.to) }, now);
}

/** Windows are cut in halves and quarters on the way here; from here on they are whole milliseconds. */
function shapeWindow(curve: CurveView, now: EpochMs): CurveShape {
  const readings = curve.readings.filter((reading) => reading.at >= curve.from && reading.at <= curve.to);
  const runs: CurvePoint[][] = [];
  const unknown: { from: EpochMs; to: EpochMs }[] = [];
  const cover = (from: EpochMs, to: EpochMs): void => {
    const last = unknown.at(-1);
    if (last?.to === from) last.to = to;
    else if (to > from) unknown.push({ from, to });
  };
  const end = Math.min(curve.to, Math.max(now, curve.from));
  let before: Reading | null = null;
  for (const reading of readings) {
    const joined =
      before !== null && isGood(before) && isGood(reading) && reading.at - before.at <= curve.maxGapMs;
    if (!joined) {
      const from: EpochMs = before?.at ?? curve.from;
      if (before !== null || reading.at - from > curve.maxGapMs) cover(from, reading.at);
      if (isGood(reading)) runs.push([]);
    }
    if (isGood(reading)) runs.at(-1)?.push([reading.at, reading.celsius]);
    before = reading;
  }
  const last: EpochMs = before?.at ?? curve.from;
  if (end - last > curve.maxGapMs || (before !== null && !isGood(before))) cover(last, end);
  return {
    from: curve.from,
    to: curve.to,
    runs: thin(runs),
    unknown,
    limits: curve.limits,
    ...extent(runs, curve.limits),
  };
}

/** Keeps of each run what a drawing can show: per bucket the first, lowest, highest and last point, so that no extreme is lost. */
function thin(runs: readonly (readonly CurvePoint[])[]): readonly (readonly CurvePoint[])[] {
  const total = runs.reduce((sum, run) => sum + run.length, 0);
  if (total <= curvePointsMax) return runs;
  const size = Math.ceil((total * 4) / curvePointsMax);
  return runs.map((run) => {
    const kept: CurvePoint[] = [];
    for (let start = 0; start < run.length; start += size)
      kept.push(...corners(run.slice(start, start + size)));
    return kept;
  });
}

function corners(points: readonly CurvePoint[]): CurvePoint[] {
  let lowest = 0;
  let highest = 0;
  for (const [index, [, value]] of points.entries()) {
    if (value < (points[lowest]?.[1] ?? value)) lowest = index;
    if (value > (points[highest]?.[1] ?? value)) highest = index;
  }
  const indexes = [...new Set([0, lowest, highest, points.length - 1])].sort((a, b) => a - b);
  return indexes.flatMap((index) => {
    const point = points[index];
    return point ? [point] : [];
  });
}

function extent(
  runs: readonly (readonly CurvePoint[])[],
  limits: LimitsView,
): { bottom: number; top: number } {
  let bottom = Math.min(limits.low ?? Infinity, limits.high ?? Infinity);
  let top = Math.max(limits.high ?? -Infinity, limits.low ?? -Infinity);
  for (const run of runs) {
    for (const [, value] of run) {
      bottom = Math.min(bottom, value);
      top = Math.max(top, value);
    }
  }
  if (!Number.isFinite(bottom)) return { bottom: 0, top: 10 };
  const margin = Math.max((top - bottom) * 0.12, 0.5);
  return { bottom: bottom - margin, top: top + margin };
}

const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200];

/** Values for the lines of a vertical axis: at most `most` round ones between bottom and top. */
export function axisValues(bottom: number, top: number, most: number): number[] {
  const step = steps.find((size) => (top - bottom) / size <= most) ?? 500;
  const values: number[] = [];
  for (let index = Math.ceil(bottom / step); index * step <= top; index++) {
    values.push(Number((index * step).toFixed(1)));
  }
  return values;
}
