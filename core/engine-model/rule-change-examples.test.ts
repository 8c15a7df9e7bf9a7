/**
 * Goal: every sentence on rules that change in event time of design.md section 5, checked by hand. Method: small traces in minutes; the arithmetic stands in the test's name, so
 * that a person can do it again without the code.
 */
import { describe, expect, it } from "vitest";
import type { ExcursionFigures } from "../engine/excursion.ts";
import type { ProbeRules, Profile } from "../site/profile.ts";
import { at, everyMinute, judge, minutes, only, strict, times } from "./minute-examples.ts";
import { naiveCoverage } from "./naive-model.ts";

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

  it("does not take recoverAfter from where the stretch is over: 4.42 min to the change at 5, then 3 would do", () => {
    // The line from 4 at 4 min to 6 at 6 min is at 5 when the shrunk limit becomes 5: it is beyond it from then on.
    const readings = at([0, 8], [1, 4], [4, 4], [6, 6], [7, 6]);
    const rules = change(5, { high: 5.3, recoverAfter: minutes(3) });
    expect(only(readings, rules)).toMatchObject({ start: 0, end: null });
  });

  it("takes excursionAfter from the profile at start: 12.33 min out, 10 needed then, 60 later", () => {
    const out = everyMinute([...times(13, 7), ...times(6, 4)]);
    const later = change(1, { excursionAfter: minutes(60) }, { excursionAfter: minutes(10) });
    expect(judge(out, later)).toHaveLength(1);
    const sooner = change(1, { excursionAfter: minutes(10) }, { excursionAfter: minutes(60) });
    expect(judge(out, sooner)).toHaveLength(0);
  });

  /** Limits 6, then for 8 min nothing measured, then 10 min with a limit of 9, then 6 again. */
  const lostThenLenient: ProbeRules = {
    profiles: [
      { from: 0, rule: { ...strict, maxGap: minutes(60) } },
      { from: minutes(2), rule: strict },
      { from: minutes(10), rule: { ...strict, maxGap: minutes(60), high: 9 } },
      { from: minutes(20), rule: { ...strict, maxGap: minutes(60) } },
    ],
    offsets: [{ from: 0, rule: 0 }],
  };
  const spansOf = (found: readonly ExcursionFigures[]) =>
    found.filter(({ side }) => side === "high").map(({ start, end }) => [start, end]);

  it("ends at the first in-range reading after unknown time though recovered before: 7 at 0, 5 at 25", () => {
    // The line from 7 to 5 is at 5.4 at 20 min: from 10 min on it is inside the shrunk limits 8.7 and 5.7.
    expect(spansOf(judge(at([0, 7], [25, 5]), lostThenLenient))).toEqual([[0, minutes(25)]]);
  });

  it("ends where the recovery begins if the probe is out again before any in-range reading: 7 at 0 and 30", () => {
    expect(spansOf(judge(at([0, 7], [30, 7]), lostThenLenient))).toEqual([
      [0, minutes(10)],
      [minutes(20), null],
    ]);
  });
});
