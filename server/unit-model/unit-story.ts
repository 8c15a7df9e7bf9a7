import fc from "fast-check";
import type { Reading } from "@coldkeep/core/readings/reading.ts";
import { type EpochMs, minuteMs } from "@coldkeep/core/time/millis.ts";

/** Where stories begin: 2026-11-22T00:00:00Z. */
export const storyStart: EpochMs = 1_795_305_600_000;
/** How long they are, in minutes of event time. */
export const storyMinutes = 240;
/** Readings come every other minute, more or less. */
const gridMs = 2 * minuteMs;

/** The units of a story. */
export const storyUnits = ["UNIT0", "UNIT1", "UNIT2", "UNIT3"] as const;
/** Which probes an appliance has; `box` is a transport box. */
export const storyPlaces = { a: ["pa"], b: ["pb1", "pb2"], box: ["pc"] } as const;

/** One of the units. */
export type StoryUnit = (typeof storyUnits)[number];
/** One of the appliances. */
export type StoryPlace = keyof typeof storyPlaces;
/** One of the probes. */
export type StoryProbe = (typeof storyPlaces)[StoryPlace][number];

/** All probes of all places. */
export const storyProbes: readonly StoryProbe[] = Object.values(storyPlaces).flat();

/** A profile's rules from an instant on, as corrected, and the calibration of `pa` from then on. */
export interface RulesChange {
  readonly from: EpochMs;
  readonly high: number;
  readonly excursionAfterMinutes: number;
  readonly offset: number;
}

/** One thing that comes to be known, or is done. */
export type Act =
  | { readonly kind: "readings"; readonly probe: StoryProbe; readonly readings: readonly Reading[] }
  | {
      readonly kind: "move";
      readonly unit: StoryUnit;
      readonly at: EpochMs;
      readonly place: StoryPlace | null;
    }
  | {
      readonly kind: "decide";
      readonly unit: StoryUnit;
      readonly decision: "release" | "discard" | "other-use";
    }
  | { readonly kind: "rules"; readonly change: RulesChange }
  | { readonly kind: "restart" };

/** An act, and when it happens by the server's clock; acts of one moment in the order of the list. */
export interface TimedAct {
  readonly when: EpochMs;
  readonly act: Act;
}

/** What happens, in order. */
export type Story = readonly TimedAct[];

const instant = (minute: number): EpochMs => storyStart + minute * minuteMs;
const minuteOf = fc.integer({ min: 0, max: storyMinutes });

/** How late a fact comes, in minutes: most on time, others up to hours later. */
const delay = fc.oneof(
  { weight: 5, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 30 }) },
  { weight: 3, arbitrary: fc.integer({ min: 31, max: storyMinutes }) },
);

const spell = fc.record({
  length: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 4, max: 30 })),
  value: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(4, 4, 5.9) },
    { weight: 4, arbitrary: fc.constantFrom(6.2, 7, 9, 13) },
    { weight: 1, arbitrary: fc.constantFrom(1, 1.9) },
    { weight: 1, arbitrary: fc.constant("open" as const) },
    { weight: 2, arbitrary: fc.constant(null) },
  ),
  shiftMs: fc.constantFrom(0, 0, 0, 17_001),
});

