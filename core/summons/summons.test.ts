/** Summonses: steps come in order and on time until somebody answers, and silence is told. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { minuteMs } from "../time/millis.ts";
import {
  type Escalation,
  openSummons,
  type SummonsStep,
  stepSummons,
  summonsDueAt,
  type SummonsEffect,
  type SummonsInput,
  type SummonsState,
} from "./summons.ts";

const escalation: Escalation = {
  stepsAfterMs: [0, 5 * minuteMs, 15 * minuteMs],
  repeatEveryMs: 10 * minuteMs,
  answerWithinMs: 20 * minuteMs,
};

/** Opens a summons and gives it inputs at their times, with a tick at each of its deadlines in between. */
function play(
  given: Escalation,
  alarms: readonly string[],
  inputs: readonly { at: number; input: SummonsInput }[],
  until: number,
) {
  const told: { at: number; effect: SummonsEffect }[] = [];
  let state: SummonsState;
  const note = (at: number, effects: readonly SummonsEffect[]): void => {
    for (const effect of effects) told.push({ at, effect });
  };
  const opened = openSummons(given, alarms, 0);
  state = opened.state;
  note(0, opened.effects);
  const step = (at: number, input: SummonsInput): void => {
    const next = stepSummons(state, input, at);
    state = next.state;
    note(at, next.effects);
  };
  const ticksUntil = (at: number): void => {
    for (let due = summonsDueAt(state); due !== null && due < at; due = summonsDueAt(state))
      step(due, { kind: "tick" });
  };
  for (const { at, input } of inputs.toSorted((a, b) => a.at - b.at)) {
    ticksUntil(at);
    step(at, input);
  }
  ticksUntil(until);
  return { state, told };
}

test("steps come on time, the last one again and again, and silence after it is told once", () => {
  const { told } = play(escalation, ["a"], [], 40 * minuteMs);
  expect(
    told.map(({ at, effect }) => [at / minuteMs, effect.kind === "call" ? effect.step : effect.kind]),
  ).toEqual([
    [0, 0],
    [5, 1],
    [15, 2],
    [25, 2],
    [35, 2],
    [35, "unanswered"],
  ]);
});

test("an alarm that asks for people again does not wait for a step that is hours away", () => {
  const slow: Escalation = { ...escalation, stepsAfterMs: [0, 480 * minuteMs] };
  const { told } = play(slow, ["a"], [{ at: 30 * minuteMs, input: { kind: "again" } }], 31 * minuteMs);
  expect(told.map(({ at }) => at / minuteMs)).toEqual([0, 30]);
});

test("who is out of reach is not waited for", () => {
  const { told } = play(escalation, ["a"], [{ at: minuteMs, input: { kind: "unreached" } }], 6 * minuteMs);
  expect(
    told.map(({ at, effect }) => [at / minuteMs, effect.kind === "call" ? effect.step : effect.kind]),
  ).toEqual([
    [0, 0],
    [1, 1],
  ]);
});

test("who says that they cannot come is not waited for, and where nobody is left the silence is told at once", () => {
  const no = { kind: "declined" } as const;
  const inputs = [1, 2, 3, 4].map((minute) => ({ at: minute * minuteMs, input: no }));
  const { told } = play(escalation, ["a"], inputs, 12 * minuteMs);
  expect(
    told.map(({ at, effect }) => [at / minuteMs, effect.kind === "call" ? effect.step : effect.kind]),
  ).toEqual([
    [0, 0],
    [1, 1],
    [2, 2],
    [3, "unanswered"],
  ]);
});

const anyEscalation: fc.Arbitrary<Escalation> = fc
  .record({
    gaps: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 0, maxLength: 4 }),
    first: fc.constantFrom(0, 1, 5),
    repeat: fc.option(fc.integer({ min: 1, max: 30 }), { nil: null }),
    answer: fc.option(fc.integer({ min: 1, max: 30 }), { nil: null }),
  })
  .map(({ gaps, first, repeat, answer }) => ({
    stepsAfterMs: gaps.reduce(
      (all, gap) => [...all, (all[all.length - 1] ?? 0) + gap * minuteMs],
      [first * minuteMs],
    ),
    repeatEveryMs: repeat === null ? null : repeat * minuteMs,
    answerWithinMs: answer === null ? null : answer * minuteMs,
  }));

