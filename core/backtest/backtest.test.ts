import { exampleProfile as profile } from "../site/example-profile.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { traceArbitrary } from "../engine-model/traces.ts";
import { compareReadings, type Reading } from "../readings/reading.ts";
import { constantRules } from "../site/profile.ts";
import { minuteMs } from "../time/millis.ts";
import { backtestProbe } from "./backtest.ts";

const worked = "4 4 5 6 7 8 8 8 8 8 8 8 8 8 7 6 5 4 4 4 4 4 4 4 4"
  .split(" ")
  .map((celsius, minute): Reading => ({ at: minute * minuteMs, celsius: Number(celsius) }));
const until = 24 * minuteMs;

function distinct(readings: readonly Reading[]): Reading[] {
  const sorted = readings.toSorted(compareReadings);
  return sorted.filter(
    (each, index) => index === 0 || compareReadings(sorted[index - 1] ?? each, each) !== 0,
  );
}

test("the same rules make no difference, whatever the trace", () => {
  fc.assert(
    fc.property(traceArbitrary, ({ readings, rules, now }) => {
      const result = backtestProbe(distinct(readings), rules, structuredClone(rules), now);
      expect(result.differences).toEqual([]);
      expect(result.callsAfter).toEqual(result.callsBefore);
    }),
  );
});

test("a wider limit removes the excursion and its call", () => {
  const result = backtestProbe(worked, constantRules(profile), constantRules({ ...profile, high: 9 }), until);
  expect(result.differences).toMatchObject([
    { change: "withdrawn", before: { outMs: 720_000 }, after: null },
  ]);
  expect(result.callsBefore).toEqual([{ at: 8 * minuteMs, kind: "temperature-high" }]);
  expect(result.callsAfter).toEqual([]);
});

test("a narrower limit extends it and calls earlier", () => {
  const result = backtestProbe(
    worked,
    constantRules(profile),
    constantRules({ ...profile, high: 5, deadband: 0 }),
    until,
  );
  expect(result.differences).toMatchObject([
    { change: "extended", after: { start: 2 * minuteMs, end: 16 * minuteMs } },
  ]);
  expect(result.callsAfter).toEqual([{ at: 7 * minuteMs, kind: "temperature-high" }]);
});

test("a shorter qualification adds a blip", () => {
  const blip = worked.map((reading, minute): Reading => ({
    at: reading.at,
    celsius: minute === 10 ? 6.5 : 4,
  }));
  const result = backtestProbe(
    blip,
    constantRules(profile),
    constantRules({ ...profile, excursionAfter: 0 }),
    until,
  );
  expect(result).toMatchObject({
    excursionsBefore: 0,
    excursionsAfter: 1,
    differences: [{ change: "opened", before: null }],
  });
});
