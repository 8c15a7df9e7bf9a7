import fc from "fast-check";
import { expect, test } from "vitest";
import type { BufferEntry } from "./buffer.ts";
import { chooseDropped, type Waiting } from "./thinning.ts";

const entry: fc.Arbitrary<BufferEntry> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ probe: fc.constantFrom("p", "q"), at: fc.nat(400), celsius: fc.nat(12) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      probe: fc.constantFrom("p", "q"),
      at: fc.nat(400),
      fault: fc.constant("open" as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      subject: fc.constant("f"),
      kind: fc.constant("door" as const),
      active: fc.boolean(),
      at: fc.nat(400),
    }),
  },
);
const stretch = fc
  .array(entry, { maxLength: 200 })
  .map((entries) => entries.map((one, id): Waiting => ({ id, entry: one })));

const thinned = (waiting: readonly Waiting[]): readonly Waiting[] => {
  const dropped = chooseDropped(waiting);
  return waiting.filter(({ id }) => !dropped.has(id));
};

/** The readings of one probe in the order of time, as `[at, celsius | fault]`. */
const line = (waiting: readonly Waiting[], probe: string) =>
  [...waiting]
    .sort((a, b) => a.entry.at - b.entry.at || a.id - b.id)
    .flatMap(({ entry: one }) => ("probe" in one && one.probe === probe ? [one] : []));

const goodRuns = (waiting: readonly Waiting[], probe: string): number[][] =>
  line(waiting, probe).reduce<number[][]>(
    (runs, one) => {
      if ("celsius" in one) runs.at(-1)?.push(one.celsius);
      else runs.push([]);
      return runs;
    },
    [[]],
  );

test("of every run between faults the first, the last, the coldest and the warmest stay, however often it is thinned out; so do faults and events", () => {
  fc.assert(
    fc.property(stretch, fc.integer({ min: 1, max: 6 }), (before, times) => {
      let after: readonly Waiting[] = before;
      for (let n = 0; n < times; n += 1) after = thinned(after);
      const rest = (of: readonly Waiting[]) => of.filter((one) => !("celsius" in one.entry));
      expect(rest(after)).toEqual(rest(before));
      for (const probe of ["p", "q"]) {
        const [was, is] = [goodRuns(before, probe), goodRuns(after, probe)];
        const ends = (run: readonly number[]) => [run[0], run.at(-1), Math.min(...run), Math.max(...run)];
        expect(is.map(ends)).toEqual(was.map(ends));
      }
    }),
  );
});

const minutes = (values: readonly number[]): Waiting[] =>
  values.map((celsius, id) => ({ id, entry: { probe: "p", at: id * 60_000, celsius } }));

test("a smooth line loses every other reading", () => {
  const left = thinned(minutes(Array.from({ length: 101 }, (_, n) => n / 10)));
  expect(left).toHaveLength(51);
  expect(left.map(({ id }) => id)).toEqual(Array.from({ length: 51 }, (_, n) => n * 2));
});

test("a line whose every reading is an extreme is halved all the same, and keeps its highest", () => {
  const values = Array.from({ length: 202 }, (_, n) => (n % 2 === 0 ? 4 : 5) + (n === 101 ? 3 : 0));
  const left = thinned(minutes(values));
  expect(left).toHaveLength(102);
  expect(left.map(({ entry: one }) => ("celsius" in one ? one.celsius : 0))).toContain(8);
});

test("halving ends where nothing but ends and extremes is left", () => {
  let left: readonly Waiting[] = minutes(Array.from({ length: 1_000 }, (_, n) => Math.sin(n / 7)));
  const sizes: number[] = [];
  for (let n = 0; n < 20; n += 1) sizes.push((left = thinned(left)).length);
  expect(sizes[0]).toBeLessThan(600);
  expect(sizes.at(-1)).toBe(sizes.at(-2));
  expect(sizes.at(-1)).toBeLessThan(12);
});