const anyInput: fc.Arbitrary<SummonsInput> = fc.oneof(
  fc.record({
    kind: fc.constant("settle" as const),
    alarm: fc.constantFrom("a", "b", "c"),
    as: fc.constantFrom("answered" as const, "gone" as const),
  }),
  fc.constant({ kind: "unreached" as const }),
  fc.constant({ kind: "declined" as const }),
  fc.constant({ kind: "again" as const }),
  fc.constant({ kind: "tick" as const }),
);
const anyInputs = fc.array(fc.record({ at: fc.nat(200 * minuteMs), input: anyInput }), { maxLength: 8 });

test("no step is left out or comes late, and after the end nobody is called", () => {
  fc.assert(
    fc.property(anyEscalation, anyInputs, (given, inputs) => {
      const until = 300 * minuteMs;
      const { state, told } = play(given, ["a", "b"], inputs, until);
      const calls = told.flatMap(({ at, effect }) => (effect.kind === "call" ? [{ at, ...effect }] : []));
      expect(calls.map(({ call }) => call)).toEqual(calls.map((_, index) => index + 1));
      for (const [index, { step }] of calls.entries()) {
        const before = calls[index - 1]?.step ?? -1;
        expect(step === before + 1 || (step === before && step === given.stepsAfterMs.length - 1)).toBe(true);
      }
      const endedAt = told.find(({ effect }) => effect.kind === "ended")?.at ?? until;
      for (const [step, after] of given.stepsAfterMs.entries()) {
        const first = calls.find((each) => each.step === step);
        if (after < endedAt) expect(first?.at ?? Number.MAX_SAFE_INTEGER).toBeLessThanOrEqual(after);
      }
      const open = Object.values(state.alarms).includes("open");
      expect(state.ended === null).toBe(open);
      expect(calls.every(({ at }) => at <= endedAt)).toBe(true);
      expect(told.filter(({ effect }) => effect.kind === "unanswered").length).toBeLessThanOrEqual(1);
      if (given.answerWithinMs !== null && open) expect(state.isUnanswered).toBe(true);
    }),
  );
});

test("time that passed while nothing ran gives each step once", () => {
  const opened = openSummons(escalation, ["a"], 0);
  const { effects, state } = stepSummons(opened.state, { kind: "tick" }, 600 * minuteMs);
  expect(effects).toEqual([
    { kind: "call", step: 1, call: 2 },
    { kind: "call", step: 2, call: 3 },
  ]);
  expect(state.nextAt).toBe(610 * minuteMs);
});

test("a call that takes the place of another calls at once whom that had called, and those to come when they would have been", () => {
  const given: Escalation = { stepsAfterMs: [0, 10, 30], repeatEveryMs: null, answerWithinMs: null };
  const called = ({ effects }: SummonsStep): number[] =>
    effects.flatMap((effect) => (effect.kind === "call" ? [effect.step] : []));
  const late = openSummons(given, ["a"], 14, { openedAt: 0, step: 1 });
  expect(called(late)).toEqual([0, 1]);
  expect(late.state).toMatchObject({ step: 1, calls: 2, nextAt: 30 });
  // Its second step had been brought forward.
  const early = openSummons(given, ["a"], 4, { openedAt: 0, step: 1 });
  expect(called(early)).toEqual([0, 1]);
  expect(early.state).toMatchObject({ step: 1, nextAt: 30 });
  expect(called(openSummons(given, ["a"], 50, { openedAt: 0, step: 2 }))).toEqual([0, 1, 2]);
  expect(called(openSummons(given, ["a"], 50))).toEqual([0]);
});
