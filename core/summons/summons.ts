import { type DurationMs, type EpochMs, minuteMs } from "../time/millis.ts";

/** When each step of an escalation comes, in ms after its beginning, in order; and how often the last one is repeated. */
export interface Escalation {
  readonly stepsAfterMs: readonly DurationMs[];
  /** Null: the last step is not repeated. */
  readonly repeatEveryMs: DurationMs | null;
  /** How long after the last step somebody must have answered; null where nobody is asked to. */
  readonly answerWithinMs: DurationMs | null;
}

/** How one of the alarms of a summons stands: nobody has answered, somebody has taken it on, or there is nothing to answer any more. */
export type Standing = "open" | "answered" | "gone";

/** One call about one or more alarms, until somebody has answered each of them or they are gone. Plain data; its timers are deadlines in here. */
export interface SummonsState {
  readonly escalation: Escalation;
  readonly openedAt: EpochMs;
  readonly alarms: Readonly<Record<string, Standing>>;
  /** The step that was called last; -1 before the first. */
  readonly step: number;
  /** How many times a step was called so far: with it each call of a step is told from the others. */
  readonly calls: number;
  /** When the next step is called; null where none comes by itself. */
  readonly nextAt: EpochMs | null;
  /** When silence becomes an alarm of its own; null where it cannot or has. */
  readonly unansweredAt: EpochMs | null;
  readonly isUnanswered: boolean;
  readonly ended: "answered" | "gone" | null;
}

/** What can happen to a summons. */
export type SummonsInput =
  | { readonly kind: "tick" }
  | { readonly kind: "settle"; readonly alarm: string; readonly as: "answered" | "gone" }
  /** Everybody of the step that was called last is out of reach: the next one is not waited for. */
  | { readonly kind: "unreached" }
  /** Everybody of the step that was called last is out of reach or has said that they cannot come, and at least one has. */
  | { readonly kind: "declined" }
  /** The alarm asks for people again. */
  | { readonly kind: "again" };

/** What follows: a step is called, nobody has answered, or it is over. `call` counts from 1. */
export type SummonsEffect =
  | { readonly kind: "call"; readonly step: number; readonly call: number }
  | { readonly kind: "unanswered" }
  | { readonly kind: "ended"; readonly how: "answered" | "gone" };

/** A summons after an input, and what follows. The same state object where nothing changed. */
export interface SummonsStep {
  readonly state: SummonsState;
  readonly effects: readonly SummonsEffect[];
}

/** Where an alarm asks for people again, a step that comes within this time is waited for; one that is further off is called at once, so that no policy keeps an alarm silent. */
export const againWaitMaxMs: DurationMs = 15 * minuteMs;

/** How far a call that this one takes the place of had come. */
export interface CalledBefore {
  readonly openedAt: EpochMs;
  /** The step that was called last; -1 before the first. */
  readonly step: number;
}

/**
 * Opens a summons. Where it takes the place of another, the steps that were called already are called again at once, and those to come keep their time: who has been called about it is
 * told that it is worse, and nobody further on waits longer. Its first step is called at once where it comes after 0 ms.
 */
export function openSummons(
  escalation: Escalation,
  alarms: readonly string[],
  at: EpochMs,
  before: CalledBefore | null = null,
): SummonsStep {
  const [first = 0] = escalation.stepsAfterMs;
  const state: SummonsState = {
    escalation,
    openedAt: before?.openedAt ?? at,
    alarms: Object.fromEntries(alarms.map((alarm) => [alarm, "open"])),
    step: -1,
    calls: 0,
    nextAt: (before?.openedAt ?? at) + first,
    unansweredAt: null,
    isUnanswered: false,
    ended: null,
  };
  const opened = stepSummons(state, { kind: "tick" }, at);
  const effects = [...opened.effects];
  let next = opened.state;
  while (next.step < Math.min(before?.step ?? -1, lastStep(next))) {
    const called = call(next, at);
    effects.push(...called.effects);
    next = called.state;
  }
  return { state: next, effects };
}

