import { compareReadings, isGood, type Reading } from "@coldkeep/core/readings/reading.ts";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { axisValues, shapeCurve, type CurveShape } from "./curve-shape.ts";
import { curvePointsMax } from "./limits.ts";
import { redCellLimits } from "./sample-views.ts";
import type { CurveView } from "./views.ts";

const maxGapMs = 5;

const reading: fc.Arbitrary<Reading> = fc.record({
  at: fc.integer({ min: 0, max: 100 }),
  celsius: fc.integer({ min: -5, max: 12 }),
});
const fault: fc.Arbitrary<Reading> = fc.record({
  at: fc.integer({ min: 0, max: 100 }),
  fault: fc.constant("open" as const),
});
const curve: fc.Arbitrary<CurveView> = fc
  .array(fc.oneof({ weight: 8, arbitrary: reading }, { weight: 1, arbitrary: fault }), { maxLength: 60 })
  .map((readings) => ({
    probe: "p",
    from: 0,
    to: 100,
    readings: readings.sort(compareReadings),
    maxGapMs,
    limits: redCellLimits,
  }));

/** The rule of evidence, asked of one open millisecond `(at, at + 1)` at a time. */
function isUnknown(view: CurveView, at: number, now: number): boolean {
  if (at >= now) return false;
  const before = view.readings.findLast((each) => each.at <= at);
  const after = view.readings.find((each) => each.at > at);
  if (!before) return (after?.at ?? now) > maxGapMs;
  if (!after) return !isGood(before) || now - before.at > maxGapMs;
  return !isGood(before) || !isGood(after) || after.at - before.at > maxGapMs;
}

function coveredBy(spans: CurveShape["unknown"], at: number): boolean {
  return spans.some((span) => span.from <= at && at + 1 <= span.to);
}

describe("the shape of a curve", () => {
  it("calls unknown exactly what the rule of evidence calls unknown", () => {
    fc.assert(
      fc.property(curve, fc.integer({ min: 0, max: 120 }), (view, past) => {
        const now = Math.max(past, view.readings.at(-1)?.at ?? 0);
        const shape = shapeCurve(view, now);
        for (let at = 0; at < 100; at++)
          expect([at, coveredBy(shape.unknown, at)]).toEqual([at, isUnknown(view, at, Math.min(now, 100))]);
      }),
    );
  });

  it("joins two points by a line only over measured time, and keeps every good reading", () => {
    fc.assert(
      fc.property(curve, (view) => {
        const shape = shapeCurve(view, 100);
        expect(shape.runs.flat()).toEqual(
          view.readings.filter(isGood).map(({ at, celsius }) => [at, celsius]),
        );
        for (const run of shape.runs) {
          for (let at = run[0]?.[0] ?? 0; at < (run.at(-1)?.[0] ?? 0); at++)
            expect(isUnknown(view, at, 100)).toBe(false);
        }
      }),
    );
  });

  it("thins a long curve without losing an extreme or an end", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -40, max: 40, noNaN: true }), { minLength: 3_000, maxLength: 6_000 }),
        (values) => {
          const readings = values.map((celsius, at) => ({ at, celsius }));
          const view = { probe: "p", from: 0, to: values.length, readings, maxGapMs, limits: redCellLimits };
          const points = shapeCurve(view, values.length).runs.flat();
          const kept = points.map(([, value]) => value);
          expect(points.length).toBeLessThanOrEqual(curvePointsMax + 4);
          expect(Math.max(...kept)).toBe(Math.max(...values));
          expect(Math.min(...kept)).toBe(Math.min(...values));
          expect(points[0]?.[0]).toBe(0);
          expect(points.at(-1)?.[0]).toBe(values.length - 1);
        },
      ),
      { numRuns: 20 },
    );
  });

  it("has an axis that holds the limits and all points, also where there are none", () => {
    fc.assert(
      fc.property(curve, (view) => {
        const { bottom, top, runs } = shapeCurve(view, 100);
        for (const value of [2, 6, ...runs.flat().map(([, each]) => each)]) {
          expect(value).toBeGreaterThan(bottom);
          expect(value).toBeLessThan(top);
        }
        expect(axisValues(bottom, top, 7).length).toBeLessThanOrEqual(8);
      }),
    );
  });
});