/** One probe's readings, and the batches in which they come. */
const probeHistory = fc.record({
  spells: fc.array(spell, { minLength: 2, maxLength: 9 }),
  deliveries: fc.array(
    fc.record({
      size: fc.integer({ min: 1, max: 16 }),
      delay,
      again: fc.option(delay, { freq: 6 }),
      isTurned: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  ),
});

const place = fc.constantFrom<StoryPlace | null>("a", "a", "a", "b", "b", "box", null);

const walk = fc.record({
  unit: fc.constantFrom(...storyUnits),
  minute: fc.integer({ min: -20, max: storyMinutes }),
  shiftMs: fc.constantFrom(0, 0, 0, 1, -1, 17_001, 45_123),
  place,
  delay,
  correction: fc.option(fc.record({ place, delay: fc.integer({ min: 0, max: storyMinutes }) }), { freq: 4 }),
});

const decision = fc.record({
  unit: fc.constantFrom(...storyUnits),
  minute: fc.integer({ min: 10, max: 2 * storyMinutes }),
  decision: fc.constantFrom("release", "release", "release", "release", "discard", "other-use"),
});

const rulesChange = fc.record({
  minute: minuteOf,
  from: minuteOf,
  high: fc.constantFrom(5.5, 6, 6.5, 8),
  excursionAfterMinutes: fc.constantFrom(0, 10, 10, 25),
  offset: fc.constantFrom(0, 0, 0.5, -1),
});

type ProbeHistory = typeof probeHistory extends fc.Arbitrary<infer Value> ? Value : never;

function readingsOf({ spells }: ProbeHistory): Reading[] {
  return spells
    .flatMap(({ length, value, shiftMs }) => Array.from({ length }, () => ({ value, shiftMs })))
    .slice(0, (storyMinutes * minuteMs) / gridMs)
    .flatMap(({ value, shiftMs }, index): Reading[] => {
      const at = storyStart + index * gridMs + shiftMs;
      if (value === null) return [];
      return [value === "open" ? { at, fault: "open" } : { at, celsius: value }];
    });
}

function deliveriesOf(probe: StoryProbe, history: ProbeHistory): TimedAct[] {
  const readings = readingsOf(history);
  const acts: TimedAct[] = [];
  for (let first = 0, turn = 0; first < readings.length; turn += 1) {
    const delivery = history.deliveries[turn % history.deliveries.length];
    if (delivery === undefined) return acts;
    const part = readings.slice(first, first + delivery.size);
    first += delivery.size;
    const newest = part.at(-1)?.at ?? storyStart;
    const act: Act = { kind: "readings", probe, readings: delivery.isTurned ? part.toReversed() : part };
    acts.push({ when: newest + delivery.delay * minuteMs, act });
    if (delivery.again !== null) acts.push({ when: newest + delivery.again * minuteMs, act });
  }
  return acts;
}

/**
 * Stories of units between two refrigerators, a transport box and the outside, told on time, late, twice and corrected: readings of four probes with warm, cold, faulty and silent spells, movements,
 * decisions, rules corrected for earlier time, and starts of the process.
 */
export const storyArbitrary: fc.Arbitrary<Story> = fc
  .record({
    histories: fc.tuple(probeHistory, probeHistory, probeHistory, probeHistory),
    walks: fc.array(walk, { minLength: 2, maxLength: 16 }),
    decisions: fc.array(decision, { maxLength: 6 }),
    rules: fc.array(rulesChange, { maxLength: 2 }),
    restarts: fc.array(fc.integer({ min: 0, max: 2 * storyMinutes }), { maxLength: 2 }),
  })
  .map(({ histories, walks, decisions, rules, restarts }) => {
    const acts: TimedAct[] = [
      ...histories.flatMap((history, index) => deliveriesOf(storyProbes[index] ?? "pa", history)),
      ...walks.flatMap((each): TimedAct[] => {
        const at = instant(each.minute) + each.shiftMs;
        const move = { kind: "move" as const, unit: each.unit, at };
        const when = at + each.delay * minuteMs;
        const corrected =
          each.correction === null
            ? []
            : [
                {
                  when: when + each.correction.delay * minuteMs,
                  act: { ...move, place: each.correction.place },
                },
              ];
        return [{ when, act: { ...move, place: each.place } }, ...corrected];
      }),
      ...decisions.map(({ minute, ...each }): TimedAct => ({
        when: instant(minute),
        act: { kind: "decide", ...each },
      })),
      ...rules.map(({ minute, from, ...each }): TimedAct => ({
        when: instant(minute),
        act: { kind: "rules", change: { from: instant(from), ...each } },
      })),
      ...restarts.map((minute): TimedAct => ({ when: instant(minute), act: { kind: "restart" } })),
    ];
    return acts.toSorted((one, other) => one.when - other.when);
  });
