/** The engine against the naive model of core/engine-model, written from design.md section 5 alone, over nasty traces. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { naiveCoverage, naiveJudge } from "../engine-model/naive-model.ts";
import { hundredthsTraceArbitrary, nowArbitrary, type Trace } from "../engine-model/traces.ts";
import { compareReadings, isGood, type Reading } from "../readings/reading.ts";
import type { ExcursionFigures } from "./excursion.ts";
import { judge, present } from "./judge.ts";
import { measure } from "./measure.ts";
import { unheardOf } from "./probe-state.ts";

const runs = Number(process.env["RUNS"] ?? 3_000);

function inOrder(readings: readonly Reading[]): Reading[] {
  return [...readings]
    .sort(compareReadings)
    .filter(
      (reading, index, all) => index === 0 || compareReadings(all[index - 1] ?? reading, reading) !== 0,
    );
}

/** Areas are sums of floating-point products, and of runs shorter than a millisecond the engine counts none: compared apart, times exactly. */
function comparable(
  excursions: readonly ExcursionFigures[],
): [Omit<ExcursionFigures, "degreeMinutes">[], number[]] {
  const sorted = excursions.toSorted((a, b) => a.start - b.start || a.side.localeCompare(b.side));
  return [sorted.map(({ degreeMinutes: _area, ...rest }) => rest), sorted.map((each) => each.degreeMinutes)];
}

/** What areas may differ by: of runs shorter than a millisecond there are several at most, each as high as the readings reach apart. */
function areaTolerance(readings: readonly Reading[]): number {
  const celsius = readings.filter(isGood).map((reading) => reading.celsius);
  const spread = celsius.length === 0 ? 0 : Math.max(...celsius) - Math.min(...celsius);
  return 0.0005 + spread * 0.00004;
}

function expectSame(
  engine: readonly ExcursionFigures[],
  model: readonly ExcursionFigures[],
  tolerance: number,
): void {
  const [figures, areas] = comparable(engine);
  const [modelFigures, modelAreas] = comparable(model);
  expect(figures).toEqual(modelFigures);
  for (const [index, area] of areas.entries()) {
    const expected = modelAreas[index] ?? Number.NaN;
    expect(Math.abs(area - expected)).toBeLessThan(tolerance + Math.abs(expected) * 1e-9);
  }
}

function engineJudge({ readings, rules, now }: Trace): ExcursionFigures[] {
  const { state, ended } = judge(unheardOf(), inOrder(readings), rules);
  return [...ended, ...present(state, rules, now)];
}

test("the engine and the naive model find the same excursions to the millisecond", () => {
  fc.assert(
    fc.property(hundredthsTraceArbitrary, (trace) => {
      const naive = naiveJudge(trace.readings, trace.rules, trace.now).excursions;
      expectSame(engineJudge(trace), naive, areaTolerance(trace.readings));
    }),
    { numRuns: runs },
  );
});

test("the engine and the naive model divide any window alike, and its parts add up to it", () => {
  const cases = hundredthsTraceArbitrary.chain((trace) =>
    fc.tuple(fc.constant(trace), nowArbitrary(trace), nowArbitrary(trace)),
  );
  fc.assert(
    fc.property(cases, ([trace, one, other]) => {
      const from = Math.min(one, other);
      const to = Math.max(one, other);
      const { inMs, lowMs, highMs, unknownMs, pendingMs } = measure(
        inOrder(trace.readings),
        trace.rules,
        { from, to },
        trace.now,
      );
      expect({ inMs, lowMs, highMs, unknownMs, pendingMs }).toEqual(
        naiveCoverage(trace.readings, trace.rules, from, to, trace.now),
      );
      expect(inMs + lowMs + highMs + unknownMs + pendingMs).toBe(to - from);
    }),
    { numRuns: runs },
  );
});
