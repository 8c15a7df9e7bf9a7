import { type Fault, isGood, type Reading } from "../readings/reading.ts";
import { type Dated, type Profile, type ProbeRules, ruleAt } from "../site/profile.ts";
import type { DurationMs, EpochMs } from "../time/millis.ts";
import { hasTrustRules, judgeTrustBy } from "../trust/distrust.ts";
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
  const measuring = new Measuring(rules, window, before);
  for (const reading of readings) measuring.take(reading);
  return measuring.finish(now);
}

/** Hears, while a window is measured, what its time consists of; all of it cut to the window and longer than nothing. */
export interface MeasureListener {
  /** Time of which nothing can be shown, in order. `fault` is what a reading at one of its ends or both said instead of a temperature; null where readings are missing. */
  readonly unknown?: (stretch: Interval, fault: Fault | null) => void;
  /** A measured stretch between two good readings, with their calibrated temperatures; the stretch may be a part of the time between them. */
  readonly measured?: (stretch: Interval, fromCelsius: number, toCelsius: number) => void;
  /** Time shown to be beyond a limit, in order on each side; stretches that touch are one run. */
  readonly out?: (side: "high" | "low", stretch: Interval) => void;
}

interface Point {
  readonly at: EpochMs;
  readonly celsius: number | null;
  readonly fault: Fault | null;
}

/** Measures a window reading by reading, as `measure` does at once: for windows whose readings are too many to be held. */
export class Measuring {
  readonly #rules: ProbeRules;
  readonly #window: Interval;
  readonly #listener: MeasureListener;
  readonly #sum: Sum;
  readonly #isTrusting: boolean;
  #trust: TrustMemory | null;
  #previous: Point | null = null;
  /** The profile that was in force last, from when on and until when. */
  #profile: Profile | null = null;
  #profileFrom: EpochMs = 0;
  #profileTo: EpochMs = 0;
  #offset = 0;
  #offsetFrom: EpochMs = 0;
  #offsetTo: EpochMs = 0;

  constructor(
    rules: ProbeRules,
    window: Interval,
    before: TrustMemory | null = null,
    listener: MeasureListener = {},
  ) {
    this.#rules = rules;
    this.#window = window;
    this.#listener = listener;
    this.#sum = new Sum(window, listener.out);
    this.#isTrusting = !hasTrustRules(rules);
    this.#trust = before;
  }

