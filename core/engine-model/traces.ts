import fc from "fast-check";
import { faultWords, isGood, type Reading } from "../readings/reading.ts";
import type { Dated, ProbeRules, Profile } from "../site/profile.ts";
import type { TrustRule } from "../trust/trust.ts";
import { hourMs, minuteMs, secondMs, type DurationMs, type EpochMs } from "../time/millis.ts";

/** One probe's story: what judged it, what it said in order of time, and when somebody asks. */
export interface Trace {
  readonly rules: ProbeRules;
  readonly readings: readonly Reading[];
  readonly now: EpochMs;
}

/** Most readings that one step of a trace adds, and most steps; so a trace has at most 25 * 12 readings. */
const readingsPerStepMax = 12;
const stepsMax = 25;

const gridMs = 15 * secondMs;
/** Far enough from 0 that the precision of instants as floating-point numbers is that of our century. */
const ourCentury = 1_795_305_600_000;

/** Trust sections that the values of a trace come into conflict with. */
const trustArbitrary: fc.Arbitrary<TrustRule> = fc.record({
  powerOn: fc.boolean(),
  disconnected: fc.boolean(),
  min: fc.constantFrom(null, null, 2, -1),
  max: fc.constantFrom(null, null, 7, 90),
  allZeroBeyond: fc.constantFrom(null, 0, 1, 4),
  stuckAfter: fc.constantFrom(null, 1, gridMs, minuteMs, minuteMs, 5 * minuteMs),
  maxJumpPerMinute: fc.constantFrom(null, 0.1, 0.5, 1, 2, 8),
  believeAfter: fc.constantFrom(2, 3, 3, 4),
});

/** Profiles with every kind of limit missing, timings from 1 ms to hours, and limits that touch each other. */
export const profileArbitrary: fc.Arbitrary<Profile> = fc
  .record({
    low: fc.constantFrom(2, 2, 2, 4, null),
    high: fc.constantFrom(6, 6, 6, 4, 7, null),
    criticalBy: fc.constantFrom(0, 1, 4, null),
    deadband: fc.constantFrom(0, 0.3, 0.5, 1, 5),
    maxGap: fc.constantFrom(1, gridMs, minuteMs, minuteMs, 5 * minuteMs, 5 * minuteMs, hourMs, hourMs),
    excursionAfter: fc.constantFrom(0, 0, 1, minuteMs, 10 * minuteMs),
    recoverAfter: fc.constantFrom(1, gridMs, gridMs, minuteMs, minuteMs, 5 * minuteMs, hourMs),
    unmonitoredAfter: fc.constantFrom(0, minuteMs, 30 * minuteMs),
    trust: fc.option(trustArbitrary),
  })
  .map(({ criticalBy, ...rest }) => ({
    ...rest,
    criticalLow: rest.low === null || criticalBy === null ? null : rest.low - criticalBy,
    criticalHigh: rest.high === null || criticalBy === null ? null : rest.high + criticalBy,
    alarmDelay: 5 * minuteMs,
  }));

/** A choice from a list that is only known later: the list's length divides it. */
type Pick = number;
const pick: fc.Arbitrary<Pick> = fc.nat({ max: 9_999 });

function picked<Value>(values: readonly Value[], index: Pick): Value {
  const value = values[index % values.length];
  if (value === undefined) throw new RangeError("there is nothing to pick from");
  return value;
}

/** Instants relative to the trace: at a reading, beside it, on the grid, anywhere. */
interface Somewhere {
  readonly reading: Pick;
  readonly shiftMs: DurationMs;
}
const somewhere: fc.Arbitrary<Somewhere> = fc.record({
  reading: pick,
  shiftMs: fc.oneof(
    { weight: 4, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.constantFrom(-1, 1, gridMs, -gridMs, gridMs / 2) },
    { weight: 1, arbitrary: fc.integer({ min: -10 * minuteMs, max: 10 * minuteMs }) },
  ),
});

/** What happens next: so long after the reading before, a number of readings of one kind, evenly spaced. */
interface Step {
  readonly gap: Gap;
  readonly value: Value;
  readonly count: number;
  readonly spacing: Gap;
}
type Gap =
  | { readonly kind: "length"; readonly ms: DurationMs }
  | { readonly kind: "maxGap"; readonly profile: Pick; readonly shiftMs: DurationMs };
type Value =
  | { readonly kind: "notable"; readonly index: Pick }
  | { readonly kind: "celsius"; readonly celsius: number }
  | { readonly kind: "drift"; readonly celsius: number; readonly by: number }
  | { readonly kind: "fault"; readonly index: Pick };

