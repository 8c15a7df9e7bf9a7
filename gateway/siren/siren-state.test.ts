import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  contactRetryMs,
  nextSirenMs,
  silentSiren,
  sirenCallsMax,
  type SirenInput,
  type SirenOutcome,
  type SirenRules,
  stepSiren,
} from "./siren-state.ts";

const pulsed: SirenRules = { pulse: { onMs: 1_000, offMs: 500 }, soundMaxMs: 60_000 };
const steady: SirenRules = { pulse: null, soundMaxMs: 60_000 };

/** Runs a siren on its own time, its contact doing what it is told unless `broken`. */
function run(rules: SirenRules, broken: (nowMs: number) => boolean = () => false) {
  let state = silentSiren;
  let nowMs = 0;
  const sets: [number, boolean][] = [];
  const outcomes: { id: string; atMs: number; outcome: SirenOutcome }[] = [];
  const step = (input: SirenInput): void => {
    const stepped = stepSiren(rules, state, input, nowMs);
    state = stepped.state;
    for (const effect of stepped.effects) {
      if (effect.kind === "outcome") outcomes.push({ ...effect, atMs: nowMs });
      else {
        const works = !broken(nowMs);
        if (works) sets.push([nowMs, effect.on]);
        step({ kind: "contact", on: effect.on, works });
      }
    }
  };
  const until = (ms: number): void => {
    for (let next = nextSirenMs(rules, state, nowMs); next !== null && next <= ms;) {
      nowMs = Math.max(next, nowMs);
      step({ kind: "tick" });
      const after = nextSirenMs(rules, state, nowMs);
      next = after !== null && after <= nowMs ? nowMs + 1 : after;
    }
    nowMs = ms;
  };
  const ends = (id: string): string[] =>
    outcomes
      .filter((one) => one.id === id)
      .map(({ outcome }) => ("code" in outcome ? `${outcome.kind} ${outcome.code}` : outcome.kind));
  return { step, until, sets, outcomes, ends, state: () => state };
}

describe("a siren", () => {
  test("sounds in pulses until somebody presses the button", () => {
    const siren = run(pulsed);
    siren.step({ kind: "call", id: "a", expiresInMs: 600_000 });
    siren.until(3_200);
    siren.step({ kind: "button", pressed: true });
    siren.until(10_000);
    expect(siren.sets).toEqual([
      [0, true],
      [1_000, false],
      [1_500, true],
      [2_500, false],
      [3_000, true],
      [3_200, false],
    ]);
    expect(siren.ends("a")).toEqual(["sent", "delivered"]);
  });

  test("a button that is held down answers what was there, not what comes after", () => {
    const siren = run(steady);
    siren.step({ kind: "call", id: "a", expiresInMs: 600_000 });
    siren.step({ kind: "button", pressed: true });
    siren.step({ kind: "call", id: "b", expiresInMs: 600_000 });
    siren.step({ kind: "button", pressed: true });
    expect([siren.ends("a"), siren.ends("b")]).toEqual([["sent", "delivered"], ["sent"]]);
    siren.step({ kind: "button", pressed: false });
    siren.step({ kind: "button", pressed: true });
    expect(siren.ends("b")).toEqual(["sent", "delivered"]);
  });

  test("is silent after its longest time, and sounds again for what is new", () => {
    const siren = run(steady);
    siren.step({ kind: "call", id: "a", expiresInMs: 600_000 });
    siren.until(50_000);
    siren.step({ kind: "call", id: "b", expiresInMs: 600_000 });
    siren.until(109_999);
    expect(siren.sets).toEqual([[0, true]]);
    siren.until(110_000);
    expect(siren.sets).toEqual([
      [0, true],
      [110_000, false],
    ]);
    expect([siren.ends("a"), siren.ends("b")]).toEqual([
      ["sent", "expired siren.unanswered"],
      ["sent", "expired siren.unanswered"],
    ]);
    siren.step({ kind: "call", id: "c", expiresInMs: 1_000 });
    siren.until(111_000);
    expect(siren.sets.slice(2)).toEqual([
      [110_000, true],
      [111_000, false],
    ]);
  });

  test("is withdrawn by each call alone", () => {
    const siren = run(steady);
    siren.step({ kind: "call", id: "a", expiresInMs: 600_000 });
    siren.step({ kind: "call", id: "b", expiresInMs: 600_000 });
    siren.step({ kind: "withdraw", id: "a" });
    expect(siren.sets).toEqual([[0, true]]);
    siren.step({ kind: "withdraw", id: "b" });
    expect(siren.sets).toEqual([
      [0, true],
      [0, false],
    ]);
    expect(siren.ends("b")).toEqual(["sent", "expired siren.withdrawn"]);
  });

  test("a contact that fails is tried again; one that never works fails the call", () => {
    const siren = run(steady, (nowMs) => nowMs < 2 * contactRetryMs);
    siren.step({ kind: "call", id: "a", expiresInMs: 600_000 });
    expect(siren.ends("a")).toEqual([]);
    siren.until(2 * contactRetryMs);
    expect(siren.ends("a")).toEqual(["sent"]);
    const broken = run(steady, () => true);
    broken.step({ kind: "call", id: "a", expiresInMs: 20_000 });
    broken.until(20_000);
    expect(broken.ends("a")).toEqual(["failed siren.contact-failed"]);
  });

  const input = fc.oneof(
    fc.record({
      kind: fc.constant("call" as const),
      id: fc.constantFrom("a", "b", "c", "d"),
      expiresInMs: fc.integer({ min: 0, max: 200_000 }),
    }),
    fc.record({ kind: fc.constant("withdraw" as const), id: fc.constantFrom("a", "b", "c", "d") }),
    fc.record({ kind: fc.constant("button" as const), pressed: fc.boolean() }),
  );

  test("whatever happens, each call ends once in its time, and it is silent when none is left", () => {
    const rule = fc.constantFrom(steady, pulsed);
    const stretches = fc.array(fc.tuple(fc.integer({ min: 0, max: 30_000 }), input), { maxLength: 30 });
    fc.assert(
      fc.property(rule, stretches, fc.integer({ min: 1, max: 7 }), (rules, inputs, bad) => {
        let repaired = false;
        const siren = run(rules, (at) => !repaired && Math.floor(at / 1_000) % bad === 1);
        let nowMs = 0;
        for (const [waitMs, one] of inputs) {
          siren.until((nowMs += waitMs));
          siren.step(one);
        }
        repaired = true;
        siren.until(nowMs + 300_000);
        expect(siren.state().calls).toEqual([]);
        expect(siren.sets.at(-1)?.[1] ?? false).toBe(false);
        const calls = new Map<string, string[]>();
        for (const { id, outcome } of siren.outcomes)
          calls.set(id, [...(calls.get(id) ?? []), outcome.kind === "sent" ? "s" : "e"]);
        for (const told of calls.values()) expect(told.join("")).toMatch(/^(s?e)+$/);
      }),
    );
  });

  test("no more calls than it may hold", () => {
    const siren = run(steady);
    for (let n = 0; n <= sirenCallsMax; n += 1) siren.step({ kind: "call", id: `c${n}`, expiresInMs: 1_000 });
    expect(siren.ends(`c${sirenCallsMax}`)).toEqual(["failed siren.queue-full"]);
  });
});
