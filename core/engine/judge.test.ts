import { exampleProfile as profile } from "../site/example-profile.ts";
import { expect, test } from "vitest";
import { constantRules } from "../site/profile.ts";
import { minuteMs } from "../time/millis.ts";
import { judge, present } from "./judge.ts";
import { measure } from "./measure.ts";
import { unheardOf } from "./probe-state.ts";

const trace = "4 4 5 6 7 8 8 8 8 8 8 8 8 8 7 6 5 4 4 4 4 4 4 4 4"
  .split(" ")
  .map((celsius, minute) => ({ at: minute * minuteMs, celsius: Number(celsius) }));

const expected = {
  side: "high",
  start: 3 * minuteMs,
  end: 15 * minuteMs,
  provenGoodBefore: 3 * minuteMs,
  provenGoodAfter: 15 * minuteMs,
  outMs: 720_000,
  unknownMs: 0,
  extremeCelsius: 8,
  degreeMinutes: 20,
  critical: false,
};

test("the worked example gives the figures of the design in one go and reading by reading", () => {
  const rules = constantRules(profile);
  expect(judge(unheardOf(), trace, rules).ended).toEqual([expected]);
  let state = unheardOf();
  const ended = [];
  for (const reading of trace) {
    const judged = judge(state, [reading], rules);
    state = judged.state;
    ended.push(...judged.ended);
  }
  expect(ended).toEqual([expected]);
  expect(present(state, rules, 24 * minuteMs)).toEqual([]);
});

test("the worked example's window divides to the millisecond", () => {
  const window = { from: 0, to: 30 * minuteMs };
  expect(measure(trace, constantRules(profile), window, 24 * minuteMs)).toMatchObject({
    inMs: 12 * minuteMs,
    lowMs: 0,
    highMs: 12 * minuteMs,
    unknownMs: 0,
    pendingMs: 6 * minuteMs,
    degreeMinutes: 20,
  });
});

test.each([
  ["as long as recoverAfter ends the excursion", 5 * minuteMs, 2],
  ["a millisecond shorter does not", 5 * minuteMs - 1, 1],
])("a stretch inside %s", (_what, stretchMs, excursions) => {
  const back = 20 * minuteMs;
  const readings = [
    { at: 0, celsius: 8 },
    { at: back, celsius: 4 },
    { at: back + stretchMs, celsius: 4 },
    { at: back + stretchMs, celsius: 8 },
  ];
  const rules = constantRules({ ...profile, excursionAfter: 0 });
  const { state, ended } = judge(unheardOf(), readings, rules);
  const sides = [...ended, ...present(state, rules, back + stretchMs)].filter((each) => each.side === "high");
  expect(sides).toHaveLength(excursions);
});
