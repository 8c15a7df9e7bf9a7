/**
 * Goal: every sentence of design.md section 5 that judges one probe, checked by hand. Method: small traces in minutes; the arithmetic
 * stands in the test's name, so that a person can do it again without the code.
 */
import { describe, expect, it } from "vitest";
import type { ExcursionFigures } from "../engine/excursion.ts";
import type { Reading } from "../readings/reading.ts";
import { constantRules, type ProbeRules, type Profile } from "../site/profile.ts";
import { minuteMs } from "../time/millis.ts";
import { naiveCoverage, naiveJudge } from "./naive-model.ts";

const profile: Profile = {
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
const strict: Profile = { ...profile, excursionAfter: 0 };

type Value = number | "fault";
const readingAt = (minute: number, value: Value): Reading =>
  value === "fault" ? { at: minute * minuteMs, fault: "open" } : { at: minute * minuteMs, celsius: value };

/** Readings at the minutes named. */
const at = (...pairs: (readonly [minute: number, value: Value])[]): Reading[] =>
  pairs.map(([minute, value]) => readingAt(minute, value));

/** Readings one minute apart. */
const everyMinute = (values: readonly Value[], first = 0): Reading[] =>
  values.map((value, index) => readingAt(first + index, value));

const times = (count: number, value: Value): Value[] => Array.from({ length: count }, () => value);

function judge(readings: readonly Reading[], rules: Profile | ProbeRules = strict, nowMinute?: number) {
  const last = Math.max(...readings.map((reading) => reading.at));
  const now = nowMinute === undefined ? last : nowMinute * minuteMs;
  return naiveJudge(readings, "profiles" in rules ? rules : constantRules(rules), now).excursions;
}

/** The only excursion there is. */
function only(...args: Parameters<typeof judge>): ExcursionFigures {
  const [first, ...others] = judge(...args);
  if (first === undefined || others.length > 0)
    throw new Error(`expected one excursion, not ${others.length}`);
  return first;
}

function coverage(readings: readonly Reading[], rules: Profile, from: number, to: number, now: number) {
  const found = naiveCoverage(readings, constantRules(rules), from * minuteMs, to * minuteMs, now * minuteMs);
  return Object.values(found).map((ms) => Number(ms) / minuteMs);
}

const minutes = (value: number): number => value * minuteMs;

describe("the worked example of section 5", () => {
  const readings = everyMinute([4, 4, 5, 6, 7, ...times(9, 8), 7, 6, 5, ...times(8, 4)]);
  const expected: ExcursionFigures = {
    side: "high",
    start: minutes(3),
    end: minutes(15),
    provenGoodBefore: minutes(3),
    provenGoodAfter: minutes(15),
    outMs: 720_000,
    unknownMs: 0,
    extremeCelsius: 8,
    degreeMinutes: 20,
    critical: false,
  };

  it("gives one high excursion, 3..15 min, 720000 ms out, 20 degree-minutes", () => {
    expect(readings).toHaveLength(25);
    expect(judge(readings, profile)).toEqual([expected]);
  });

  it("gives the same from the last reading to the first", () => {
    expect(judge(readings.toReversed(), profile)).toEqual([expected]);
  });
});

describe("evidence", () => {
  it("measures a gap of exactly maxGap: 7 at 0, 7 at 5 min is 5 min out", () => {
    expect(only(at([0, 7], [5, 7]))).toMatchObject({ outMs: minutes(5), unknownMs: 0 });
  });

  it("loses a gap one millisecond longer: nothing out, 300001 ms unknown", () => {
    const readings: Reading[] = [
      { at: 0, celsius: 7 },
      { at: minutes(5) + 1, celsius: 7 },
    ];
    expect(only(readings)).toMatchObject({ outMs: 0, unknownMs: minutes(5) + 1 });
  });

  it("knows nothing on both sides of a fault: 4 at 0, fault at 1, 4 at 2 is 2 min unknown", () => {
    expect(coverage(at([0, 4], [1, "fault"], [2, 4]), profile, 0, 2, 2)).toEqual([0, 0, 0, 2, 0]);
  });

  it("counts an equal reading once and lets a different one at the same instant stand: 4 and 8 at 2 min", () => {
    const readings = at([0, 4], [2, 8], [2, 4], [2, 8], [4, 8]);
    expect(only(readings)).toMatchObject({ start: minutes(2), outMs: minutes(2), degreeMinutes: 4 });
  });

  it("puts the lower value first: 8 and 4 at 2 min with 4 before and after is out for (8-6)/(8-4) of 2 min", () => {
    expect(only(at([0, 4], [2, 8], [2, 4], [4, 4]))).toMatchObject({ start: minutes(2), outMs: minutes(1) });
  });

  it("puts a fault first: fault and 4 at 1 min lose the minute before and keep the minute after", () => {
    const readings = at([0, 4], [1, 4], [1, "fault"], [2, 4]);
    expect(coverage(readings, profile, 0, 1, 2)).toEqual([0, 0, 0, 1, 0]);
    expect(coverage(readings, profile, 1, 2, 2)).toEqual([1, 0, 0, 0, 0]);
  });

  it("waits after the last reading until maxGap is exceeded: 5 min pending, then all of it unknown", () => {
    expect(coverage(at([0, 4]), profile, 0, 5, 5)).toEqual([0, 0, 0, 0, 5]);
    expect(coverage(at([0, 4]), profile, 0, 6, 6)).toEqual([0, 0, 0, 6, 0]);
  });

  it("does not wait after a fault: 1 min after it is 1 min unknown", () => {
    expect(coverage(at([0, "fault"]), profile, 0, 1, 1)).toEqual([0, 0, 0, 1, 0]);
  });

  it("divides 0..20 min at 12: 3 before the first reading, 2 in, 1 high, 2 in, then 4 pending and 8 not yet", () => {
    const readings = at([3, 5], [4, 5], [5, 6], [5.5, 7], [6, 6], [8, 5]);
    expect(coverage(readings, profile, 0, 20, 12)).toEqual([4, 0, 1, 3, 12]);
  });

  it("counts time before the first reading as unknown and never as unmonitored", () => {
    expect(coverage([], profile, 0, 60, 60)).toEqual([0, 0, 0, 60, 0]);
    expect(judge(at([60, 4]), profile)).toEqual([]);
  });
});

describe("out of range", () => {
  it("calls exactly on a limit in range: 6 6 2 2 is nothing", () => {
    expect(judge(everyMinute([6, 6, 2, 2]))).toEqual([]);
  });

  it("interpolates crossings: 4 to 8 in a minute crosses 6 after 30 s, 8 to 5 after 40 s", () => {
    const found = only(everyMinute([4, 8, 5, ...times(6, 5)]));
    expect(found).toMatchObject({ start: 30_000, end: 100_000, outMs: 70_000 });
  });

  it("rounds crossings: 5 to 8 in 1 s crosses 6 after 333.33 ms, at 333", () => {
    const readings: Reading[] = [
      { at: 0, celsius: 5 },
      { at: 1_000, celsius: 8 },
    ];
    expect(only(readings)).toMatchObject({ start: 333, outMs: 667 });
  });

  it("is low below the low limit: 4 to 0 to 4 in 2 min is low from 30 s to 90 s, 1 degree-minute", () => {
    expect(only(everyMinute([4, 0, 4, ...times(6, 4)]))).toMatchObject({
      side: "low",
      start: 30_000,
      end: 90_000,
      outMs: minutes(1),
      extremeCelsius: 0,
      degreeMinutes: 1,
    });
  });

  it("makes a run of no length of a lone 7 at 20 min between 4 at 0 and 4 at 40: out 0, unknown 40", () => {
    const readings = [...at([0, 4], [20, 7]), ...everyMinute(times(6, 4), 40)];
    expect(judge(readings, profile)[1]).toMatchObject({
      side: "high",
      start: minutes(20),
      end: minutes(40),
      outMs: 0,
      unknownMs: minutes(40),
      degreeMinutes: 0,
      provenGoodBefore: 0,
      provenGoodAfter: minutes(40),
    });
  });

  it("never crosses a limit that the profile does not have", () => {
    expect(judge(everyMinute([4, 90, -90]), { ...strict, low: null, high: null })).toEqual([]);
  });
});

describe("recovery", () => {
  const peak = [4, 8];

  it("needs recoverAfter inside the shrunk limit: 5.7 from 2 to 7 min recovers, to 6 min does not", () => {
    expect(only(everyMinute([...peak, ...times(6, 5.7)])).end).toBe(Math.round((1 + 2 / 2.3) * minuteMs));
    expect(only(everyMinute([...peak, ...times(5, 5.7)])).end).toBeNull();
  });

  it("does not recover between the limits: 5.8 for an hour", () => {
    expect(only(everyMinute([...peak, ...times(60, 5.8)]))).toMatchObject({
      end: null,
      provenGoodAfter: null,
    });
  });

  it("recovers exactly at the limit with deadband 0: 6 for 5 min", () => {
    const rules = { ...strict, deadband: 0 };
    expect(only(everyMinute([...peak, ...times(6, 6)]), rules).end).toBe(minutes(2));
  });

  it("starts anew after a single reading of 5.8: 4 min and 4 min of 5.7 and less are not 5", () => {
    const readings = everyMinute([8, ...times(4, 4), 5.8, ...times(4, 4)]);
    expect(only(readings).end).toBeNull();
  });

  it("starts anew after unknown time: 4 min, a fault, 4 min are not 5", () => {
    expect(only(everyMinute([8, ...times(5, 4), "fault", ...times(5, 4)])).end).toBeNull();
  });

  it("makes one excursion of two peaks 3 min apart and two of peaks 9 min apart", () => {
    const calm = times(10, 4);
    expect(judge(everyMinute([8, ...times(4, 4), 8, ...calm]))).toHaveLength(1);
    const [first, second] = judge(everyMinute([8, ...calm, 8, ...calm]));
    expect(first).toMatchObject({ start: 0, end: 30_000, outMs: 30_000 });
    expect(second).toMatchObject({ start: minutes(10.5), end: minutes(11.5), outMs: minutes(1) });
  });

  it("is a matter of its side: high recovers while the probe goes on to be low", () => {
    const found = judge(everyMinute([8, ...times(6, 0)]));
    expect(found.map(({ side, end }) => [side, end])).toEqual([
      ["high", 15_000],
      ["low", null],
    ]);
  });
});

describe("excursion, high and low", () => {
  it("adds up its runs: 7 7 6 6 7 6 is out 0..2 and 3..5, 4 min, 1.5 + 1 degree-minutes", () => {
    const readings = everyMinute([7, 7, 6, 6, 7, 6, ...times(6, 5)]);
    expect(only(readings)).toMatchObject({
      start: 0,
      end: minutes(5),
      outMs: minutes(4),
      degreeMinutes: 2.5,
    });
  });

  it("ends at the first in-range reading after unknown time: 8 at 1, fault at 2, 5.9 at 3, recovered 4..9", () => {
    const readings = [...at([0, 4], [1, 8], [2, "fault"], [3, 5.9]), ...everyMinute(times(6, 4), 4)];
    expect(only(readings)).toMatchObject({
      start: 30_000,
      end: minutes(3),
      provenGoodBefore: 0,
      provenGoodAfter: minutes(3),
      outMs: 30_000,
      unknownMs: minutes(2),
    });
  });

  it("does not end at a reading followed by more out-of-range time: 5 at 3, then 7 at 4", () => {
    const readings = [...at([1, 8], [2, "fault"], [3, 5], [4, 7]), ...everyMinute(times(6, 5), 5)];
    expect(only(readings)).toMatchObject({ start: minutes(1), end: minutes(4.5), outMs: minutes(1) });
  });

  it("proves nothing good by an instant that carries 4 and 8: goes back to the reading before", () => {
    const found = only(at([0, 4], [1, 4], [1, 8], [2, 8]));
    expect(found).toMatchObject({ start: minutes(1), provenGoodBefore: 0 });
  });

  it("proves nothing good by a reading that is low: high ends at 15 s, nothing good before 9 min", () => {
    const readings = everyMinute([8, ...times(8, 0), 4, 4]);
    expect(judge(readings)[0]).toMatchObject({ side: "high", end: 15_000, provenGoodAfter: minutes(9) });
  });

  it("has no proven-good instant before it where the first reading is out", () => {
    expect(only(everyMinute([8, 4]))).toMatchObject({ start: 0, provenGoodBefore: null });
  });

  it("counts unknown time from the proven-good instant on: 4 at 0, fault at 1, 8 at 2 is 2 min unknown", () => {
    expect(only(everyMinute([4, "fault", 8]))).toMatchObject({ start: minutes(2), unknownMs: minutes(2) });
  });

  it("counts no unknown time before start where nothing was proven good: 8 at 2 after a fault at 0", () => {
    expect(only(at([0, "fault"], [2, 8]))).toMatchObject({ start: minutes(2), unknownMs: 0 });
  });

  it("counts silence while it is open: 8 at 0, nothing for 6 min is 6 min unknown, for 5 min is 0", () => {
    expect(only(at([0, 8]), strict, 6)).toMatchObject({ end: null, unknownMs: minutes(6) });
    expect(only(at([0, 8]), strict, 5)).toMatchObject({ end: null, unknownMs: 0 });
  });

  it("qualifies at exactly excursionAfter: 7 for 10 min does, for 9.5 min does not", () => {
    expect(judge(everyMinute(times(11, 7)), profile)).toHaveLength(1);
    expect(judge([...everyMinute(times(10, 7)), ...at([9.5, 7])], profile)).toHaveLength(0);
  });

  it("qualifies with what is unknown: 3 min out and 7 min unknown are 10, 6 are not", () => {
    const out = everyMinute(times(4, 7));
    expect(judge(out, profile, 10)).toMatchObject([{ outMs: minutes(3), unknownMs: minutes(7) }]);
    expect(judge(out, profile, 9)).toHaveLength(0);
  });

  it("qualifies at once beyond the critical limit, not on it: 10.1 does, 10 does not", () => {
    expect(judge(everyMinute([4, 10.1, 4]), profile)).toMatchObject([
      { critical: true, extremeCelsius: 10.1 },
    ]);
    expect(judge(everyMinute([4, 10, 4]), profile)).toEqual([]);
  });

  it("takes the extreme from readings: low 1.5 1.2 1.8 is 1.2", () => {
    expect(only(everyMinute([4, 1.5, 1.2, 1.8]))).toMatchObject({ side: "low", extremeCelsius: 1.2 });
  });

  it("measures the triangle 2, 10, 2 °C over 60 min, limit 6: 30 min out, 60 degree-minutes", () => {
    const rules = { ...strict, maxGap: minutes(30) };
    expect(only(at([0, 2], [30, 10], [60, 2]), rules)).toMatchObject({
      start: minutes(15),
      outMs: minutes(30),
      degreeMinutes: 60,
    });
  });
});

describe("excursion, unmonitored", () => {
  it("needs more than unmonitoredAfter: 30 min is not, 31 min is", () => {
    expect(judge(at([0, 4], [30, 4]), profile)).toEqual([]);
    expect(only(at([0, 4], [31, 4]), profile)).toEqual({
      side: "unmonitored",
      start: 0,
      end: minutes(31),
      provenGoodBefore: null,
      provenGoodAfter: null,
      outMs: 0,
      unknownMs: minutes(31),
      extremeCelsius: null,
      degreeMinutes: 0,
      critical: false,
    });
  });

  it("joins what adjoins: gaps of 16 min on both sides of one reading are 32 min", () => {
    expect(only(at([0, 4], [16, 4], [32, 4]), profile)).toMatchObject({ start: 0, unknownMs: minutes(32) });
  });

  it("joins across two readings at one instant: no time was measured between them", () => {
    expect(only(at([0, 4], [16, 4], [16, 5], [32, 4]), profile)).toMatchObject({ unknownMs: minutes(32) });
  });

  it("is parted by a minute that was measured: gaps of 16 min before and after it are two short ones", () => {
    expect(judge(at([0, 4], [16, 4], [17, 4], [33, 4]), profile)).toEqual([]);
  });

  it("is open while it lasts: silent since 0 at 31 min, unknown 31 min", () => {
    expect(only(at([0, 4]), profile, 31)).toMatchObject({ start: 0, end: null, unknownMs: minutes(31) });
  });

  it("is open after a fault, and ends at a good reading with the gap before it", () => {
    const faults = everyMinute([4, ...times(40, "fault")]);
    expect(only(faults, profile)).toMatchObject({ start: 0, end: null, unknownMs: minutes(40) });
    expect(only([...faults, ...at([41, 4])], profile)).toMatchObject({ end: minutes(41) });
  });
});

describe("rules change in event time", () => {
  const change = (minute: number, later: Partial<Profile>, earlier: Partial<Profile> = {}): ProbeRules => ({
    profiles: [
      { from: 0, rule: { ...strict, ...earlier } },
      { from: minutes(minute), rule: { ...strict, ...later } },
    ],
    offsets: [{ from: 0, rule: 0 }],
  });

  it("applies the first version to all earlier time: 7 at -10 min is out", () => {
    expect(only(at([-10, 7], [-9, 7]), change(5, { high: 8 }))).toMatchObject({ outMs: minutes(1) });
  });

  it("adds the offset in force at each reading's at: 5.9 + 0.2 is out from 10 min on", () => {
    const rules: ProbeRules = {
      profiles: [{ from: 0, rule: strict }],
      offsets: [
        { from: 0, rule: 0 },
        { from: minutes(10), rule: 0.2 },
      ],
    };
    const found = only(at([8, 5.9], [9, 5.9], [10, 5.9], [11, 5.9]), rules);
    // From 5.9 to 6.1 in a minute: crosses 6 half way.
    expect(found).toMatchObject({ start: minutes(9.5), outMs: minutes(1.5), extremeCelsius: 5.9 + 0.2 });
  });

  it("begins a run at the change with no reading there: 7 throughout, limit 8 until 2.5 min, out 2.5..4", () => {
    const found = only(everyMinute(times(5, 7)), change(2.5, { high: 6 }, { high: 8 }));
    expect(found).toMatchObject({ start: minutes(2.5), outMs: minutes(1.5), provenGoodBefore: minutes(2) });
  });

  it("ends a run at the change: 7 throughout, limit 8 from 2.5 min on, proven good at 3", () => {
    const found = only(everyMinute(times(10, 7)), change(2.5, { high: 8 }));
    expect(found).toMatchObject({
      start: 0,
      end: minutes(2.5),
      provenGoodAfter: minutes(3),
      outMs: minutes(2.5),
    });
  });

  it("crosses on the line between the readings: 4 to 8 over 4 min, limit 7 until 2.5 then 6, out 2.5..4", () => {
    const found = only(at([0, 4], [4, 8]), change(2.5, { high: 6 }, { high: 7 }));
    // At 2.5 min the line is at 6.5: 0.5 and 2 beyond the limit, 1.5 min.
    expect(found).toMatchObject({ start: minutes(2.5), outMs: minutes(1.5), degreeMinutes: 1.875 });
  });

  it("measures only the part whose maxGap allows the gap: 4 min apart, maxGap 3 min from 1 min on", () => {
    const rules = change(1, { maxGap: minutes(3) });
    const found = naiveCoverage(at([0, 4], [4, 4]), rules, 0, minutes(4), minutes(4));
    expect(found).toMatchObject({ inMs: minutes(1), unknownMs: minutes(3) });
  });

  it("judges a reading by the profile at its at: 7 at the very instant at which the limit becomes 8 is good", () => {
    const found = only(everyMinute([4, 7, 7, 7, 7, 7, 7]), change(1, { high: 8 }));
    expect(found).toMatchObject({ end: minutes(1), provenGoodAfter: minutes(1), extremeCelsius: null });
  });

  it("takes recoverAfter from where it is reached: 4.85 min inside are too few for 5, enough for 3 from 4.5 on", () => {
    const readings = everyMinute([8, ...times(5, 4), 8, ...times(9, 4)]);
    expect(judge(readings, change(4.5, { recoverAfter: minutes(3) }))).toHaveLength(2);
    expect(judge(readings, change(99, {}))).toHaveLength(1);
  });

  it("takes excursionAfter from the profile at start: 12 min out, 10 needed then, 60 later", () => {
    const out = everyMinute(times(13, 7));
    const later = change(1, { excursionAfter: minutes(60) }, { excursionAfter: minutes(10) });
    expect(judge(out, later)).toHaveLength(1);
    const sooner = change(1, { excursionAfter: minutes(10) }, { excursionAfter: minutes(60) });
    expect(judge(out, sooner)).toHaveLength(0);
  });

  it("ends where recovery begins when a change makes time measured before the next reading", () => {
    const rules: ProbeRules = {
      profiles: [
        { from: 0, rule: { ...strict, maxGap: minutes(60) } },
        { from: minutes(2), rule: strict },
        { from: minutes(10), rule: { ...strict, maxGap: minutes(60), high: 9 } },
        { from: minutes(20), rule: { ...strict, maxGap: minutes(60) } },
      ],
      offsets: [{ from: 0, rule: 0 }],
    };
    const found = judge(at([0, 7], [30, 7]), rules).filter(({ side }) => side === "high");
    expect(found.map(({ start, end }) => [start, end])).toEqual([
      [0, minutes(10)],
      [minutes(20), null],
    ]);
  });
});
