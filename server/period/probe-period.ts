import { type Measure, Measuring } from "@coldkeep/core/engine/measure.ts";
import type { Interval } from "@coldkeep/core/engine/line.ts";
import { MktSum } from "@coldkeep/core/exposure/mkt.ts";
import { type Fault, isGood } from "@coldkeep/core/readings/reading.ts";
import { ruleAt } from "@coldkeep/core/site/profile.ts";
import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";
import { judgeTrustBy } from "@coldkeep/core/trust/distrust.ts";
import type { TrustMemory } from "@coldkeep/core/trust/trust.ts";
import type { FindTrustStart } from "../history/trust-before.ts";
import type { ProbeMemory } from "../judging/probe-memory.ts";
import type { ReadingSlices } from "./reading-slices.ts";

/** Most gaps of one probe that are listed one by one; further ones are counted. */
export const probeGapsMax = 50_000;

/** Time of which nothing can be shown, without a break, cut to the window. */
export interface Gap extends Interval {
  /** What readings in it or at its ends said instead of temperatures. */
  readonly faults: readonly Fault[];
  /** True where readings are missing in it; false where faults are all of it. */
  readonly isMissing: boolean;
}

/** Time that is not listed one by one. */
export interface Counted {
  readonly count: number;
  readonly ms: DurationMs;
}

/** A window of a probe. */
export interface ProbePeriod {
  readonly measure: Measure;
  /** Readings of the window, and those of them that are faults. */
  readonly readings: number;
  readonly faults: number;
  /** Unknown time longer than the profile's `maxGap`, or at an end of the window, in order. With `short` and `further` it is all unknown time. */
  readonly gaps: readonly Gap[];
  /** Shorter unknown time: a fault between two good readings. */
  readonly short: Counted;
  /** Gaps beyond `probeGapsMax`. */
  readonly further: Counted;
  /** Mean kinetic temperature of the measured time, degrees Celsius; null where it is not wanted or nothing was measured. */
  readonly mktCelsius: number | null;
}

/** What measuring reads. */
export interface PeriodReadings {
  readonly slices: ReadingSlices;
  readonly trustStart: FindTrustStart;
}

/** Measures a window of a probe as judged at `now`, in one pass over its readings, of which it holds no more than a day's at a time. */
export function measureProbe(
  { slices, trustStart }: PeriodReadings,
  memory: ProbeMemory,
  window: Interval,
  now: EpochMs,
  wantsMkt: boolean,
): ProbePeriod {
  const { route, probe } = memory;
  const first = slices.lastUntil(route, window.from) ?? window.from;
  const last = slices.firstFrom(route, window.to) ?? window.to;
  const gaps = new Gaps(memory, window);
  const mkt = wantsMkt ? new MktSum() : null;
  const measuring = new Measuring(probe.rules, window, trustBefore(slices, trustStart, memory, first), {
    unknown: (stretch, fault) => gaps.add(stretch, fault),
    ...(mkt === null
      ? {}
      : { measured: ({ from, to }, cold: number, warm: number) => mkt.add(to - from, cold, warm) }),
  });
  let readings = 0;
  let faults = 0;
  slices.each(route, first, last, (reading) => {
    measuring.take(reading);
    if (reading.at < window.from || reading.at >= window.to) return;
    readings += 1;
    if (!isGood(reading)) faults += 1;
  });
  const measure = measuring.finish(now);
  return { measure, readings, faults, ...gaps.result(), mktCelsius: mkt?.celsius() ?? null };
}

function trustBefore(
  slices: ReadingSlices,
  trustStart: FindTrustStart,
  memory: ProbeMemory,
  at: EpochMs,
): TrustMemory | null {
  const start = trustStart(memory, at);
  if (start === null) return null;
  let trust = start.memory;
  slices.each(memory.route, start.from, at - 1, (reading) => {
    trust = judgeTrustBy(trust, reading, memory.probe.rules).memory;
  });
  return trust;
}

/** Joins unknown time into gaps. */
class Gaps {
  readonly #memory: ProbeMemory;
  readonly #window: Interval;
  readonly #gaps: Gap[] = [];
  #short: Counted = { count: 0, ms: 0 };
  #further: Counted = { count: 0, ms: 0 };
  #open: { from: EpochMs; to: EpochMs; faults: Set<Fault>; isMissing: boolean } | null = null;

  constructor(memory: ProbeMemory, window: Interval) {
    this.#memory = memory;
    this.#window = window;
  }

  add({ from, to }: Interval, fault: Fault | null): void {
    if (this.#open !== null && this.#open.to !== from) this.#close();
    this.#open ??= { from, to, faults: new Set(), isMissing: false };
    this.#open.to = to;
    if (fault === null) this.#open.isMissing = true;
    else this.#open.faults.add(fault);
  }

  result(): Pick<ProbePeriod, "gaps" | "short" | "further"> {
    this.#close();
    return { gaps: this.#gaps, short: this.#short, further: this.#further };
  }

  #close(): void {
    if (this.#open === null) return;
    const { from, to, faults, isMissing } = this.#open;
    this.#open = null;
    const { maxGap } = ruleAt(this.#memory.probe.rules.profiles, from);
    const isListed = to - from > maxGap || from === this.#window.from || to === this.#window.to;
    if (!isListed) this.#short = more(this.#short, to - from);
    else if (this.#gaps.length >= probeGapsMax) this.#further = more(this.#further, to - from);
    else this.#gaps.push({ from, to, faults: [...faults].toSorted(), isMissing });
  }
}

function more({ count, ms }: Counted, length: DurationMs): Counted {
  return { count: count + 1, ms: ms + length };
}
