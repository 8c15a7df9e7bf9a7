import { compareReadings, isGood, type Reading } from "../readings/reading.ts";
import { ruleAt, type ProbeRules, type Profile } from "../site/profile.ts";
import type { DurationMs, EpochMs } from "../time/millis.ts";
import { naiveDistrust } from "./naive-trust.ts";

/** A span of event time, both ends included. */
export interface Interval {
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** A reading as it is judged: calibrated, beside the profile in force at its `at`. `celsius` is null for a fault. */
export interface Sample {
  readonly at: EpochMs;
  readonly celsius: number | null;
  readonly profile: Profile;
}

/** A good reading as it is judged. */
export interface GoodSample extends Sample {
  readonly celsius: number;
}

/** The straight line of temperature between two consecutive good readings. */
export interface Line {
  readonly a: GoodSample;
  readonly b: GoodSample;
}

/** A stretch of time between two consecutive readings under one profile; `line` is null where the temperature is unknown. */
export interface Part extends Interval {
  readonly profile: Profile;
  readonly line: Line | null;
}

/** A part in which the temperature is known. */
export interface MeasuredPart extends Part {
  readonly line: Line;
}

/** The time from the last reading to `now`; null where `now` is not after the last reading or there is no reading. */
export interface Trailing extends Interval {
  readonly kind: "unknown" | "pending";
}

/** Everything that the readings say about the time around them, written out. */
export interface Evidence {
  readonly samples: readonly Sample[];
  readonly parts: readonly Part[];
  readonly trailing: Trailing | null;
}

/** Length of a span; negative lengths (spans that do not meet) count as none. */
export function lengthMs(interval: Interval): DurationMs {
  return Math.max(0, interval.to - interval.from);
}

/** What two spans have in common; its length is zero where they do not meet. */
export function intersect(a: Interval, b: Interval): Interval {
  return { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) };
}

/** Joins spans that overlap or touch. */
export function mergeTouching(intervals: readonly Interval[]): Interval[] {
  const merged: Interval[] = [];
  for (const next of intervals.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    const last = merged.at(-1);
    if (last !== undefined && next.from <= last.to) {
      merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, next.to) };
    } else merged.push({ from: next.from, to: next.to });
  }
  return merged;
}

/** Narrows a sample to one that carries a temperature. */
export function isGoodSample(sample: Sample): sample is GoodSample {
  return sample.celsius !== null;
}

/** Narrows a part to one in which the temperature is known. */
export function isMeasured(part: Part): part is MeasuredPart {
  return part.line !== null;
}

/** Writes out the evidence of the readings, as known at `now` (design.md section 5, "Evidence"). */
export function gatherEvidence(readings: readonly Reading[], rules: ProbeRules, now: EpochMs): Evidence {
  const samples = toSamples(readings, rules);
  const parts = samples.flatMap((b, index) => {
    const a = samples[index - 1];
    return a === undefined ? [] : partsBetween(a, b, rules);
  });
  return { samples, parts, trailing: trailingTime(samples.at(-1), now) };
}

/**
 * "Order the readings by `at` (equal `(at, celsius)` is one reading; different values at one instant all stand, faults first, then
 * by value)." "A calibration offset [...] applies from an instant; a reading is judged by what applied at its `at`."
 */
function toSamples(readings: readonly Reading[], rules: ProbeRules): Sample[] {
  const ordered = readings.toSorted(compareReadings);
  const distinct = ordered.filter((reading, index) => {
    const before = ordered[index - 1];
    return before === undefined || compareReadings(before, reading) !== 0;
  });
  // "Each is judged exactly as a fault of the sensor" (docs/sensor-trust.md).
  const distrusted = naiveDistrust(distinct, rules);
  return distinct.map((reading, index) => ({
    at: reading.at,
    celsius:
      isGood(reading) && distrusted[index] === null
        ? reading.celsius + ruleAt(rules.offsets, reading.at)
        : null,
    profile: ruleAt(rules.profiles, reading.at),
  }));
}

/**
 * "Between consecutive readings `a, b`: if both are good (not a fault) and `b.at - a.at <= maxGap`, the segment is *measured* and
 * the temperature in it is linear; else all of `(a.at, b.at)` is *unknown*." "Segments are cut where the rules change." Between two
 * readings at one instant there is no time to judge, and no part.
 */
function partsBetween(a: Sample, b: Sample, rules: ProbeRules): Part[] {
  if (a.at === b.at) return [];
  const changes = rules.profiles.map((dated) => dated.from).filter((from) => from > a.at && from < b.at);
  const cuts = [a.at, ...new Set(changes), b.at];
  return cuts.slice(1).map((to, index) => {
    const from = cuts[index] ?? a.at;
    const profile = ruleAt(rules.profiles, from);
    const measured = isGoodSample(a) && isGoodSample(b) && b.at - a.at <= profile.maxGap;
    return { from, to, profile, line: measured ? { a, b } : null };
  });
}

/**
 * "After the last reading the time is *pending* until it exceeds `maxGap` (or at once if the last reading is a fault); then it is
 * *unknown* from the last reading on."
 */
function trailingTime(last: Sample | undefined, now: EpochMs): Trailing | null {
  if (last === undefined || now <= last.at) return null;
  const lost = !isGoodSample(last) || now - last.at > last.profile.maxGap;
  return { from: last.at, to: now, kind: lost ? "unknown" : "pending" };
}

/** All unknown time from the first reading on, in spans of positive length that do not touch. */
export function unknownTime(evidence: Evidence): Interval[] {
  const trailing = evidence.trailing?.kind === "unknown" ? [evidence.trailing] : [];
  const parts = evidence.parts.filter((part) => !isMeasured(part));
  return mergeTouching([...parts, ...trailing].filter((interval) => lengthMs(interval) > 0));
}
