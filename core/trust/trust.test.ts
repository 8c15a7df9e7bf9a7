/** The rules of docs/sensor-trust.md: by example, and against the naive model over nasty traces. */
import { exampleProfile as profile } from "../site/example-profile.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { naiveDistrust } from "../engine-model/naive-trust.ts";
import { traceArbitrary, type Trace } from "../engine-model/traces.ts";
import { compareReadings, type Fault, isGood, type Reading } from "../readings/reading.ts";
import { constantRules, type ProbeRules } from "../site/profile.ts";
import { hourMs, minuteMs, secondMs } from "../time/millis.ts";
import { distrust, rememberAfter } from "./distrust.ts";
import type { TrustRule } from "./trust.ts";

const runs = Number(process.env["RUNS"] ?? 2_000);

const trusting: TrustRule = {
  powerOn: false,
  disconnected: false,
  min: null,
  max: null,
  allZeroBeyond: null,
  stuckAfter: null,
  maxJumpPerMinute: null,
  believeAfter: 3,
};

type Said = number | Fault;

/** What is made of a reading each minute: `.` trusted, else the word. */
function judged(rule: Partial<TrustRule>, said: readonly Said[], everyMs = minuteMs): string {
  const readings = said.map((value, index): Reading =>
    typeof value === "number"
      ? { at: index * everyMs, celsius: value }
      : { at: index * everyMs, fault: value },
  );
  const rules = constantRules({ ...profile, trust: { ...trusting, ...rule } });
  return distrust(readings, rules, null)
    .map((reading) => (isGood(reading) ? "." : reading.fault))
    .join(" ");
}

test("without a section nothing is distrusted, and the readings stay the very same", () => {
  const readings = [85, -127, 0, 900].map((celsius, index) => ({ at: index * minuteMs, celsius }));
  expect(distrust(readings, constantRules(profile), null)).toBe(readings);
  expect(rememberAfter(readings, constantRules(profile), null)).toBeNull();
});

test("codes are distrusted exactly, and only by their own rule", () => {
  expect(judged({ powerOn: true }, [4, 85, 85.0625, -127, 4])).toBe(". power-on . . .");
  expect(judged({ disconnected: true }, [85, -127, 127.9375, 127.938, 127.94, 127.5])).toBe(
    ". disconnected disconnected disconnected disconnected .",
  );
  expect(judged({ min: -55, max: 70 }, [-55, -55.1, 70, 70.1])).toBe(". range . range");
});

test("all zeros are distrusted after a value further away, however long, and trusted where the probe came there itself", () => {
  expect(judged({ allZeroBeyond: 1 }, [4, 0, 0, "open", 0, 0.1, 0, 0])).toBe(". bus bus open bus . . .");
  expect(judged({ allZeroBeyond: 1 }, [0, 0, 1.1, 0, 1, 0])).toBe(". . . bus . .");
});

test("a value that stands still is distrusted from stuckAfter on until it changes; a gap or a fault for longer than maxGap begins anew", () => {
  const rule = { stuckAfter: 3 * minuteMs };
  expect(judged(rule, [4, 5, 5, 5, 5, 5, 5.1, 5])).toBe(". . . . stuck stuck . .");
  expect(judged(rule, [5, 5, "open", 5, 85, 5])).toBe(". . open stuck . .");
  expect(judged({ ...rule, powerOn: true }, [5, 5, 85, 5])).toBe(". . power-on stuck");
  expect(judged(rule, [5, 5, 5, "open", "open", "open", "open", "open", 5, 5])).toBe(
    ". . . open open open open open . .",
  );
});

test("a jump is distrusted until it comes back or enough readings agree with each other", () => {
  const rule = { maxJumpPerMinute: 2 };
  expect(judged(rule, [4, 6, 8.1, 8, 4])).toBe(". . jump . jump");
  expect(judged(rule, [4, 30, 30, 4, 4])).toBe(". jump jump . .");
  expect(judged(rule, [4, 30, 31, 32, 33, 4])).toBe(". jump jump . . jump");
  expect(judged(rule, [4, 30, 60, -20, 90, 4])).toBe(". jump jump jump jump .");
  expect(judged(rule, [4, 30, "open", "short", 30, 30, 30])).toBe(". jump open short jump . .");
  expect(judged({ ...rule, believeAfter: 2 }, [4, 30, 30, 30])).toBe(". jump . .");
});

test("after a gap longer than maxGap there is nothing to compare with", () => {
  expect(judged({ maxJumpPerMinute: 2 }, [4, 30], 5 * minuteMs)).toBe(". jump");
  expect(judged({ maxJumpPerMinute: 2 }, [4, 30], 5 * minuteMs + 1)).toBe(". .");
});

test("the noise of a fast sensor is no jump: less than 15 seconds counts as 15", () => {
  expect(judged({ maxJumpPerMinute: 2 }, [4, 4.5, 4, 4.6], secondMs)).toBe(". . . jump");
});

test("a section applies from its instant on, and what was before one is forgotten", () => {
  const rules: ProbeRules = {
    ...constantRules(profile),
    profiles: [
      { from: 0, rule: profile },
      { from: hourMs, rule: { ...profile, trust: { ...trusting, maxJumpPerMinute: 1 } } },
    ],
  };
  const at = (minutes: number, celsius: number) => ({ at: hourMs + minutes * minuteMs, celsius });
  const readings = [at(-2, 4), at(-1, 60), at(0, 4), at(1, 60), at(2, 4)];
  expect(distrust(readings, rules, null).map(isGood)).toEqual([true, true, true, false, true]);
});

function inOrder(trace: Trace): Reading[] {
  return trace.readings
    .toSorted(compareReadings)
    .filter(
      (reading, index, all) => index === 0 || compareReadings(all[index - 1] ?? reading, reading) !== 0,
    );
}

test("each reading is distrusted for the naive model's reason, and going on in the middle gives the same", () => {
  const seen = new Set<Fault>();
  fc.assert(
    fc.property(traceArbitrary, fc.nat(), (trace, cut) => {
      const readings = inOrder(trace);
      const judgedReadings = distrust(readings, trace.rules, null);
      const words = judgedReadings.map((reading, index) =>
        reading === readings[index] || isGood(reading) ? null : reading.fault,
      );
      expect(words).toEqual(naiveDistrust(readings, trace.rules));
      const at = cut % (readings.length + 1);
      const memory = JSON.parse(JSON.stringify(rememberAfter(readings.slice(0, at), trace.rules, null)));
      expect(distrust(readings.slice(at), trace.rules, memory)).toEqual(judgedReadings.slice(at));
      for (const word of words) if (word !== null) seen.add(word);
    }),
    { numRuns: runs },
  );
  expect([...seen].sort()).toEqual(["bus", "disconnected", "jump", "power-on", "range", "stuck"]);
});