/** Advances a summons by one input. Pure. Deadlines up to `at` are met first. */
export function stepSummons(state: SummonsState, input: SummonsInput, at: EpochMs): SummonsStep {
  if (state.ended !== null) return { state, effects: [] };
  const timely = tick(state, at);
  const next = apply(timely.state, input, at);
  return timely.effects.length === 0
    ? next
    : { state: next.state, effects: [...timely.effects, ...next.effects] };
}

/** When the passing of time next has something to do with it; null where it has not. */
export function summonsDueAt({ nextAt, unansweredAt, ended }: SummonsState): EpochMs | null {
  if (ended !== null || (nextAt === null && unansweredAt === null)) return null;
  return Math.min(nextAt ?? Number.MAX_SAFE_INTEGER, unansweredAt ?? Number.MAX_SAFE_INTEGER);
}

function apply(state: SummonsState, input: SummonsInput, at: EpochMs): SummonsStep {
  switch (input.kind) {
    case "tick":
      return still(state);
    case "settle":
      return settle(state, input.alarm, input.as);
    case "unreached":
      return state.step < lastStep(state) ? call(state, at) : still(state);
    case "declined":
      return decline(state, at);
    case "again":
      return state.nextAt === null || state.nextAt - at > againWaitMaxMs ? call(state, at) : still(state);
  }
}

/** Steps that became due while nothing ran are all called, one repetition of the last step at most. */
function tick(state: SummonsState, at: EpochMs): SummonsStep {
  const effects: SummonsEffect[] = [];
  let next = state;
  while (next.nextAt !== null && next.nextAt <= at) {
    const wasLast = next.step === lastStep(next);
    const called = call(next, at);
    effects.push(...called.effects);
    next = called.state;
    if (wasLast) break;
  }
  if (next.unansweredAt !== null && next.unansweredAt <= at) {
    effects.push({ kind: "unanswered" });
    next = { ...next, unansweredAt: null, isUnanswered: true };
  }
  return { state: next, effects };
}

function call(state: SummonsState, at: EpochMs): SummonsStep {
  const last = lastStep(state);
  const step = Math.min(state.step + 1, last);
  const { stepsAfterMs, repeatEveryMs, answerWithinMs } = state.escalation;
  const following = stepsAfterMs[step + 1];
  const repeated = repeatEveryMs === null ? null : at + repeatEveryMs;
  const nextAt = following === undefined ? repeated : state.openedAt + following;
  const isLastReached = step === last && state.step < last;
  const unansweredAt = isLastReached && answerWithinMs !== null ? at + answerWithinMs : state.unansweredAt;
  const calls = state.calls + 1;
  return {
    state: { ...state, step, calls, nextAt, unansweredAt },
    effects: [{ kind: "call", step, call: calls }],
  };
}

/** The next step is not waited for; where there is none, nor is the silence that would be an alarm: it is known already that nobody comes. */
function decline(state: SummonsState, at: EpochMs): SummonsStep {
  if (state.step < lastStep(state)) return call(state, at);
  if (state.unansweredAt === null) return still(state);
  return { state: { ...state, unansweredAt: null, isUnanswered: true }, effects: [{ kind: "unanswered" }] };
}

function settle(state: SummonsState, alarm: string, as: "answered" | "gone"): SummonsStep {
  if (state.alarms[alarm] !== "open") return still(state);
  const alarms = { ...state.alarms, [alarm]: as };
  const standings = Object.values(alarms);
  if (standings.includes("open")) return still({ ...state, alarms });
  const how = standings.includes("answered") ? "answered" : "gone";
  return {
    state: { ...state, alarms, nextAt: null, unansweredAt: null, ended: how },
    effects: [{ kind: "ended", how }],
  };
}

function lastStep({ escalation }: SummonsState): number {
  return escalation.stepsAfterMs.length - 1;
}

function still(state: SummonsState): SummonsStep {
  return { state, effects: [] };
}
