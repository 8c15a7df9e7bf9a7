import { expect, test } from "vitest";
import { minuteMs } from "../time/millis.ts";
import { promiseMaxMs, standardTerms } from "./alarm-state.ts";
import { raiseAlarm, stepAlarm } from "./lifecycle.ts";

const acknowledged = (until: number) =>
  stepAlarm(
    raiseAlarm(0, standardTerms).state,
    { kind: "acknowledge", by: "An", promise: { what: "moves the bags", until } },
    minuteMs,
  ).state;

test("people are called again when a promise has passed and it is still on", () => {
  const taken = acknowledged(12 * minuteMs);
  expect(stepAlarm(taken, { kind: "tick" }, 12 * minuteMs - 1).effects).toEqual([]);
  const { state, effects } = stepAlarm(taken, { kind: "tick" }, 12 * minuteMs);
  expect(effects.map(({ kind }) => kind)).toEqual(["realarmed", "call"]);
  expect(state).toMatchObject({ acknowledged: false, promise: { what: "moves the bags" } });
});

test("nobody is called again about what came back in time", () => {
  const back = stepAlarm(acknowledged(12 * minuteMs), { kind: "clear" }, 5 * minuteMs);
  expect(stepAlarm(back.state, { kind: "tick" }, 60 * minuteMs).effects).toEqual([]);
});

test("a promise for tomorrow keeps nobody quiet for longer than shelving would", () => {
  expect(acknowledged(24 * 60 * minuteMs).realarmAt).toBe(minuteMs + promiseMaxMs);
});
