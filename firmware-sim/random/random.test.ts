import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "./random.ts";

const take = (count: number, next: () => number): number[] => Array.from({ length: count }, next);

describe("seeded random", () => {
  it("gives the same numbers for the same seed and name, others for another name", () => {
    fc.assert(
      fc.property(fc.integer(), fc.string(), (seed, name) => {
        const first = take(20, seededRandom(seed, name).next);
        expect(take(20, seededRandom(seed, name).next)).toEqual(first);
        expect(take(20, seededRandom(seed, `${name}/other`).next)).not.toEqual(first);
      }),
    );
  });

  it("stays inside its ranges", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 1000 }), (seed, below) => {
        const random = seededRandom(seed, "range");
        const uniform = take(50, random.next);
        const integers = take(50, () => random.below(below));
        expect(uniform.every((value) => value >= 0 && value < 1)).toBe(true);
        expect(integers.every((value) => Number.isInteger(value) && value >= 0 && value < below)).toBe(true);
      }),
    );
  });

  it("has the mean and spread of the distributions it claims", () => {
    const random = seededRandom(1, "shape");
    const uniform = take(20_000, random.next);
    const normal = take(20_000, random.normal);
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = mean(normal.map((value) => value ** 2));
    expect(mean(uniform)).toBeCloseTo(0.5, 1);
    expect(mean(normal)).toBeCloseTo(0, 1);
    expect(variance).toBeCloseTo(1, 1);
  });
});
