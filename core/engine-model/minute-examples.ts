import type { ExcursionFigures } from "../engine/excursion.ts";
import type { Reading } from "../readings/reading.ts";
import { constantRules, type ProbeRules, type Profile } from "../site/profile.ts";
import { minuteMs } from "../time/millis.ts";
import { naiveCoverage, naiveJudge } from "./naive-model.ts";

/** Red cells: 2..6 °C, critical beyond 1 and 10. */
export const profile: Profile = {
  low: 2,
  high: 6,
  criticalLow: 1,
  criticalHigh: 10,
  deadband: 0.3,
  maxGap: 5 * minuteMs,
  excursionAfter: 10 * minuteMs,
  recoverAfter: 5 * minuteMs,
  unmonitoredAfter: 30 * minuteMs,
  alarmDelay: 5 * minuteMs,
};
/** Rules under which every blip is seen. */
export const strict: Profile = { ...profile, excursionAfter: 0 };

type Value = number | "fault";
const readingAt = (minute: number, value: Value): Reading =>
  value === "fault" ? { at: minute * minuteMs, fault: "open" } : { at: minute * minuteMs, celsius: value };

/** Readings at the minutes named. */
export const at = (...pairs: (readonly [minute: number, value: Value])[]): Reading[] =>
  pairs.map(([minute, value]) => readingAt(minute, value));

/** Readings one minute apart. */
export const everyMinute = (values: readonly Value[], first = 0): Reading[] =>
  values.map((value, index) => readingAt(first + index, value));

/** A value several times over. */
export const times = (count: number, value: Value): Value[] => Array.from({ length: count }, () => value);

/** All excursions, judged at the last reading or at the minute named. */
export function judge(
  readings: readonly Reading[],
  rules: Profile | ProbeRules = strict,
  nowMinute?: number,
) {
  const last = Math.max(...readings.map((reading) => reading.at));
  const now = nowMinute === undefined ? last : nowMinute * minuteMs;
  return naiveJudge(readings, "profiles" in rules ? rules : constantRules(rules), now).excursions;
}

/** The only excursion there is. */
export function only(...args: Parameters<typeof judge>): ExcursionFigures {
  const [first, ...others] = judge(...args);
  if (first === undefined || others.length > 0)
    throw new RangeError(`expected one excursion, not ${others.length}`);
  return first;
}

/** Minutes in, low, high, unknown and pending, in this order. */
export function coverage(
  readings: readonly Reading[],
  rules: Profile,
  from: number,
  to: number,
  now: number,
) {
  const found = naiveCoverage(readings, constantRules(rules), from * minuteMs, to * minuteMs, now * minuteMs);
  return Object.values(found).map((ms) => Number(ms) / minuteMs);
}

/** Minutes as milliseconds. */
export const minutes = (value: number): number => value * minuteMs;
