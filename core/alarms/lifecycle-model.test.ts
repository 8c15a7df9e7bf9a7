/**
 * The lifecycle of an alarm against the table of ISA-18.2 / IEC 62682 (domain.md section 5) written down naively: whatever people, conditions and time do in
 * whatever order, both stand in the same state, and nobody who should be called is left out.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type EpochMs, minuteMs } from "../time/millis.ts";
import type { AlarmPhase } from "./alarm.ts";
import { type AlarmState, type AlarmTerms, isMuted, outOfServiceMaxMs, shelveMaxMs } from "./alarm-state.ts";
import { type AlarmInput, type AlarmStep, isOver, phaseOf, raiseAlarm, stepAlarm } from "./lifecycle.ts";

const runs = Number(process.env["RUNS"] ?? 1_000);
const realarmAfter = 30 * minuteMs;

type Letter = "A" | "B" | "C" | "D" | "E" | "F";

const phases: Readonly<Record<Letter, AlarmPhase>> = {
  A: "normal",
  B: "unacknowledged",
  C: "acknowledged",
  D: "returned-unacknowledged",
  E: "latched-unacknowledged",
  F: "latched-acknowledged",
};

/** The table: from each state, what a condition or a person does. Where nothing stands, nothing happens. */
const onset: Partial<Record<Letter, Letter>> = { A: "B", D: "B", E: "B", F: "B" };
const acknowledged: Partial<Record<Letter, Letter>> = { B: "C", D: "A", E: "F" };
const cleared: Partial<Record<Letter, Letter>> = { B: "D", C: "A" };
const clearedLatching: Partial<Record<Letter, Letter>> = { B: "E", C: "F" };
const reset: Partial<Record<Letter, Letter>> = { F: "A" };

interface Naive {
  letter: Letter;
  shelvedFrom: EpochMs | null;
  shelvedUntil: EpochMs | null;
  suppressed: boolean;
  outUntil: EpochMs | null;
  calledAt: EpochMs;
  /** False where it came on while its parent stood for it and nobody was called since: then nobody need acknowledge it. */
  waits: boolean;
}

const person: fc.Arbitrary<AlarmInput> = fc.oneof(
  fc.constant<AlarmInput>({ kind: "acknowledge", by: "nurse" }),
  fc.constant<AlarmInput>({ kind: "reset" }),
  fc.constant<AlarmInput>({ kind: "unshelve" }),
  fc.constant<AlarmInput>({ kind: "return-to-service" }),
);
const condition: fc.Arbitrary<AlarmInput> = fc.constantFrom<AlarmInput>(
  { kind: "onset" },
  { kind: "clear" },
  { kind: "worsen" },
  { kind: "suppress" },
  { kind: "unsuppress", until: 0 },
);
type Act =
  | { readonly input: AlarmInput }
  | { readonly shelveMinutes: number }
  | { readonly outMinutes: number }
  | { readonly waitMinutes: number };
const act: fc.Arbitrary<Act> = fc.oneof(
  person.map((input): Act => ({ input })),
  condition.map((input): Act => ({ input })),
  fc.integer({ min: 1, max: 90 }).map((shelveMinutes): Act => ({ shelveMinutes })),
  fc.integer({ min: 1, max: 120 }).map((outMinutes): Act => ({ outMinutes })),
  fc.integer({ min: 1, max: 45 }).map((waitMinutes): Act => ({ waitMinutes })),
);

const isOn = (letter: Letter): boolean => letter === "B" || letter === "C";

function onNow(at: EpochMs): Naive {
  return {
    letter: "B",
    shelvedFrom: null,
    shelvedUntil: null,
    suppressed: false,
    outUntil: null,
    calledAt: at,
    waits: true,
  };
}

function naivePhase(naive: Naive): AlarmPhase {
  if (naive.outUntil !== null) return "out-of-service";
  if (naive.suppressed) return "suppressed";
  if (naive.shelvedUntil !== null) return "shelved";
  return phases[naive.letter];
}

/** Time passes in the naive model: mutes end, and who has not been called for too long is called. */
function naiveTime(naive: Naive, at: EpochMs): void {
  const wasMuted = naivePhase(naive) !== phases[naive.letter];
  if (naive.shelvedUntil !== null && naive.shelvedUntil <= at) naive.shelvedUntil = naive.shelvedFrom = null;
  if (naive.outUntil !== null && naive.outUntil <= at) naive.outUntil = null;
  naiveUnmuted(naive, wasMuted, at);
}

function naiveUnmuted(naive: Naive, wasMuted: boolean, at: EpochMs): void {
  const isStillMuted = naivePhase(naive) !== phases[naive.letter];
  if (isStillMuted || !isOn(naive.letter)) return;
  const isOverdue = at >= naive.calledAt + realarmAfter;
  if (isOverdue || (wasMuted && naive.letter === "B")) {
    naive.letter = "B";
    naive.calledAt = at;
    naive.waits = true;
  }
}

