import fc from "fast-check";
import { expect, test } from "vitest";
import { holds, missingIn, type Ranges, sizeOf, union, withoutValue, withRange } from "./ranges.ts";

const small = fc.nat(40);
const runs = fc.array(fc.tuple(small, fc.nat(6)), { maxLength: 15 });

const build = (parts: readonly (readonly [number, number])[]): { ranges: Ranges; set: Set<number> } => {
  let ranges: Ranges = [];
  const set = new Set<number>();
  for (const [first, length] of parts) {
    ranges = withRange(ranges, [first, first + length]);
    for (let n = first; n <= first + length; n += 1) set.add(n);
  }
  return { ranges, set };
};

test("runs are a set: adding, removing, joining, looking up and what is missing agree with one", () => {
  fc.assert(
    fc.property(runs, runs, small, small, (one, other, value, last) => {
      const a = build(one);
      const b = build(other);
      for (let n = 0; n <= 50; n += 1) {
        expect(holds(a.ranges, n)).toBe(a.set.has(n));
        expect(holds(union(a.ranges, b.ranges), n)).toBe(a.set.has(n) || b.set.has(n));
        expect(holds(withoutValue(a.ranges, value), n)).toBe(a.set.has(n) && n !== value);
        expect(holds(missingIn(a.ranges, value, last), n)).toBe(n >= value && n <= last && !a.set.has(n));
      }
      expect(sizeOf(a.ranges)).toBe(a.set.size);
    }),
  );
});

test("runs are sorted and never touch", () => {
  fc.assert(
    fc.property(runs, (parts) => {
      const { ranges } = build(parts);
      for (const [index, range] of ranges.entries()) {
        const before = ranges[index - 1];
        if (before !== undefined) expect(range[0]).toBeGreaterThan(before[1] + 1);
      }
    }),
  );
});
