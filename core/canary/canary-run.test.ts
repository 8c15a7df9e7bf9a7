import fc from "fast-check";
import { expect, test } from "vitest";
import { type EpochMs, minuteMs, secondMs } from "../time/millis.ts";
import type { Medium } from "../duty/media.ts";
import {
  afterInterruptionMs,
  type CanaryEffect,
  type CanaryInput,
  type CanaryOutcome,
  type CanaryState,
  type CanaryTerms,
  isBreachDue,
  missingMax,
  noCanary,
  stepCanary,
  whileLateEveryMs,
} from "./canary-run.ts";

const terms: CanaryTerms = {
  everyMs: 60 * minuteMs,
  withinMs: 2 * minuteMs,
  delayMs: 10 * secondMs,
  media: ["email"],
};
const both: CanaryTerms = { ...terms, media: ["email", "sms"] };
const start: EpochMs = 1_000_000_000_000;

/** Applies inputs, each with its time after the start, and gives what followed from all of them. */
function play(inputs: readonly (readonly [EpochMs, CanaryInput])[]): {
  state: CanaryState;
  effects: CanaryEffect[];
} {
  let state = noCanary;
  const effects: CanaryEffect[] = [];
  for (const [after, input] of inputs) {
    const step = stepCanary(state, input, start + after);
    state = step.state;
    effects.push(...step.effects);
  }
  return { state, effects };
}

const outcomes = (effects: readonly CanaryEffect[]): [number, CanaryOutcome][] =>
  effects.flatMap((effect) => (effect.kind === "ended" ? [[effect.run.number, effect.outcome]] : []));
const email = (run: number): CanaryInput => ({ kind: "received", run, medium: "email" });
const sms = (run: number): CanaryInput => ({ kind: "received", run, medium: "sms" });
const begin: CanaryInput = { kind: "begin", terms };

test("one that comes in within its time is in time, to the millisecond", () => {
  const last = terms.delayMs + terms.withinMs;
  expect(
    outcomes(
      play([
        [0, begin],
        [last, email(1)],
      ]).effects,
    ),
  ).toEqual([[1, "in-time"]]);
  const { effects, state } = play([
    [0, begin],
    [last + 1, email(1)],
  ]);
  expect(effects.map(({ kind }) => kind)).toEqual(["began", "ended", "late", "received"]);
  expect(state).toMatchObject({ isLate: true, missing: [], nextAt: start + last + 1 + whileLateEveryMs });
});

test("it is late until one is in time by all media, and the late one that comes after all changes nothing of that", () => {
  const { effects, state } = play([
    [0, { kind: "begin", terms: both }],
    [30_000, sms(1)],
    [200_000, { kind: "tick" }],
    [400_000, email(1)],
    [3_600_000, { kind: "begin", terms: both }],
    [3_601_000, email(2)],
  ]);
  expect(effects.find(({ kind }) => kind === "late")).toMatchObject({ waits: ["email"] });
  expect(state.isLate).toBe(true);
  expect(stepCanary(state, sms(2), start + 3_602_000).effects.map(({ kind }) => kind)).toEqual([
    "received",
    "ended",
    "good-again",
  ]);
});

test("an interruption is no lateness, and the next breach follows soon", () => {
  const { effects, state } = play([
    [0, begin],
    [500_000, { kind: "interrupt" }],
    [600_000, email(1)],
  ]);
  expect(effects.map(({ kind }) => kind)).toEqual(["began", "ended", "received"]);
  expect(outcomes(effects)).toEqual([[1, "interrupted"]]);
  expect(state).toMatchObject({ isLate: false, nextAt: start + 500_000 + afterInterruptionMs });
});

test("a clock that was set back ends the breach under way and does not put the next one off", () => {
  const { effects, state } = play([
    [0, begin],
    [-10 * minuteMs, { kind: "tick" }],
  ]);
  expect(outcomes(effects)).toEqual([[1, "interrupted"]]);
  const good = play([
    [0, begin],
    [secondMs, email(1)],
  ]).state;
  expect(isBreachDue(good, terms.everyMs, start + 2 * secondMs)).toBe(false);
  expect(isBreachDue(good, terms.everyMs, start - secondMs)).toBe(true);
  expect(isBreachDue(state, terms.everyMs, start)).toBe(true);
});

test("a canary that the site no longer has is not late any more", () => {
  const { effects, state } = play([
    [0, begin],
    [200_000, { kind: "tick" }],
    [900_000, begin],
    [901_000, { kind: "stop" }],
  ]);
  expect(outcomes(effects)).toEqual([
    [1, "late"],
    [2, "interrupted"],
  ]);
  expect(effects.at(-1)).toEqual({ kind: "good-again" });
  expect(state).toMatchObject({ isLate: false, current: null });
});

