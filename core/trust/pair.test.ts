/** Two probes that disagree (docs/sensor-trust.md): a person is called once they have been seen to differ for long enough. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { minuteMs } from "../time/millis.ts";
import { judgePair, type PairRule, type PairStanding } from "./pair.ts";

const rule: PairRule = { difference: 1.5, after: 30 * minuteMs };
const maxGap = 5 * minuteMs;

type Said = number | null;

/** Judges both probes' readings of each minute in turn; null is a fault, and only every so often a minute is said anything in. */
function follow(pairs: readonly (readonly [Said, Said])[], everyMs = minuteMs): PairStanding[] {
  let since: number | null = null;
  return pairs.map(([a, b], index) => {
    const at = index * everyMs;
    const standing = judgePair(
      since,
      { last: { at, celsius: a }, maxGap },
      { last: { at, celsius: b }, maxGap },
      rule,
      at,
    );
    since = standing.since;
    return standing;
  });
}

const times = (count: number, a: Said, b: Said): [Said, Said][] =>
  Array.from({ length: count }, () => [a, b]);
const conditions = (standings: readonly PairStanding[]): string[] => standings.map((each) => each.condition);

test("calls after 30 minutes of more than the difference, not at it, and not before", () => {
  expect(conditions(follow(times(60, 4, 5.5)))).not.toContain("on");
  const found = conditions(follow(times(40, 4, 5.6)));
  expect(found.indexOf("on")).toBe(30);
  expect(found.slice(30)).toEqual(Array.from({ length: 10 }, () => "on"));
});

test("is over with the first agreement, and begins anew after it", () => {
  const found = follow([...times(31, 4, 6), [4, 4], ...times(30, 4, 6)]);
  expect(found[30]?.condition).toBe("on");
  expect(found[31]).toEqual({ since: null, condition: "off" });
  expect(conditions(found.slice(32))).not.toContain("on");
});

test("a probe that cannot be compared leaves an alarm as it is and is no disagreement seen", () => {
  const found = follow([...times(20, 4, 6), [null, 6], ...times(25, 4, 6)]);
  expect(conditions(found)).not.toContain("on");
  const old = judgePair(
    0,
    { last: { at: 0, celsius: 4 }, maxGap },
    { last: { at: 6 * minuteMs, celsius: 9 }, maxGap },
    rule,
    6 * minuteMs,
  );
  expect(old).toEqual({ since: null, condition: "unchanged" });
  expect(judgePair(0, { last: null, maxGap }, { last: null, maxGap }, rule, 0).condition).toBe("unchanged");
});

test("which probe is which makes no difference, and it is on only after `after` of nothing but difference", () => {
  const celsius = fc.option(fc.constantFrom(2, 3.5, 3.6, 5), { freq: 8 });
  fc.assert(
    fc.property(fc.array(fc.tuple(celsius, celsius), { maxLength: 30 }), (pairs) => {
      const everyMs = 4 * minuteMs;
      const found = follow(pairs, everyMs);
      expect(
        follow(
          pairs.map(([a, b]) => [b, a] as const),
          everyMs,
        ),
      ).toEqual(found);
      for (const [index, { condition }] of found.entries()) {
        const needed = pairs.slice(Math.max(0, index - 8), index + 1);
        const differed = needed.every(([a, b]) => a !== null && b !== null && Math.abs(a - b) > 1.5);
        expect(condition === "on").toBe(needed.length === 9 && differed);
      }
    }),
  );
});
