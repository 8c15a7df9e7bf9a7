import type { EpochMs } from "../time/millis.ts";
import {
  type AlarmPromise,
  type AlarmState,
  type AlarmTerms,
  isMuted,
  outOfServiceMaxMs,
  promiseMaxMs,
  shelveMaxMs,
  standardTerms,
  whileParentLasts,
} from "./alarm-state.ts";

export { type AlarmState, type AlarmTerms, isOver, phaseOf } from "./alarm-state.ts";

/** What can happen to an alarm. Time always comes with it. */
export type AlarmInput =
  | { readonly kind: "onset"; readonly terms?: AlarmTerms }
  | { readonly kind: "worsen" }
  | { readonly kind: "clear" }
  | { readonly kind: "acknowledge"; readonly by: string; readonly promise?: AlarmPromise | null }
  | { readonly kind: "reset" }
  | { readonly kind: "shelve"; readonly until: EpochMs }
  | { readonly kind: "unshelve" }
  | { readonly kind: "suppress" }
  | { readonly kind: "unsuppress"; readonly until: EpochMs }
  | { readonly kind: "remove-from-service"; readonly until: EpochMs }
  | { readonly kind: "return-to-service" }
  | { readonly kind: "tick" };

/** What a call tells: it came on (or got worse), it is still on, it is back to normal. */
export type CallAbout = "onset" | "again" | "return";

/** What follows: entries for the alarm's own record, of which some owe a message to people. */
export type AlarmEffect =
  | {
      readonly kind:
        | "raised"
        | "worsened"
        | "returned"
        | "acknowledged"
        | "reset"
        | "shelved"
        | "unshelved"
        | "suppressed"
        | "unsuppressed"
        | "removed-from-service"
        | "returned-to-service"
        | "realarmed";
    }
  | { readonly kind: "call"; readonly number: number; readonly about: CallAbout };

/** The state after an input and what follows from it. The same state object where nothing changed. */
export interface AlarmStep {
  readonly state: AlarmState;
  readonly effects: readonly AlarmEffect[];
}

/** What keeps a new occurrence from calling from its beginning. */
export interface Mutes {
  readonly suppressed: boolean;
  readonly outOfServiceUntil: EpochMs | null;
}

const noMutes: Mutes = { suppressed: false, outOfServiceUntil: null };

/** A new occurrence: it has just come on and somebody must be called, unless its parent or its appliance's being out of service stands against it. */
export function raiseAlarm(
  at: EpochMs,
  terms: AlarmTerms = standardTerms,
  { suppressed, outOfServiceUntil }: Mutes = noMutes,
): AlarmStep {
  const state: AlarmState = {
    condition: false,
    acknowledged: true,
    awaited: false,
    latched: false,
    shelvedFrom: null,
    shelvedUntil: null,
    suppressedUntil: suppressed ? whileParentLasts : null,
    outOfServiceUntil,
    raisedAt: at,
    acknowledgedBy: null,
    promise: null,
    calls: 0,
    lastCall: null,
    clearsAt: null,
    realarmAt: null,
    terms,
  };
  return onset(state, terms, at);
}

/** A new occurrence about something that is over when it becomes known, such as an excursion found late: it only waits to be acknowledged. */
export function raiseMomentary(at: EpochMs, mutes: Mutes = noMutes): AlarmStep {
  const raised = raiseAlarm(at, standardTerms, mutes);
  return { state: { ...raised.state, condition: false, realarmAt: null }, effects: raised.effects };
}

/** Advances an alarm by one input. Pure. Deadlines up to `at` are met first, so it does not matter whether a tick came in between. */
export function stepAlarm(state: AlarmState, input: AlarmInput, at: EpochMs): AlarmStep {
  const timely = tick(state, at);
  const next = apply(timely.state, input, at);
  return timely.effects.length === 0
    ? next
    : { state: next.state, effects: [...timely.effects, ...next.effects] };
}

