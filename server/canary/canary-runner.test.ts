import { expect, test } from "vitest";
import { type CanaryState, noCanary, stepCanary } from "@coldkeep/core/canary/canary-run.ts";
import { minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import type { CanaryNews } from "./canary-book.ts";
import { type CanaryRunnerParts, makeCanaryRunner } from "./canary-runner.ts";

const terms = {
  everyMs: 60 * minuteMs,
  withinMs: 2 * minuteMs,
  delayMs: 10 * secondMs,
  media: ["email"],
} as const;

/** A runner whose clock can be set, and whose canary is kept in memory alone. */
function runner() {
  const virtual = virtualClock(1_000_000_000_000);
  /** By how much the wall clock was set, and for how long the process stood still, which fires no timer. */
  const set = { byMs: 0, stoodMs: 0 };
  const clock = {
    ...virtual,
    epochMs: () => virtual.epochMs() + set.byMs + set.stoodMs,
    monotonicMs: () => virtual.monotonicMs() + set.stoodMs,
  };
  const news: CanaryNews["kind"][] = [];
  let state: CanaryState = noCanary;
  const canary = {
    state: () => state,
    receive: () => undefined,
    take: (given: CanaryNews) => {
      news.push(given.kind);
      if (given.kind === "received") return;
      const input = given.kind === "begin" ? { kind: given.kind, terms } : { kind: given.kind };
      state = stepCanary(state, input, clock.epochMs()).state;
    },
  };
  const site = () => ({ site: { canary: { every: terms.everyMs } } });
  const services = {
    clock,
    canary,
    site,
    engine: { probe: () => undefined },
    alarms: { underWay: () => [] },
    committer: {},
  } as unknown as CanaryRunnerParts["services"];
  const made = makeCanaryRunner({
    services,
    send: async () => ({ status: 200, text: "" }),
    isAnswering: () => false,
    warn: () => undefined,
  });
  made.start();
  return { virtual, set, news, made, state: () => state };
}

test.each([60 * minuteMs, -60 * minuteMs])(
  "a clock that is set by %i ms ends the breach under way without calling it late, and the next one follows soon",
  (byMs) => {
    const { virtual, set, news, state } = runner();
    virtual.advance(30 * secondMs);
    set.byMs = byMs;
    virtual.advance(secondMs);
    expect(news).toEqual(["begin", "interrupt"]);
    virtual.advance(20 * secondMs);
    expect(news).toEqual(["begin", "interrupt", "begin"]);
    expect(state().isLate).toBe(false);
  },
);

test("a process that stood still beyond the time of a breach says that it was interrupted, one that went on that it is late", () => {
  const stood = runner();
  stood.virtual.advance(30 * secondMs);
  stood.set.stoodMs = 5 * minuteMs;
  stood.virtual.advance(secondMs);
  expect([stood.news, stood.state().isLate]).toEqual([["begin", "interrupt"], false]);
  const went = runner();
  went.virtual.advance(3 * minuteMs);
  expect([went.news, went.state().isLate]).toEqual([["begin", "tick"], true]);
});
