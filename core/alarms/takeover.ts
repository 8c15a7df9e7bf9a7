import type { EpochMs } from "../time/millis.ts";
import { type AlarmState, type AlarmTerms, isMuted, whileParentLasts } from "./alarm-state.ts";
import { type EdgeWord, isReturnTold, lastReachedAt } from "./edge-word.ts";
import { type AlarmStep, callPeople, type Mutes, stepAlarm } from "./lifecycle.ts";

/**
 * The server's alarm from what a gateway says of one that the server did not know: the same occurrence with its beginning, its calls counted, and people called only where
 * nobody was reached, or where it has lasted for `realarmAfter` since the last call. Pure.
 */
export function takeOver(word: EdgeWord, terms: AlarmTerms, mutes: Mutes, at: EpochMs): AlarmStep {
  const condition = word.clearedAt === null;
  const blank: AlarmState = {
    condition: false,
    acknowledged: false,
    awaited: true,
    latched: terms.latching,
    shelvedFrom: null,
    shelvedUntil: null,
    suppressedUntil: mutes.suppressed && condition ? whileParentLasts : null,
    outOfServiceUntil: mutes.outOfServiceUntil,
    raisedAt: word.raisedAt,
    acknowledgedBy: null,
    promise: null,
    calls: 0,
    lastCall: null,
    clearsAt: null,
    realarmAt: null,
    terms,
  };
  return condition ? goOn(counted(blank, word, word.calls.length), word, at) : pass(blank, word, at);
}

/** How a word of a gateway meets an alarm that is under way. */
export interface Meeting {
  /** Calls of the word that were not counted before. */
  readonly freshCalls: number;
  /** True where it tells of an occurrence of its own, later than what the alarm was about so far. */
  readonly isAnother: boolean;
  /** True where the server itself has judged by what came after the word: then what it found stands. */
  readonly serverKnowsBetter: boolean;
  /** True where what suppresses the alarm cannot be its reason, since the gateway saw for itself. */
  readonly isSeenByGateway: boolean;
  /** True where the gateway found it critical, and the server's alarm is not. */
  readonly isWorse: boolean;
}

/** What becomes of an alarm under way when a gateway says that it kept watch over it too. No call that reached somebody is repeated, none that reached nobody is taken for one. Pure. */
export function meetWord(state: AlarmState, word: EdgeWord, meeting: Meeting, at: EpochMs): AlarmStep {
  const { isAnother, serverKnowsBetter, isSeenByGateway, isWorse } = meeting;
  const wasCalled = state.lastCall !== null;
  const known: AlarmState = {
    ...counted(state, word, meeting.freshCalls),
    ...(isSeenByGateway ? { suppressedUntil: null } : {}),
  };
  if (word.clearedAt === null) {
    if (!state.condition) return serverKnowsBetter ? still(known) : goOn(known, word, at);
    const met = acknowledgedBy(withRealarm(known, word), state, word);
    const isUntold = lastReachedAt(word) === null && (!wasCalled || isWorse);
    if (!isUntold || isMuted(met)) return stepAlarm(met, { kind: "tick" }, at);
    return callPeople({ ...met, acknowledged: false, acknowledgedBy: null, awaited: true }, "onset", [], at);
  }
  if (state.condition && serverKnowsBetter) return still(acknowledgedBy(known, state, word));
  if (state.condition && wasCalled && !isReturnTold(word))
    return stepAlarm(acknowledgedBy(known, state, word), { kind: "clear" }, at);
  if (state.condition || isAnother) return pass(acknowledgedBy(known, state, word), word, at);
  return still(acknowledgedBy(known, state, word));
}

function still(state: AlarmState): AlarmStep {
  return { state, effects: [] };
}

/** It lasts, and the server goes on with it. */
function goOn(state: AlarmState, word: EdgeWord, at: EpochMs): AlarmStep {
  const last = lastReachedAt(word);
  const on: AlarmState = {
    ...state,
    condition: true,
    acknowledged: word.acknowledgedAt !== null,
    acknowledgedBy: word.acknowledgedBy,
    awaited: true,
    latched: state.latched || state.terms.latching,
    lastCall: last === null ? state.lastCall : "onset",
    clearsAt: null,
    realarmAt: (last ?? at) + state.terms.realarmAfter,
  };
  if (isMuted(on)) return { state: on, effects: [{ kind: "raised" }] };
  if (last === null) return callPeople(on, "onset", [{ kind: "raised" }], at);
  const { state: next, effects } = stepAlarm(on, { kind: "tick" }, at);
  return { state: next, effects: [{ kind: "raised" }, ...effects] };
}

/** It came and went while the gateway was alone. */
function pass(state: AlarmState, word: EdgeWord, at: EpochMs): AlarmStep {
  const isReached = lastReachedAt(word) !== null;
  const isUntold = !isReached && !(state.condition && state.lastCall !== null);
  const isTakenOn = state.condition && state.acknowledged;
  const over: AlarmState = {
    ...state,
    condition: false,
    acknowledged: isTakenOn || word.acknowledgedAt !== null,
    acknowledgedBy: isTakenOn ? state.acknowledgedBy : word.acknowledgedBy,
    awaited: true,
    lastCall: isReached ? (isReturnTold(word) ? "return" : "onset") : state.lastCall,
    clearsAt: null,
    realarmAt: null,
  };
  if (isMuted(over)) return { state: over, effects: [{ kind: "returned" }] };
  if (isUntold) return callPeople(over, "onset", [{ kind: "returned" }], at);
  if (isReturnTold(word)) return { state: over, effects: [{ kind: "returned" }] };
  return callPeople(over, "return", [{ kind: "returned" }], at);
}

function counted(state: AlarmState, word: EdgeWord, fresh: number): AlarmState {
  const isReached = lastReachedAt(word) !== null;
  return { ...state, calls: state.calls + fresh, awaited: state.awaited || isReached };
}

/** The next call counts from the last one that reached somebody, whoever made it. */
function withRealarm(state: AlarmState, word: EdgeWord): AlarmState {
  const last = lastReachedAt(word);
  if (last === null) return state;
  const realarmAt = Math.max(state.realarmAt ?? 0, last + state.terms.realarmAfter);
  return { ...state, lastCall: "onset", realarmAt };
}

/** An acknowledgement at the gateway counts unless people were called again since. `before`: the state before the word came. */
function acknowledgedBy(state: AlarmState, before: AlarmState, word: EdgeWord): AlarmState {
  const lastCallAt =
    before.realarmAt === null ? before.raisedAt : before.realarmAt - before.terms.realarmAfter;
  const { acknowledgedAt } = word;
  if (acknowledgedAt === null || before.acknowledged || acknowledgedAt < lastCallAt) return state;
  return { ...state, acknowledged: true, acknowledgedBy: word.acknowledgedBy };
}
