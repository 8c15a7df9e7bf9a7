/**
 * Goal: every sentence on excursions, high, low and unmonitored, of design.md section 5, checked by hand. Method: small traces in minutes; the arithmetic stands in the test's name, so
 * that a person can do it again without the code.
 */
import { describe, expect, it } from "vitest";
import { at, everyMinute, judge, minutes, only, profile, strict, times } from "./minute-examples.ts";

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
