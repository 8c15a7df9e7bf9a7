/**
 * Goal: the worked example and every sentence on evidence, range and recovery of design.md section 5, checked by hand. Method: small traces in minutes; the arithmetic stands in the test's name, so
 * that a person can do it again without the code.
 */
import { describe, expect, it } from "vitest";
import type { ExcursionFigures } from "../engine/excursion.ts";
import type { Reading } from "../readings/reading.ts";
import { minuteMs } from "../time/millis.ts";
import {
  at,
  coverage,
  everyMinute,
  judge,
  minutes,
  only,
  profile,
  strict,
  times,
} from "./minute-examples.ts";

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

  it("does so on the low side: 2.3 from 1 to 6 min recovers, 2.2 for an hour does not", () => {
    expect(only(everyMinute([0, ...times(6, 2.3)])).end).toBe(Math.round((2 / 2.3) * minuteMs));
    expect(only(everyMinute([0, ...times(60, 2.2)])).end).toBeNull();
  });

  it("starts anew after 5.71 for less than a millisecond, at 4 min: 3 min and 4 min are not 5", () => {
    const spike: Reading[] = [
      { at: minutes(4) - 1, celsius: 3 },
      { at: minutes(4), celsius: 5.71 },
      { at: minutes(4) + 1, celsius: 3 },
    ];
    const readings = [...at([0, 8], [1, 4]), ...spike, ...at([8, 4])];
    expect(only(readings)).toMatchObject({ start: 0, end: null });
  });

  it("starts anew after unknown time: 4 min, a fault, 4 min are not 5", () => {
    expect(only(everyMinute([8, ...times(5, 4), "fault", ...times(5, 4)])).end).toBeNull();
  });

  it("makes one excursion of two peaks 3 min apart and two of peaks 9 min apart", () => {
    const calm = times(10, 4);
    expect(judge(everyMinute([8, ...times(4, 4), 8, ...calm]))).toHaveLength(1);
    const [first, second] = judge(everyMinute([8, ...calm, 12, ...calm]));
    expect(first).toMatchObject({ start: 0, end: 30_000, outMs: 30_000, extremeCelsius: 8, critical: false });
    expect(second).toMatchObject({
      start: minutes(10.25),
      end: minutes(11.75),
      extremeCelsius: 12,
      critical: true,
    });
  });

  it("is a matter of its side: high recovers while the probe goes on to be low", () => {
    const found = judge(everyMinute([8, ...times(6, 0)]));
    expect(found.map(({ side, end }) => [side, end])).toEqual([
      ["high", 15_000],
      ["low", null],
    ]);
  });
});
