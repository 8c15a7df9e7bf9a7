import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { minuteMs } from "../time/millis.ts";
import {
  agitationExposures,
  agitationOver,
  type AgitationRecord,
  type AgitationState,
  whereAll,
} from "./agitation.ts";
import { foldLedger, gapExposures } from "./ledger.ts";
import { whereabouts } from "./whereabouts.ts";

const min = (minutes: number) => minutes * minuteMs;
const said = (minute: number, active: boolean) => ({ at: min(minute), active });
const quiet: AgitationRecord = { agitator: [], mains: [], unheard: [] };
const shown = (record: AgitationRecord, from = 0, to = 60): string =>
  agitationOver(record, { from: min(from), to: min(to) })
    .map((each) => `${each.from / minuteMs}-${each.to / minuteMs} ${each.state}`)
    .join(", ");

describe("what is known of the agitation", () => {
  test("begins with the first word and holds until the next", () => {
    expect(shown(quiet)).toBe("0-60 unknown");
    const agitator = [said(10, false), said(20, true), said(25, false)];
    expect(shown({ ...quiet, agitator })).toBe(
      "0-10 unknown, 10-20 agitating, 20-25 stopped, 25-60 agitating",
    );
    expect(shown({ ...quiet, agitator }, 22, 24)).toBe("22-24 stopped");
  });

  test("is unknown while the mains are lost, but for what is shown to stand still", () => {
    const agitator = [said(-5, false), said(30, true), said(50, false)];
    const mains = [[said(10, true), said(20, false)], [said(40, true)]];
    expect(shown({ ...quiet, agitator, mains })).toBe(
      "0-10 agitating, 10-20 unknown, 20-30 agitating, 30-50 stopped, 50-60 unknown",
    );
  });

  test("is unknown while nothing is heard, and at one instant standing still counts", () => {
    const agitator = [said(0, false), said(30, false), said(30, true)];
    expect(shown({ ...quiet, agitator, unheard: [{ from: min(10), to: min(20) }] })).toBe(
      "0-10 agitating, 10-20 unknown, 20-30 agitating, 30-60 stopped",
    );
  });
});

test("an interruption goes on from one place to the next, and is told of each", () => {
  const where = whereabouts(
    [
      { appliance: "incubator", from: min(0), to: min(20) },
      { appliance: "box", from: min(25), to: min(40) },
      { appliance: "incubator", from: min(40), to: null },
    ],
    min(60),
  );
  const agitator = [said(0, false), said(15, true), said(44, false), said(50, true), said(52, false)];
  const exposures = agitationExposures(where, ({ place }) =>
    place === "box" ? null : { ...quiet, agitator },
  );
  const told = exposures.map(({ place, start, end }) => `${start / minuteMs}-${end / minuteMs} ${place}`);
  expect(told.toSorted()).toEqual([
    "15-20 incubator",
    "20-25 null",
    "25-40 box",
    "40-44 incubator",
    "50-52 incubator",
  ]);
  const ledger = foldLedger(where, [...exposures, ...gapExposures(where)]);
  expect(ledger.byKind["no-agitation"]).toMatchObject({
    count: 2,
    outMs: min(31),
    unknownMs: 0,
    worstCaseMs: min(31),
    longestOutMs: min(29),
    lengthMs: min(31),
    longestLengthMs: min(29),
  });
  expect(ledger).toMatchObject({ count: 1, outMs: min(5), lengthMs: min(5) });
});

test("where windows of all lie at once", () => {
  const of = (name: string, from: number, to: number) => ({ of: name, from, to });
  expect(whereAll([of("a", 0, 10), of("b", 5, 8), of("b", 8, 20)], 2)).toEqual([
    { from: 5, to: 8 },
    { from: 8, to: 10 },
  ]);
  expect(whereAll([of("a", 0, 10)], 2)).toEqual([]);
  expect(whereAll([of("a", 0, 10)], 1)).toEqual([{ from: 0, to: 10 }]);
  expect(whereAll([], 0)).toEqual([]);
});

const length = 40;
const words = fc.array(
  fc.record({ at: fc.integer({ min: -5, max: length + 5 }).map(min), active: fc.boolean() }),
  { maxLength: 12 },
);
const stories = fc.record({
  agitator: words,
  mains: fc.array(words, { maxLength: 2 }),
  unheard: fc.array(
    fc
      .tuple(fc.integer({ min: -5, max: length }), fc.integer({ min: 1, max: 15 }))
      .map(([from, minutes]) => ({ from: min(from), to: min(from + minutes) })),
    { maxLength: 2 },
  ),
});

/** The state of one minute, by looking at every word. */
function naive({ agitator, mains, unheard }: AgitationRecord, at: number): AgitationState {
  const latest = (list: AgitationRecord["agitator"]): boolean | undefined => {
    const until = list.filter((each) => each.at <= at);
    const last = Math.max(...until.map((each) => each.at));
    const words = until.filter((each) => each.at === last);
    return words.length === 0 ? undefined : words.some(({ active }) => active);
  };
  if (latest(agitator) === undefined) return "unknown";
  if (unheard.some(({ from, to }) => from <= at && at < to)) return "unknown";
  if (latest(agitator) === true) return "stopped";
  return mains.some((list) => latest(list) === true) ? "unknown" : "agitating";
}

test("any story has what looking minute by minute finds, whatever the order and however often it is told", () => {
  fc.assert(
    fc.property(stories, fc.func(fc.nat()), (record, rank) => {
      const window = { from: min(0), to: min(length) };
      const stretches = agitationOver(record, window);
      const minutes = Array.from({ length }, (_, minute) => naive(record, min(minute)));
      expect(
        stretches.flatMap(({ from, to, state }) =>
          Array.from({ length: (to - from) / minuteMs }, () => state),
        ),
      ).toEqual(minutes);
      expect(stretches.every(({ state }, index) => stretches[index + 1]?.state !== state)).toBe(true);
      const shuffled = <Item>(list: readonly Item[]): Item[] =>
        [...list, ...list].toSorted((a, b) => rank(a) - rank(b));
      expect(
        agitationOver(
          { agitator: shuffled(record.agitator), mains: record.mains.map(shuffled), unheard: record.unheard },
          window,
        ),
      ).toEqual(stretches);
    }),
    { numRuns: 1_000 },
  );
});