function apply(state: AlarmState, input: AlarmInput, at: EpochMs): AlarmStep {
  switch (input.kind) {
    case "onset":
      return onset(state, input.terms ?? state.terms, at);
    case "worsen":
      return worsen(state, at);
    case "clear":
      return clear(state, at);
    case "acknowledge":
      return acknowledge(state, input.by, input.promise ?? null, at);
    case "reset":
      return reset(state);
    case "shelve":
      return shelve(state, input.until, at);
    case "unshelve":
      return state.shelvedUntil === null ? nothing(state) : unmute(state, endShelf(state), ["unshelved"], at);
    case "suppress":
      return suppress(state);
    case "unsuppress":
      return state.suppressedUntil === whileParentLasts
        ? { state: { ...state, suppressedUntil: input.until }, effects: [] }
        : nothing(state);
    case "remove-from-service":
      return removeFromService(state, input.until, at);
    case "return-to-service":
      return state.outOfServiceUntil === null
        ? nothing(state)
        : unmute(state, { ...state, outOfServiceUntil: null }, ["returned-to-service"], at);
    case "tick":
      return nothing(state);
  }
}

function nothing(state: AlarmState): AlarmStep {
  return { state, effects: [] };
}

function tick(state: AlarmState, at: EpochMs): AlarmStep {
  const cleared =
    state.clearsAt !== null && state.clearsAt <= at ? returnToNormal(state, at) : nothing(state);
  const ended: ("unshelved" | "unsuppressed" | "returned-to-service")[] = [];
  let next = cleared.state;
  if (next.shelvedUntil !== null && next.shelvedUntil <= at) {
    next = endShelf(next);
    ended.push("unshelved");
  }
  if (next.suppressedUntil !== null && next.suppressedUntil <= at) {
    next = { ...next, suppressedUntil: null };
    ended.push("unsuppressed");
  }
  if (next.outOfServiceUntil !== null && next.outOfServiceUntil <= at) {
    next = { ...next, outOfServiceUntil: null };
    ended.push("returned-to-service");
  }
  if (ended.length > 0) {
    const open = unmute(cleared.state, next, ended, at);
    return { state: open.state, effects: [...cleared.effects, ...open.effects] };
  }
  return isRealarmDue(next, at) ? realarm(next, cleared.effects, at) : cleared;
}

function isRealarmDue(state: AlarmState, at: EpochMs): boolean {
  return state.condition && state.realarmAt !== null && state.realarmAt <= at && !isMuted(state);
}

/** Who had taken it on is asked again: an acknowledgement is a promise, and the condition has outlasted it. */
function realarm(state: AlarmState, effects: readonly AlarmEffect[], at: EpochMs): AlarmStep {
  const again = { ...state, acknowledged: false, acknowledgedBy: null, awaited: true };
  return callPeople(again, "again", [...effects, { kind: "realarmed" }], at);
}

function onset(state: AlarmState, terms: AlarmTerms, at: EpochMs): AlarmStep {
  if (state.condition)
    return state.clearsAt === null ? nothing(state) : nothing({ ...state, clearsAt: null });
  const again: AlarmState = {
    ...state,
    condition: true,
    acknowledged: false,
    acknowledgedBy: null,
    promise: null,
    awaited: (state.awaited && !state.acknowledged) || state.suppressedUntil === null,
    latched: state.latched || terms.latching,
    clearsAt: null,
    realarmAt: at + terms.realarmAfter,
    terms,
  };
  const effects: AlarmEffect[] = [{ kind: "raised" }];
  return isMuted(again) ? { state: again, effects } : callPeople(again, "onset", effects, at);
}

function worsen(state: AlarmState, at: EpochMs): AlarmStep {
  if (!state.condition) return nothing(state);
  const worse: AlarmState = { ...state, acknowledged: false, acknowledgedBy: null, promise: null };
  const effects: AlarmEffect[] = [{ kind: "worsened" }];
  return isMuted(worse) ? { state: worse, effects } : callPeople(worse, "onset", effects, at);
}

function clear(state: AlarmState, at: EpochMs): AlarmStep {
  if (!state.condition || state.clearsAt !== null) return nothing(state);
  if (state.terms.offDelay > 0) return nothing({ ...state, clearsAt: at + state.terms.offDelay });
  return returnToNormal(state, at);
}

