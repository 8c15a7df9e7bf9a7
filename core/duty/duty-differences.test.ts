import fc from "fast-check";
import { expect, test } from "vitest";
import { dutyDifferences } from "./duty-differences.ts";
import type { DutySpan } from "./rota.ts";

const span = (from: number, to: number, ...people: string[]): DutySpan => ({ from, to, people });

test("it is said from when to when who is on duty instead of whom", () => {
  const before = [span(0, 10, "an"), span(10, 20, "bo"), span(20, 30)];
  const after = [span(0, 5, "an"), span(5, 25, "cem"), span(25, 30)];
  expect(dutyDifferences(before, after)).toEqual([
    { from: 5, to: 10, before: ["an"], after: ["cem"] },
    { from: 10, to: 20, before: ["bo"], after: ["cem"] },
    { from: 20, to: 25, before: [], after: ["cem"] },
  ]);
  expect(
    dutyDifferences([span(0, 10, "an", "bo")], [span(0, 4, "bo", "an"), span(4, 10, "an", "bo")]),
  ).toEqual([]);
});

test("at every instant it says what a comparison of that instant says, whatever the spans", () => {
  const plan = fc.array(fc.subarray(["an", "bo", "cem"]), { minLength: 40, maxLength: 40 });
  const spansOf = (people: readonly (readonly string[])[]): DutySpan[] => {
    const spans: DutySpan[] = [];
    for (const [at, each] of people.entries()) {
      const last = spans[spans.length - 1];
      if (last !== undefined && last.people.join() === each.join())
        spans[spans.length - 1] = { ...last, to: at + 1 };
      else spans.push(span(at, at + 1, ...each));
    }
    return spans;
  };
  fc.assert(
    fc.property(plan, plan, (before, after) => {
      const found = dutyDifferences(spansOf(before), spansOf(after));
      for (const at of before.keys()) {
        const [was = [], is = []] = [before[at], after[at]];
        const said = found.filter(({ from, to }) => from <= at && at < to);
        expect(said.map((each) => [each.before, each.after])).toEqual(
          was.join() === is.join() ? [] : [[was, is]],
        );
      }
    }),
  );
});
