import fc from "fast-check";
import { expect, test } from "vitest";
import { minuteMs } from "../time/millis.ts";
import { alarmDueAt } from "./alarm-state.ts";
import { type AlarmInput, raiseAlarm, raiseMomentary, stepAlarm } from "./lifecycle.ts";
import { isStillNews } from "./still-news.ts";

const input: fc.Arbitrary<AlarmInput> = fc.constantFrom<AlarmInput[]>(
  { kind: "onset" },
  { kind: "worsen" },
  { kind: "clear" },
  { kind: "acknowledge", by: "An" },
  { kind: "acknowledge", by: "An", promise: { what: "going", until: 30 * minuteMs } },
  { kind: "shelve", until: 40 * minuteMs },
  { kind: "unshelve" },
  { kind: "suppress" },
  { kind: "unsuppress", until: 20 * minuteMs },
  { kind: "remove-from-service", until: 50 * minuteMs },
  { kind: "return-to-service" },
  { kind: "tick" },
);

test("a call that is left out as no news any more is made up for: the alarm is due again by itself, waits for its parent, or has told its end", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(input, fc.integer({ min: 0, max: minuteMs })), { maxLength: 20 }),
      (story) => {
        let at = 0;
        let { state } = raiseAlarm(at);
        for (const [next, wait] of story) {
          at += wait;
          ({ state } = stepAlarm(state, next, at));
        }
        if (isStillNews(state, "onset", false)) return;
        if (state.condition) expect(alarmDueAt(state) !== null || state.suppressedUntil !== null).toBe(true);
        else
          expect(
            state.acknowledged ||
              state.lastCall === "return" ||
              alarmDueAt(state) !== null ||
              state.suppressedUntil !== null,
          ).toBe(true);
      },
    ),
  );
});

test("what has come back is not told as over, and what is over not as on", () => {
  const on = raiseAlarm(0).state;
  const off = stepAlarm(on, { kind: "clear" }, 1).state;
  expect([isStillNews(on, "onset", false), isStillNews(on, "return", false)]).toEqual([true, false]);
  expect([isStillNews(off, "onset", false), isStillNews(off, "return", false)]).toEqual([false, true]);
});

test("what is over from the beginning is news until somebody has seen to it", () => {
  const late = raiseMomentary(0).state;
  expect(isStillNews(late, "onset", true)).toBe(true);
  expect(isStillNews(stepAlarm(late, { kind: "acknowledge", by: "An" }, 1).state, "onset", true)).toBe(false);
});