function returnToNormal(state: AlarmState, at: EpochMs): AlarmStep {
  const cleared: AlarmState = { ...state, condition: false, clearsAt: null, realarmAt: null };
  const effects: AlarmEffect[] = [{ kind: "returned" }];
  if (!isMuted(cleared)) return callPeople(cleared, "return", effects, at);
  const isNobodys = !cleared.awaited && !cleared.latched;
  const isOnlySuppressed = cleared.shelvedUntil === null && cleared.outOfServiceUntil === null;
  return { state: isNobodys && isOnlySuppressed ? { ...cleared, suppressedUntil: null } : cleared, effects };
}

/** A promise sets when people are called again if it is still on: when it should have been kept. */
function acknowledge(state: AlarmState, by: string, given: AlarmPromise | null, at: EpochMs): AlarmStep {
  if (state.acknowledged) return nothing(state);
  const promise = given === null ? null : { ...given, by, until: Math.min(given.until, at + promiseMaxMs) };
  const realarmAt = promise === null || !state.condition ? state.realarmAt : promise.until;
  return {
    state: { ...state, acknowledged: true, acknowledgedBy: by, promise, realarmAt },
    effects: [{ kind: "acknowledged" }],
  };
}

function reset(state: AlarmState): AlarmStep {
  if (!isResettable(state)) return nothing(state);
  return { state: { ...state, latched: false }, effects: [{ kind: "reset" }] };
}

/** True where a reset ends the alarm: latched, its condition gone, and acknowledged. */
export function isResettable(state: AlarmState): boolean {
  return state.latched && !state.condition && state.acknowledged;
}

/** Shelving again before the end never adds up to more than the longest shelving; what is out of service cannot be shelved on top. */
function shelve(state: AlarmState, asked: EpochMs, at: EpochMs): AlarmStep {
  const from = state.shelvedFrom ?? at;
  const until = Math.min(asked, from + shelveMaxMs);
  if (until <= at || state.outOfServiceUntil !== null) return nothing(state);
  return { state: { ...state, shelvedFrom: from, shelvedUntil: until }, effects: [{ kind: "shelved" }] };
}

function endShelf(state: AlarmState): AlarmState {
  return { ...state, shelvedFrom: null, shelvedUntil: null };
}

function suppress(state: AlarmState): AlarmStep {
  if (state.suppressedUntil === whileParentLasts) return nothing(state);
  const suppressed = { ...state, suppressedUntil: whileParentLasts };
  return { state: suppressed, effects: state.suppressedUntil === null ? [{ kind: "suppressed" }] : [] };
}

function removeFromService(state: AlarmState, asked: EpochMs, at: EpochMs): AlarmStep {
  const until = Math.min(asked, at + outOfServiceMaxMs);
  if (until <= at || state.outOfServiceUntil === until) return nothing(state);
  return { state: { ...state, outOfServiceUntil: until }, effects: [{ kind: "removed-from-service" }] };
}

/** Judges anew what stands once nothing keeps the alarm from calling any more: what nobody was told, or not for too long, is told now. */
function unmute(
  before: AlarmState,
  state: AlarmState,
  ended: readonly ("unshelved" | "unsuppressed" | "returned-to-service")[],
  at: EpochMs,
): AlarmStep {
  const effects: AlarmEffect[] = ended.map((kind) => ({ kind }));
  if (isMuted(state) || !isMuted(before)) return { state, effects };
  if (state.condition) {
    if (!state.acknowledged) return callPeople({ ...state, awaited: true }, "onset", effects, at);
    return isRealarmDue(state, at) ? realarm(state, effects, at) : { state, effects };
  }
  const isNews =
    state.lastCall === "onset" || (state.lastCall === null && state.awaited && !state.acknowledged);
  return isNews ? callPeople(state, "return", effects, at) : { state, effects };
}

/** Calls people: counted, and the next call is due `realarmAfter` later while the condition lasts. */
export function callPeople(
  state: AlarmState,
  about: CallAbout,
  effects: readonly AlarmEffect[],
  at: EpochMs,
): AlarmStep {
  const calls = state.calls + 1;
  const lastCall = about === "return" ? "return" : "onset";
  const realarmAt = state.condition ? at + state.terms.realarmAfter : null;
  return {
    state: { ...state, calls, lastCall, realarmAt },
    effects: [...effects, { kind: "call", number: calls, about }],
  };
}