const often: CanaryTerms = { ...terms, everyMs: 5 * minuteMs };
const inputs: fc.Arbitrary<CanaryInput> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom<CanaryInput>(
      { kind: "begin", terms: often },
      { kind: "begin", terms: { ...often, media: both.media } },
    ),
  },
  { weight: 3, arbitrary: fc.constant<CanaryInput>({ kind: "tick" }) },
  { weight: 1, arbitrary: fc.constantFrom<CanaryInput>({ kind: "interrupt" }, { kind: "stop" }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("received" as const),
      // How many breaches back.
      run: fc.constantFrom(0, 0, 0, 0, 1, 2),
      medium: fc.constantFrom<Medium>("email", "sms", "voice"),
    }),
  },
);
const pauses = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 40 * secondMs }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 9 * minuteMs }) },
);
const stories = fc.array(fc.tuple(pauses, inputs), { minLength: 20, maxLength: 100, size: "max" });

/** A story with its instants, and with the numbers of the breaches that it means. */
function told(steps: readonly (readonly [number, CanaryInput])[]): (readonly [EpochMs, CanaryInput])[] {
  let now = 0;
  let state = noCanary;
  return steps.map(([pause, given]) => {
    now += pause;
    const input = given.kind === "received" ? { ...given, run: state.runs - given.run } : given;
    state = stepCanary(state, input, start + now).state;
    return [now, input] as const;
  });
}

/** What is said of breaches by whoever looks at the whole story afterwards: each with its beginning, and when it first came in by each of its media. */
function afterwards(story: readonly (readonly [EpochMs, CanaryInput])[], effects: readonly CanaryEffect[]) {
  const runs = effects.flatMap((effect) => (effect.kind === "began" ? [effect.run] : []));
  return runs.map(({ number, sampleAt, terms: agreed }) => {
    const cameIn = agreed.media.map(
      (medium) =>
        story.find(
          ([at, input]) =>
            start + at >= sampleAt &&
            input.kind === "received" &&
            input.run === number &&
            input.medium === medium,
        )?.[0] ?? Number.MAX_SAFE_INTEGER,
    );
    const broken = story.find(
      ([at, { kind }]) => start + at >= sampleAt && (kind === "interrupt" || kind === "stop"),
    )?.[0];
    const doneAt = start + Math.max(...cameIn);
    const limit = sampleAt + agreed.delayMs + agreed.withinMs;
    return { number, doneAt, limit, brokenAt: start + (broken ?? Number.MAX_SAFE_INTEGER) };
  });
}

test("whatever is lost, late, double or of older breaches: each breach ends once, as whoever looks at the whole story says", () => {
  fc.assert(
    fc.property(stories, (steps) => {
      const story = told(steps);
      const end = (story.at(-1)?.[0] ?? 0) + 100 * minuteMs;
      const whole = [...story, [end, { kind: "tick" }] as const];
      const { effects, state } = play(whole);
      const ends = outcomes(effects);
      const seen = afterwards(whole, effects);
      expect(ends.map(([number]) => number)).toEqual(seen.map(({ number }) => number));
      for (const [index, { number, doneAt, limit, brokenAt }] of seen.entries()) {
        const [, outcome] = ends[index] ?? [];
        if (outcome === "in-time") expect(doneAt <= limit && doneAt <= brokenAt, `${number}`).toBe(true);
        else if (outcome === "late") expect(doneAt > limit, `${number}`).toBe(true);
        else expect(brokenAt <= doneAt, `${number}`).toBe(true);
      }
      // Late is said once for each late one, good again only after late.
      const late = effects.filter(({ kind }) => kind === "late");
      expect(late).toHaveLength(ends.filter(([, outcome]) => outcome === "late").length);
      let isLate = false;
      for (const effect of effects) {
        if (effect.kind === "late") isLate = true;
        if (effect.kind === "good-again") {
          expect(isLate).toBe(true);
          isLate = false;
        }
      }
      expect(state.isLate).toBe(isLate);
      expect(state.current).toBe(null);
      expect(state.missing.length).toBeLessThanOrEqual(missingMax);
      // It is plain data: a process that takes it up from the records goes on alike.
      expect(JSON.parse(JSON.stringify(state))).toEqual(state);
    }),
    { numRuns: 300 },
  );
});

test("nothing comes in twice, and breaches that are not known change nothing", () => {
  const { state } = play([
    [0, { kind: "begin", terms: both }],
    [1, sms(1)],
  ]);
  for (const input of [sms(1), sms(0), email(7), { kind: "tick" }, begin] as const)
    expect(stepCanary(state, input, start + 2).state).toBe(state);
});