  /** Takes the next reading as the sensor said it, in the order of `compareReadings`. */
  take(said: Reading): void {
    const point = this.#calibrate(this.#isTrusting ? said : this.#judged(said));
    const previous = this.#previous;
    if (previous === null) this.#unknown({ from: Math.min(this.#window.from, point.at), to: point.at }, null);
    else if (!this.#passInRange(previous, point)) this.#pass(previous, point);
    if (point.celsius !== null) this.#sum.meet(point.at, point.celsius);
    this.#previous = point;
  }

  /** What the window amounts to, as judged at `now`, where nothing follows the last reading that was taken. */
  finish(now: EpochMs): Measure {
    const last = this.#previous;
    const { from, to } = this.#window;
    if (last === null) this.#unknown({ from, to: Math.max(from, Math.min(to, now)) }, null);
    else if (isSilent(last, this.#rules, now))
      this.#unknown({ from: last.at, to: Math.max(now, last.at) }, last.fault);
    return this.#sum.result();
  }

  #judged(reading: Reading): Reading {
    const verdict = judgeTrustBy(this.#trust, reading, this.#rules);
    this.#trust = verdict.memory;
    return verdict.fault !== null && isGood(reading)
      ? { at: reading.at, fault: verdict.fault, said: reading.celsius }
      : reading;
  }

  #calibrate(reading: Reading): Point {
    const { at } = reading;
    if (!isGood(reading)) return { at, celsius: null, fault: reading.fault };
    if (at < this.#offsetFrom || at >= this.#offsetTo) {
      this.#offset = ruleAt(this.#rules.offsets, at);
      [this.#offsetFrom, this.#offsetTo] = inForce(this.#rules.offsets, at);
    }
    return { at, celsius: reading.celsius + this.#offset, fault: null };
  }

  /** The usual case, in few steps: two good readings inside the limits of one profile. False where it is another case. */
  #passInRange(from: Point, to: Point): boolean {
    if (from.celsius === null || to.celsius === null) return false;
    if (this.#profile === null || from.at < this.#profileFrom || from.at >= this.#profileTo) {
      this.#profile = ruleAt(this.#rules.profiles, from.at);
      [this.#profileFrom, this.#profileTo] = inForce(this.#rules.profiles, from.at);
    }
    const { low, high } = this.#profile;
    if (to.at > this.#profileTo || !isMeasured(this.#profile, to.at - from.at)) return false;
    if (high !== null && (from.celsius > high || to.celsius > high)) return false;
    if (low !== null && (from.celsius < low || to.celsius < low)) return false;
    this.#sum.inRange(from.at, to.at);
    this.#tellMeasured(from, to, from.celsius, to.celsius);
    return true;
  }

  #pass(from: Point, to: Point): void {
    for (const part of partsBetween(from.at, to.at, this.#rules.profiles)) {
      if (from.celsius !== null && to.celsius !== null && isMeasured(part.profile, to.at - from.at)) {
        this.#sum.measured(part, from.at, from.celsius, to.at, to.celsius);
        this.#tellMeasured({ at: part.from }, { at: part.to }, from.celsius, to.celsius);
      } else this.#unknown(part, to.fault ?? from.fault);
    }
  }

  #unknown(stretch: Interval, fault: Fault | null): void {
    this.#sum.unknown(stretch);
    if (this.#listener.unknown === undefined) return;
    const clipped = clip(stretch, this.#window);
    if (clipped !== null) this.#listener.unknown(clipped, fault);
  }

  #tellMeasured(
    from: Pick<Point, "at">,
    to: Pick<Point, "at">,
    fromCelsius: number,
    toCelsius: number,
  ): void {
    if (this.#listener.measured === undefined) return;
    const clipped = clip({ from: from.at, to: to.at }, this.#window);
    if (clipped !== null) this.#listener.measured(clipped, fromCelsius, toCelsius);
  }
}

/** From when and until when the entry is in force that applies at an instant. */
function inForce(dated: readonly Dated<unknown>[], at: EpochMs): readonly [from: EpochMs, to: EpochMs] {
  const index = dated.findLastIndex((each, place) => place === 0 || each.from <= at);
  const from = index === 0 ? Number.NEGATIVE_INFINITY : (dated[index]?.from ?? at);
  return [from, dated[index + 1]?.from ?? Number.POSITIVE_INFINITY];
}

function clip(interval: Interval, window: Interval): Interval | null {
  const from = Math.max(interval.from, window.from);
  const to = Math.min(interval.to, window.to);
  return to > from ? { from, to } : null;
}

function isSilent(last: Point, rules: ProbeRules, now: EpochMs): boolean {
  return last.celsius === null || now - last.at > ruleAt(rules.profiles, last.at).maxGap;
}

/** Adds up what falls inside the window. */
class Sum {
  readonly #window: Interval;
  #inMs = 0;
  #lowMs = 0;
  #highMs = 0;
  #unknownMs = 0;
  #longestOutMs = 0;
  /** The newest run of each side: a line from beyond one limit to beyond the other ends one and begins one. */
  readonly #newest: Record<"high" | "low", { to: EpochMs; length: DurationMs } | null> = {
    high: null,
    low: null,
  };
  #degreeMs = 0;
  #min: number | null = null;
  #max: number | null = null;

  readonly #out: MeasureListener["out"];

  constructor(window: Interval, out: MeasureListener["out"]) {
    this.#window = window;
    this.#out = out;
  }

  meet(at: EpochMs, celsius: number): void {
    if (at < this.#window.from || at > this.#window.to) return;
    if (this.#min === null || celsius < this.#min) this.#min = celsius;
    if (this.#max === null || celsius > this.#max) this.#max = celsius;
  }

  inRange(from: EpochMs, to: EpochMs): void {
    const length = Math.min(to, this.#window.to) - Math.max(from, this.#window.from);
    if (length > 0) this.#inMs += length;
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
      const inside = this.#out === undefined ? null : clip(run, this.#window);
      if (inside !== null) this.#out?.(side, inside);
      const clipped = clip(part, this.#window);
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
    const newest = this.#newest[side];
    const whole = newest?.to === run.from ? newest.length + length : length;
    this.#newest[side] = { to: run.to, length: whole };
    this.#longestOutMs = Math.max(this.#longestOutMs, whole);
  }

  #inside(interval: Interval): DurationMs {
    const clipped = clip(interval, this.#window);
    return clipped === null ? 0 : clipped.to - clipped.from;
  }
}