const lengthGap = (ms: fc.Arbitrary<DurationMs>): fc.Arbitrary<Gap> =>
  ms.map((length) => ({ kind: "length", ms: length }));
const maxGapGap = (shiftMs: fc.Arbitrary<DurationMs>): fc.Arbitrary<Gap> =>
  fc.record({ kind: fc.constant("maxGap" as const), profile: pick, shiftMs });
const gap: fc.Arbitrary<Gap> = fc.oneof(
  { weight: 10, arbitrary: lengthGap(fc.constantFrom(gridMs, gridMs, 2 * gridMs, minuteMs, 4 * minuteMs)) },
  { weight: 2, arbitrary: lengthGap(fc.constant(0)) },
  { weight: 2, arbitrary: lengthGap(fc.constantFrom(1, 2, 3, 1_000)) },
  { weight: 2, arbitrary: lengthGap(fc.nat({ max: 10 * minuteMs })) },
  { weight: 1, arbitrary: lengthGap(fc.constantFrom(31 * minuteMs, hourMs, 5 * hourMs)) },
  { weight: 3, arbitrary: maxGapGap(fc.constantFrom(0, 0, 1, -1)) },
);
const value: fc.Arbitrary<Value> = fc.oneof(
  { weight: 14, arbitrary: fc.record({ kind: fc.constant("notable" as const), index: pick }) },
  {
    weight: 3,
    arbitrary: fc
      .integer({ min: -300, max: 1_500 })
      .map((hundredths) => ({ kind: "celsius" as const, celsius: hundredths / 100 })),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(85, -127, 127.9375, 127.94, 0, 0, 60)
      .map((celsius) => ({ kind: "celsius" as const, celsius })),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("drift" as const),
      celsius: fc.constantFrom(0, 4, 5, 60),
      by: fc.constantFrom(0.1, -0.1, 0.5, -1),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("fault" as const), index: pick }) },
);
const step: fc.Arbitrary<Step> = fc.record({
  gap,
  value,
  count: fc.oneof(
    { weight: 4, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.integer({ min: 2, max: readingsPerStepMax }) },
  ),
  spacing: fc.oneof(
    { weight: 3, arbitrary: lengthGap(fc.constantFrom(gridMs, minuteMs)) },
    { weight: 1, arbitrary: gap },
  ),
});

/**
 * Nasty traces of one probe: gaps of exactly `maxGap` and a millisecond beside it, temperatures on the limits, the shrunk limits and the
 * critical limits and a tenth beside them, faults, a sensor's codes, values that stand still, drift or jump, several values and faults at one
 * instant, long spells, lone readings, and up to four profiles, with and without trust sections, and three offsets that change at readings, beside them and between them.
 */
export const traceArbitrary: fc.Arbitrary<Trace> = fc
  .record({
    origin: fc.constantFrom(0, ourCentury),
    profiles: fc.array(fc.tuple(somewhere, profileArbitrary), { minLength: 1, maxLength: 4 }),
    offsets: fc.array(fc.tuple(somewhere, fc.constantFrom(0, 0.1, -0.25, 0.5, -2)), {
      minLength: 1,
      maxLength: 3,
    }),
    steps: fc.array(step, { minLength: 1, maxLength: stepsMax }),
    now: somewhere,
    nowAfterLast: fc.option(gap, { freq: 3 }),
  })
  .map(({ origin, profiles, offsets, steps, now, nowAfterLast }) => {
    const rulesets = profiles.map(([, profile]) => profile);
    const notable = notableTemperatures(
      rulesets,
      offsets.map(([, offset]) => offset),
    );
    const readings: Reading[] = [];
    for (const next of steps) {
      readings.push(...stepReadings(next, readings.at(-1)?.at ?? origin, rulesets, notable));
    }
    const last = readings.at(-1)?.at ?? origin;
    return {
      rules: { profiles: dated(profiles, readings), offsets: dated(offsets, readings) },
      readings,
      now: nowAfterLast === null ? instantOf(now, readings) : last + gapMs(nowAfterLast, rulesets),
    };
  });

function stepReadings(
  next: Step,
  before: EpochMs,
  profiles: readonly Profile[],
  notable: readonly number[],
): Reading[] {
  const first = before + gapMs(next.gap, profiles);
  return Array.from({ length: next.count }, (_, index) =>
    readingOf(next.value, index, first + index * gapMs(next.spacing, profiles), notable),
  );
}

