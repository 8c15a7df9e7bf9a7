import fc from "fast-check";
import { expect, test } from "vitest";
import { judge, present } from "../engine/judge.ts";
import { unheardOf } from "../engine/probe-state.ts";
import { traceArbitrary } from "../engine-model/traces.ts";
import { compareReadings, type Reading } from "../readings/reading.ts";
import type { ExcursionFigures } from "../engine/excursion.ts";
import { cutEvidence, differingFigures, recompute, rulesAsJudged } from "./evidence.ts";

/** Readings as the engine takes them, in order and without repeats. */
function ordered(readings: readonly Reading[]): Reading[] {
  const sorted = readings.toSorted(compareReadings);
  return sorted.filter((each, index) => {
    const before = sorted[index - 1];
    return before === undefined || compareReadings(before, each) !== 0;
  });
}

const judgedTrace = traceArbitrary.map(({ rules, readings, now }) => {
  const judged = rulesAsJudged(rules.profiles);
  const sorted = ordered(readings);
  const { state, ended } = judge(unheardOf(), sorted, judged);
  return {
    readings: sorted,
    profiles: judged.profiles,
    now,
    excursions: [...ended, ...present(state, judged, now)],
  };
});

test("the figures of every excursion follow from its own evidence, whatever lies before and after it", () => {
  let excursionsSeen = 0;
  fc.assert(
    fc.property(judgedTrace, ({ readings, profiles, now, excursions }) => {
      for (const figures of excursions) {
        excursionsSeen += 1;
        const evidence = cutEvidence(readings, profiles, figures);
        expect(evidence.length).toBeLessThanOrEqual(readings.length);
        expect(differingFigures(figures, recompute(evidence, profiles, now))).toEqual([]);
      }
    }),
    { numRuns: 2_000 },
  );
  expect(excursionsSeen).toBeGreaterThan(500);
});

test("a figure that was changed is named", () => {
  const names = ["start", "outMs", "unknownMs", "degreeMinutes", "extremeCelsius"] as const;
  fc.assert(
    fc.property(judgedTrace, fc.constantFrom(...names), ({ readings, profiles, now, excursions }, name) => {
      const [figures] = excursions;
      if (figures === undefined) return;
      const forged: ExcursionFigures = { ...figures, [name]: (figures[name] ?? 0) + 1 };
      const evidence = cutEvidence(readings, profiles, figures);
      const found = differingFigures(forged, recompute(evidence, profiles, now));
      expect(found === null || found.length > 0).toBe(true);
    }),
  );
});
