import { naiveCoverage, naiveJudge } from "@coldkeep/core/engine-model/naive-model.ts";
import type { Coverage, ExcursionFigures } from "@coldkeep/core/engine/excursion.ts";
import { isGood, type Reading } from "@coldkeep/core/readings/reading.ts";
import { type ProbeRules, type Profile, ruleAt } from "@coldkeep/core/site/profile.ts";
import { type DurationMs, type EpochMs, hourMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import { believing, naiveTrusted } from "./naive-trusted.ts";

/** Measured time well in range that separates windows: longer than any recovery, so that nothing is under way after it. */
const quietMs: DurationMs = 30 * minuteMs;
/** Windows are at least this long; the naive model is quadratic in their readings. */
const windowMsMin: DurationMs = 6 * hourMs;

/** What the naive model makes of a whole history, window by window. */
export interface NaiveHistory {
  readonly excursions: readonly ExcursionFigures[];
  /** How the time between two instants divides. */
  readonly coverage: Coverage;
  readonly windows: number;
  /** Readings of the largest window. */
  readonly largest: number;
  /** Good readings that were not believed. */
  readonly distrusted: number;
}

/**
 * Judges a probe's whole history by the naive model. It is cut at readings where nothing was under way and which both windows share, so that nothing is lost
 * between them. What it distrusts it distrusts beforehand. `told` are readings in order and without repeats; the coverage is of `from` to `to`, as judged at `now`.
 */
export function naiveHistory(
  told: readonly Reading[],
  toldRules: ProbeRules,
  from: EpochMs,
  to: EpochMs,
  now: EpochMs,
): NaiveHistory {
  const readings = naiveTrusted(told, toldRules);
  const rules = believing(toldRules);
  const cuts = [0, ...quietCuts(readings, rules), readings.length - 1];
  const excursions: ExcursionFigures[] = [];
  const sum = { inMs: 0, lowMs: 0, highMs: 0, unknownMs: 0, pendingMs: 0 };
  let largest = 0;
  for (const [index, first] of cuts.slice(0, -1).entries()) {
    const isFirst = index === 0;
    const isLast = index === cuts.length - 2;
    const window = readings.slice(first, (cuts[index + 1] ?? first) + 1);
    const beginAt = window[0]?.at ?? from;
    const endAt = window.at(-1)?.at ?? to;
    const asOf = isLast ? now : endAt;
    largest = Math.max(largest, window.length);
    excursions.push(...naiveJudge(window, rules, asOf).excursions);
    const span = { from: isFirst ? from : Math.max(from, beginAt), to: isLast ? to : Math.min(to, endAt) };
    if (span.to <= span.from) continue;
    const part = naiveCoverage(window, rules, span.from, span.to, asOf);
    for (const name of Object.keys(sum) as (keyof Coverage)[]) sum[name] += part[name];
  }
  return {
    excursions,
    coverage: sum,
    windows: cuts.length - 1,
    largest,
    distrusted: distrustedIn(told, readings),
  };
}

/** Readings, by their places, at the end of `quietMs` of measured time inside the shrunk limits of one profile. */
function quietCuts(readings: readonly Reading[], rules: ProbeRules): number[] {
  const cuts: number[] = [];
  let cutAt = readings[0]?.at ?? 0;
  let quietFrom: EpochMs | null = null;
  let before: Reading | null = null;
  for (const [index, reading] of readings.entries()) {
    const profile = ruleAt(rules.profiles, reading.at);
    const goesOn: boolean =
      before !== null &&
      before.at < reading.at &&
      reading.at - before.at <= profile.maxGap &&
      ruleAt(rules.profiles, before.at) === profile;
    if (!isWellIn(reading, profile)) quietFrom = null;
    else if (!goesOn || quietFrom === null) quietFrom = reading.at;
    const isAlone = readings[index + 1]?.at !== reading.at;
    if (
      quietFrom !== null &&
      isAlone &&
      reading.at - quietFrom >= quietMs &&
      reading.at - cutAt >= windowMsMin
    ) {
      cuts.push(index);
      cutAt = reading.at;
    }
    before = reading;
  }
  return cuts;
}

function isWellIn(reading: Reading, { low, high, deadband }: Profile): boolean {
  if (!isGood(reading)) return false;
  const { celsius } = reading;
  return (low === null || celsius >= low + deadband) && (high === null || celsius <= high - deadband);
}

function distrustedIn(told: readonly Reading[], readings: readonly Reading[]): number {
  return told.filter((reading, index) => reading !== readings[index]).length;
}