function readingOf(value: Value, index: number, at: EpochMs, notable: readonly number[]): Reading {
  switch (value.kind) {
    case "fault":
      return { at, fault: picked(faultWords, value.index) };
    case "celsius":
      return { at, celsius: value.celsius };
    case "drift":
      return { at, celsius: value.celsius + index * value.by };
    case "notable":
      return { at, celsius: picked(notable, value.index) };
  }
}

function gapMs(gap: Gap, profiles: readonly Profile[]): DurationMs {
  return gap.kind === "length" ? gap.ms : picked(profiles, gap.profile).maxGap + gap.shiftMs;
}

/** What a sensor must say so that, calibrated, it is on a limit of some profile, on a shrunk or critical one, or a tenth beside it. */
function notableTemperatures(profiles: readonly Profile[], offsets: readonly number[]): number[] {
  const limits = profiles.flatMap(({ low, high, criticalLow, criticalHigh, deadband }) => [
    ...(low === null ? [] : [low, low + deadband]),
    ...(high === null ? [] : [high, high - deadband]),
    ...(criticalLow === null ? [] : [criticalLow]),
    ...(criticalHigh === null ? [] : [criticalHigh]),
  ]);
  const temperatures = [
    5,
    8,
    0,
    ...limits.flatMap((limit) => [limit, limit - 0.1, limit + 0.1, limit - 1, limit + 1]),
  ];
  return [...new Set(temperatures.flatMap((celsius) => offsets.map((offset) => celsius - offset)))];
}

function instantOf(where: Somewhere, readings: readonly Reading[]): EpochMs {
  return picked(readings, where.reading).at + where.shiftMs;
}

/** Gives each rule its instant, in order of time and one rule per instant. */
function dated<Rule>(
  rules: readonly (readonly [Somewhere, Rule])[],
  readings: readonly Reading[],
): Dated<Rule>[] {
  const byInstant = new Map(rules.map(([where, rule]) => [instantOf(where, readings), rule]));
  return [...byInstant].map(([from, rule]) => ({ from, rule })).toSorted((a, b) => a.from - b.from);
}

/** A trace's readings in any order. */
export function permutationArbitrary(readings: readonly Reading[]): fc.Arbitrary<Reading[]> {
  return fc.shuffledSubarray([...readings], { minLength: readings.length, maxLength: readings.length });
}

/** A trace's readings in any order, some of them more than once. */
export function duplicationArbitrary(readings: readonly Reading[]): fc.Arbitrary<Reading[]> {
  return fc.subarray([...readings]).chain((again) => permutationArbitrary([...readings, ...again]));
}

/** A list cut into batches, some of them empty; put together they are the list. */
export function batchingArbitrary(readings: readonly Reading[]): fc.Arbitrary<Reading[][]> {
  return fc.array(fc.nat({ max: readings.length }), { maxLength: 12 }).map((inner) => {
    const cuts = [0, ...inner.toSorted((a, b) => a - b), readings.length];
    return cuts.slice(1).map((to, index) => readings.slice(cuts[index], to));
  });
}

/** Any delivery of a trace: its readings out of order, some more than once, in batches. */
export function deliveryArbitrary(readings: readonly Reading[]): fc.Arbitrary<Reading[][]> {
  return duplicationArbitrary(readings).chain(batchingArbitrary);
}

/** An instant to judge at: before the trace, within it, exactly at a reading or `maxGap` after the last one, and long after. */
export function nowArbitrary({ rules, readings }: Trace): fc.Arbitrary<EpochMs> {
  const instants = readings.map((reading) => reading.at);
  const first = Math.min(...instants);
  const last = Math.max(...instants);
  const maxGaps = rules.profiles.map((dated) => dated.rule.maxGap);
  return fc.oneof(
    fc.constantFrom(first - hourMs, first - 1, ...instants),
    fc.integer({ min: first, max: last }),
    fc.constantFrom(...maxGaps.flatMap((maxGap) => [last + maxGap, last + maxGap + 1])),
    fc.nat({ max: 48 * hourMs }).map((later) => last + later),
  );
}

/**
 * The same traces in hundredths of a degree: two ways of adding the same numbers, which differ in the sixteenth digit, cannot then fall on two sides of a limit. What compares the
 * engine with the model over very many traces uses these.
 */
export const hundredthsTraceArbitrary: fc.Arbitrary<Trace> = traceArbitrary.map((trace) => ({
  ...trace,
  readings: trace.readings.map((reading) =>
    isGood(reading) ? { at: reading.at, celsius: Math.round(reading.celsius * 100) / 100 } : reading,
  ),
}));
