import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SignalState, SubjectEvent } from "../buffer/buffer.ts";
import { type HeardValue, heardValuesMax, stepRecord } from "./signal-record.ts";
import type { SignalRule } from "./signals.ts";

const rule: SignalRule = { subject: "incubator-1", kind: "agitator", active: { equals: 0 } };
const stands = 0;
const moves = 1;

/** Takes values in the order in which they come; a restart forgets what only memory knew. */
function hear(values: readonly (readonly [at: number, value: number | "open"])[], restartAt = -1) {
  let known: SignalState | undefined;
  let heard: readonly HeardValue[] | undefined;
  const events: SubjectEvent[] = [];
  for (const [index, [at, value]] of values.entries()) {
    if (index === restartAt) heard = undefined;
    const step = stepRecord(rule, known, heard, { channel: "d/motion", value, at });
    events.push(...step.events);
    known = step.state ?? known;
    heard = step.heard ?? heard;
  }
  return { events, known, heard };
}

const told = (events: readonly SubjectEvent[]): [number, boolean][] =>
  events.map(({ at, active }) => [at, active]);

/** What events say of an instant: the latest until then, of several at one the one that calls for a person. */
function saidAt(events: readonly SubjectEvent[], at: number): boolean | undefined {
  const until = events.filter((each) => each.at <= at);
  const last = Math.max(...until.map((each) => each.at));
  return until.length === 0 ? undefined : until.some((each) => each.at === last && each.active);
}

describe("a signal whose times are added up", () => {
  test("is told at its first value and at each change, and a fault changes nothing", () => {
    const { events, known } = hear([
      [1, moves],
      [2, moves],
      [3, stands],
      [4, "open"],
      [5, stands],
      [6, moves],
    ]);
    expect(told(events)).toEqual([
      [1, false],
      [3, true],
      [6, false],
    ]);
    expect(known).toEqual({ channel: "d/motion", active: false, at: 6 });
  });

  test("tells what stood still while nothing was heard, also when it is told backwards", () => {
    const { events, known } = hear([
      [1, moves],
      [9, moves],
      [7, moves],
      [6, stands],
      [5, stands],
      [4, stands],
      [3, moves],
    ]);
    for (const [at, active] of [
      [3, false],
      [4, true],
      [6, true],
      [7, false],
      [9, false],
    ] as const)
      expect([at, saidAt(events, at)]).toEqual([at, active]);
    expect(known).toMatchObject({ active: false });
  });

  test("forgets the oldest values and tells what is older than all", () => {
    const values = Array.from({ length: heardValuesMax + 5 }, (_, index) => [100 + index, moves] as const);
    const { heard } = hear(values);
    expect(heard).toHaveLength(heardValuesMax);
    expect(told(hear([...values, [50, stands]]).events)).toEqual([
      [100, false],
      [50, true],
      [105, false],
    ]);
  });
});

test("of every value that was heard the events say what it was, in whatever order they came, repeated, and over a restart", () => {
  const stories = fc.record({
    values: fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.constantFrom(stands, moves)), {
      minLength: 1,
      maxLength: 25,
      selector: ([at]) => at,
    }),
    again: fc.array(fc.nat(24), { maxLength: 4 }),
  });
  fc.assert(
    fc.property(stories, ({ values, again }) => {
      const all = [...values, ...again.flatMap((index) => values.slice(index, index + 1))];
      const { events, known } = hear(all);
      for (const [at, value] of values) expect(saidAt(events, at)).toBe(value === stands);
      const newest = values.toSorted(([a], [b]) => b - a)[0];
      expect(known?.active).toBe(newest?.[1] === stands);
    }),
    { numRuns: 2_000 },
  );
  // In order of time nothing is lost by a restart either: what is on disk says how things stand.
  fc.assert(
    fc.property(stories, fc.nat(24), ({ values }, restartAt) => {
      const ordered = values.toSorted(([a], [b]) => a - b);
      const { events } = hear(ordered, restartAt);
      for (const [at, value] of values) expect(saidAt(events, at)).toBe(value === stands);
    }),
    { numRuns: 1_000 },
  );
});
