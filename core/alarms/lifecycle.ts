import type { EpochMs } from "../time/millis.ts";
import type { AlarmPhase } from "./alarm.ts";

/**
 * One occurrence of an alarm, from its first onset until it is normal again. Only three facts are kept; the ISA-18.2 state follows from
 * them (`phaseOf`), so no combination of calls can reach a state that is not in the standard. Nothing here touches readings, excursions or holds.
 */
export interface AlarmState {
  /** True while what the alarm is about lasts. */
  readonly condition: boolean;
  readonly acknowledged: boolean;
  /** Until when people are not called about it; null when it is not shelved. */
  readonly shelvedUntil: EpochMs | null;
  readonly raisedAt: EpochMs;
  readonly acknowledgedBy: string | null;
  /** How many times people were called about it so far. */
  readonly calls: number;
}

/** What can happen to an alarm. Time always comes with it. */
export type AlarmInput =
  | { readonly kind: "onset" }
  | { readonly kind: "clear" }
  | { readonly kind: "acknowledge"; readonly by: string }
  | { readonly kind: "shelve"; readonly until: EpochMs }
  | { readonly kind: "tick" };

/** What follows: entries for the alarm's own record, of which some owe a message to people. */
export type AlarmEffect =
  | { readonly kind: "raised" }
  | { readonly kind: "returned" }
  | { readonly kind: "acknowledged" }
  | { readonly kind: "shelved" }
  | { readonly kind: "unshelved" }
  | { readonly kind: "call"; readonly number: number; readonly about: "onset" | "return" };

/** The state after an input and what follows from it. */
export interface AlarmStep {
  readonly state: AlarmState;
  readonly effects: readonly AlarmEffect[];
}

/** A new occurrence: it has just come on and somebody must be called. */
export function raiseAlarm(at: EpochMs): AlarmStep {
  const state: AlarmState = {
    condition: true,
    acknowledged: false,
    shelvedUntil: null,
    raisedAt: at,
    acknowledgedBy: null,
    calls: 0,
  };
  return call(state, "onset", [{ kind: "raised" }]);
}

/** Where the alarm stands in the terms of ISA-18.2. */
export function phaseOf(state: AlarmState): AlarmPhase {
  if (state.shelvedUntil !== null) return "shelved";
  if (state.condition) return state.acknowledged ? "acknowledged" : "unacknowledged";
  return state.acknowledged ? "normal" : "returned-unacknowledged";
}

/** True once the occurrence has ended and the next onset is a new one. */
export function isOver(state: AlarmState): boolean {
  return phaseOf(state) === "normal";
}

/** Advances an alarm by one input. Pure; an input that changes nothing has no effects. */
export function stepAlarm(state: AlarmState, input: AlarmInput, at: EpochMs): AlarmStep {
  switch (input.kind) {
    case "onset":
      return onset(state);
    case "clear":
      return clear(state);
    case "acknowledge":
      return acknowledge(state, input.by);
    case "shelve":
      return shelve(state, input.until, at);
    case "tick":
      return unshelve(state, at);
  }
}

function onset(state: AlarmState): AlarmStep {
  if (state.condition) return { state, effects: [] };
  const again: AlarmState = { ...state, condition: true, acknowledged: false, acknowledgedBy: null };
  if (state.shelvedUntil !== null) return { state: again, effects: [{ kind: "raised" }] };
  return call(again, "onset", [{ kind: "raised" }]);
}

function clear(state: AlarmState): AlarmStep {
  if (!state.condition) return { state, effects: [] };
  const cleared: AlarmState = { ...state, condition: false };
  const effects: AlarmEffect[] = [{ kind: "returned" }];
  return state.shelvedUntil === null && state.calls > 0
    ? call(cleared, "return", effects)
    : { state: cleared, effects };
}

function acknowledge(state: AlarmState, by: string): AlarmStep {
  if (state.acknowledged) return { state, effects: [] };
  return { state: { ...state, acknowledged: true, acknowledgedBy: by }, effects: [{ kind: "acknowledged" }] };
}

function shelve(state: AlarmState, until: EpochMs, at: EpochMs): AlarmStep {
  if (until <= at) return { state, effects: [] };
  return { state: { ...state, shelvedUntil: until }, effects: [{ kind: "shelved" }] };
}

function unshelve(state: AlarmState, at: EpochMs): AlarmStep {
  if (state.shelvedUntil === null || at < state.shelvedUntil) return { state, effects: [] };
  const open: AlarmState = { ...state, shelvedUntil: null };
  const effects: AlarmEffect[] = [{ kind: "unshelved" }];
  return open.condition && !open.acknowledged ? call(open, "onset", effects) : { state: open, effects };
}

function call(state: AlarmState, about: "onset" | "return", effects: readonly AlarmEffect[]): AlarmStep {
  const number = state.calls + 1;
  return { state: { ...state, calls: number }, effects: [...effects, { kind: "call", number, about }] };
}

/** A new occurrence about something that is over when it becomes known, such as an excursion found late: it only waits to be acknowledged. */
export function raiseMomentary(at: EpochMs): AlarmStep {
  const raised = raiseAlarm(at);
  return { state: { ...raised.state, condition: false }, effects: raised.effects };
}
