import { isGood, type Reading } from "../readings/reading.ts";
import { type ProbeRules, ruleAt } from "../site/profile.ts";
import type { DurationMs, EpochMs } from "../time/millis.ts";
import { distrust } from "../trust/distrust.ts";
import type { TrustMemory } from "../trust/trust.ts";
import type { Coverage } from "./excursion.ts";
import { above, areaAbove, type Interval, type Line } from "./line.ts";
import { sideLimits } from "./out-of-range.ts";
import { isMeasured, type Part, partsBetween } from "./parts.ts";

/** What a window of a probe's history amounts to. */
export interface Measure extends Coverage {
  /** Coldest and warmest good reading inside the window, degrees Celsius; null without one. */
  readonly minCelsius: number | null;
  readonly maxCelsius: number | null;
  /** Longest single out-of-range run inside the window. */
  readonly longestOutMs: DurationMs;
  /** Area beyond both limits over measured time, degree-minutes. */
  readonly degreeMinutes: number;
}

/**
 * Measures a window (design.md section 5, "Every instant is in range, out of range or unknown"). `readings` are sorted and without repeats and
 * reach from the last one at or before `from` to the first one at or after `to`, where such exist. `last` says whether nothing follows the last
 * of them: then the time after it is unknown or pending as judged at `now`. In, low, high, unknown and pending together are exactly `to - from`.
 *
 * @param before what the trust in the first of the readings depends on; null where nothing comes before it or no trust rule applies
 */
export function measure(
  readings: readonly Reading[],
  rules: ProbeRules,
  window: Interval,
  now: EpochMs,
  before: TrustMemory | null = null,
): Measure {
  const sum = new Sum(window);
  const first = readings[0];
  const final = readings[readings.length - 1];
  if (first === undefined || final === undefined) {
    sum.unknown({ from: window.from, to: Math.max(window.from, Math.min(window.to, now)) });
    return sum.result();
  }
  sum.unknown({ from: Math.min(window.from, first.at), to: first.at });
  let previous: Point | null = null;
  for (const reading of distrust(readings, rules, before)) {
    const point = calibrate(reading, rules);
    if (previous !== null) passSegment(sum, previous, point, rules);
    sum.meet(point);
    previous = point;
  }
  if (previous !== null && isSilent(previous, rules, now))
    sum.unknown({ from: final.at, to: Math.max(now, final.at) });
  return sum.result();
}

interface Point {
  readonly at: EpochMs;
  readonly celsius: number | null;
}

function calibrate(reading: Reading, rules: ProbeRules): Point {
  return {
    at: reading.at,
    celsius: isGood(reading) ? reading.celsius + ruleAt(rules.offsets, reading.at) : null,
  };
}

function isSilent(last: Point, rules: ProbeRules, now: EpochMs): boolean {
  return last.celsius === null || now - last.at > ruleAt(rules.profiles, last.at).maxGap;
}

function passSegment(sum: Sum, from: Point, to: Point, rules: ProbeRules): void {
  for (const part of partsBetween(from.at, to.at, rules.profiles)) {
    if (from.celsius !== null && to.celsius !== null && isMeasured(part.profile, to.at - from.at)) {
      sum.measured(part, from.at, from.celsius, to.at, to.celsius);
    } else sum.unknown(part);
  }
}

/** Adds up what falls inside the window. */
class Sum {
  readonly #window: Interval;
  #inMs = 0;
  #lowMs = 0;
  #highMs = 0;
  #unknownMs = 0;
  #longestOutMs = 0;
  #run: { side: "high" | "low"; to: EpochMs; length: DurationMs } | null = null;
  #degreeMs = 0;
  #min: number | null = null;
  #max: number | null = null;

  constructor(window: Interval) {
    this.#window = window;
  }

  meet(point: Point): void {
    if (point.celsius === null || point.at < this.#window.from || point.at > this.#window.to) return;
    this.#min = Math.min(this.#min ?? point.celsius, point.celsius);
    this.#max = Math.max(this.#max ?? point.celsius, point.celsius);
  }

  unknown(interval: Interval): void {
    this.#unknownMs += this.#inside(interval);
  }

  measured(part: Part, fromAt: EpochMs, fromCelsius: number, toAt: EpochMs, toCelsius: number): void {
    let outMs = 0;
    for (const side of ["high", "low"] as const) {
      const { limit, sign } = sideLimits(part.profile, side);
      const line: Line = { fromAt, fromValue: fromCelsius * sign, toAt, toValue: toCelsius * sign };
      const run = above(line, limit, part);
      if (run === null) continue;
      const length = this.#inside(run);
      outMs += length;
      if (side === "high") this.#highMs += length;
      else this.#lowMs += length;
      if (length > 0) this.#extendRun(side, run, length);
      const clipped = this.#clip(part);
      if (clipped !== null) this.#degreeMs += areaAbove(line, limit, clipped);
    }
    this.#inMs += this.#inside(part) - outMs;
  }

  result(): Measure {
    const length = this.#window.to - this.#window.from;
    const judged = this.#inMs + this.#lowMs + this.#highMs + this.#unknownMs;
    return {
      inMs: this.#inMs,
      lowMs: this.#lowMs,
      highMs: this.#highMs,
      unknownMs: this.#unknownMs,
      pendingMs: length - judged,
      minCelsius: this.#min,
      maxCelsius: this.#max,
      longestOutMs: this.#longestOutMs,
      degreeMinutes: this.#degreeMs / 60_000,
    };
  }

  #extendRun(side: "high" | "low", run: Interval, length: DurationMs): void {
    const joins = this.#run !== null && this.#run.side === side && this.#run.to === run.from;
    this.#run = { side, to: run.to, length: length + (joins ? (this.#run?.length ?? 0) : 0) };
    this.#longestOutMs = Math.max(this.#longestOutMs, this.#run.length);
  }

  #clip(interval: Interval): Interval | null {
    const from = Math.max(interval.from, this.#window.from);
    const to = Math.min(interval.to, this.#window.to);
    return to > from ? { from, to } : null;
  }

  #inside(interval: Interval): DurationMs {
    const clipped = this.#clip(interval);
    return clipped === null ? 0 : clipped.to - clipped.from;
  }
}