function naiveInput(naive: Naive, input: AlarmInput, terms: AlarmTerms, at: EpochMs): void {
  const wasMuted = naivePhase(naive) !== phases[naive.letter];
  const become = (table: Partial<Record<Letter, Letter>>): boolean => {
    const next = table[naive.letter];
    if (next !== undefined) naive.letter = next;
    return next !== undefined;
  };
  switch (input.kind) {
    case "onset":
      if (naive.letter === "A" || naive.letter === "F") naive.waits = !naive.suppressed;
      if (become(onset)) naive.calledAt = at;
      return;
    case "worsen":
      if (!isOn(naive.letter)) return;
      naive.letter = "B";
      if (!wasMuted) naive.calledAt = at;
      return;
    case "clear":
      if (!become(terms.latching ? clearedLatching : cleared) || naive.waits || terms.latching) return;
      naive.letter = "A";
      if (naive.shelvedUntil === null && naive.outUntil === null) naive.suppressed = false;
      return;
    case "acknowledge":
      become(acknowledged);
      return;
    case "reset":
      become(reset);
      return;
    case "shelve": {
      const from = naive.shelvedFrom ?? at;
      const until = Math.min(input.until, from + shelveMaxMs);
      if (naive.outUntil !== null || until <= at) return;
      naive.shelvedFrom = from;
      naive.shelvedUntil = until;
      return;
    }
    case "unshelve":
      naive.shelvedFrom = naive.shelvedUntil = null;
      break;
    case "suppress":
      naive.suppressed = true;
      return;
    case "unsuppress":
      naive.suppressed = false;
      break;
    case "remove-from-service":
      naive.outUntil = Math.min(input.until, at + outOfServiceMaxMs);
      return;
    case "return-to-service":
      naive.outUntil = null;
      break;
    case "tick":
      return;
  }
  if (wasMuted) naiveUnmuted(naive, true, at);
}

function inputOf(next: Exclude<Act, { waitMinutes: number }>, at: EpochMs): AlarmInput {
  if ("input" in next)
    return next.input.kind === "unsuppress" ? { kind: "unsuppress", until: at } : next.input;
  return "shelveMinutes" in next
    ? { kind: "shelve", until: at + next.shelveMinutes * minuteMs }
    : { kind: "remove-from-service", until: at + next.outMinutes * minuteMs };
}

const seen = new Set<AlarmPhase>();

test("stands where the table says, calls nobody while muted, and everybody in time otherwise", () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(act, { maxLength: 60, size: "max" }), (latching, acts) => {
      const terms: AlarmTerms = { realarmAfter, offDelay: 0, latching };
      let now: EpochMs = 0;
      let calledAt: EpochMs = now;
      let { state } = raiseAlarm(now, terms);
      let naive = onNow(now);
      const begin = (): void => {
        ({ state } = raiseAlarm(now, terms));
        naive = onNow(now);
        calledAt = now;
      };
      const follow = (step: AlarmStep, before: AlarmState): void => {
        const calls = step.effects.filter(({ kind }) => kind === "call");
        expect(step.state.calls - before.calls).toBe(calls.length);
        if (isMuted(before) && isMuted(step.state)) expect(calls).toEqual([]);
        if (calls.length > 0 || step.effects.some(({ kind }) => kind === "raised")) calledAt = now;
        ({ state } = step);
        seen.add(phaseOf(state));
        expect(phaseOf(state)).toBe(naivePhase(naive));
        if (state.condition && !isMuted(state)) expect(now - calledAt).toBeLessThan(realarmAfter + minuteMs);
      };
      for (const next of acts) {
        if ("waitMinutes" in next) {
          for (let minute = 0; minute < next.waitMinutes && !isOver(state); minute += 1) {
            now += minuteMs;
            naiveTime(naive, now);
            follow(stepAlarm(state, { kind: "tick" }, now), state);
          }
        } else {
          const input = inputOf(next, now);
          naiveInput(naive, input, terms, now);
          const step = stepAlarm(state, input, now);
          const settled = stepAlarm(step.state, { kind: "tick" }, now);
          follow({ state: settled.state, effects: [...step.effects, ...settled.effects] }, state);
        }
        if (isOver(state)) begin();
      }
    }),
    { numRuns: runs },
  );
  expect(seen.size).toBe(9);
});

test("an alarm that its parent stood for from the beginning needs nobody once its condition is gone", () => {
  const born = raiseAlarm(0, undefined, { suppressed: true, outOfServiceUntil: null });
  expect(born.effects.map(({ kind }) => kind)).toEqual(["raised"]);
  const gone = stepAlarm(born.state, { kind: "clear" }, minuteMs);
  expect(isOver(gone.state)).toBe(true);
});

test("an alarm whose parent ends while it lasts calls after the grace", () => {
  const born = raiseAlarm(0, undefined, { suppressed: true, outOfServiceUntil: null });
  const freed = stepAlarm(born.state, { kind: "unsuppress", until: minuteMs }, 0);
  expect(freed.effects).toEqual([]);
  const called = stepAlarm(freed.state, { kind: "tick" }, minuteMs);
  expect(called.effects).toMatchObject([{ kind: "unsuppressed" }, { kind: "call", about: "onset" }]);
});

test("what came and went while its appliance was out of service is told at the end of that", () => {
  const born = raiseAlarm(0, undefined, { suppressed: false, outOfServiceUntil: 10 * minuteMs });
  const gone = stepAlarm(born.state, { kind: "clear" }, minuteMs);
  const told = stepAlarm(gone.state, { kind: "tick" }, 10 * minuteMs);
  expect(told.effects).toMatchObject([{ kind: "returned-to-service" }, { kind: "call", about: "return" }]);
  expect(phaseOf(told.state)).toBe("returned-unacknowledged");
});

test("the off-delay keeps an alarm on through short returns", () => {
  const terms: AlarmTerms = { realarmAfter, offDelay: 2 * minuteMs, latching: false };
  let { state } = raiseAlarm(0, terms);
  ({ state } = stepAlarm(state, { kind: "clear" }, minuteMs));
  const again = stepAlarm(state, { kind: "onset" }, 2 * minuteMs);
  expect(again.effects).toEqual([]);
  ({ state } = stepAlarm(again.state, { kind: "clear" }, 3 * minuteMs));
  expect(phaseOf(stepAlarm(state, { kind: "tick" }, 5 * minuteMs - 1).state)).toBe("unacknowledged");
  expect(phaseOf(stepAlarm(state, { kind: "tick" }, 5 * minuteMs).state)).toBe("returned-unacknowledged");
});
