import { type DurationMs, type EpochMs, hourMs, minuteMs } from "../time/millis.ts";
import type { AlarmPhase } from "./alarm.ts";

/** How an alarm of some kind behaves at some place. It is kept with the alarm, so that a change applies from the next onset on. */
export interface AlarmTerms {
  /** Time after a call at which people are called again while the condition lasts (OPC UA Part 9: ReAlarmTime); above 0. */
  readonly realarmAfter: DurationMs;
  /** How long the condition must be gone before the alarm returns (off-delay); at least 0. */
  readonly offDelay: DurationMs;
  /** True where the alarm stays after its condition is gone until a person resets it. */
  readonly latching: boolean;
}

/** What somebody says that they will do about an alarm. */
export interface AlarmPromise {
  readonly what: string;
  /** What they are called who promised it; left out in records of before that was kept. */
  readonly by?: string;
  /** By when: people are called again then if it is still on. */
  readonly until: EpochMs;
}

/** Longest time for which a promise keeps people from being called again: as long as shelving would. */
export const promiseMaxMs: DurationMs = 60 * minuteMs;

/** The terms where nothing else is configured. */
export const standardTerms: AlarmTerms = { realarmAfter: 30 * minuteMs, offDelay: 0, latching: false };

/** Longest time for which an alarm can be shelved, also by shelving it again before the end (domain: 60 minutes). */
export const shelveMaxMs: DurationMs = 60 * minuteMs;

/** Longest time for which an appliance can be out of service at one stretch, also when that is extended. */
export const outOfServiceMaxMs: DurationMs = 7 * 24 * hourMs;

/** The end of a suppression that lasts as long as what causes it. */
export const whileParentLasts: EpochMs = Number.MAX_SAFE_INTEGER;

/**
 * One occurrence of an alarm, from its first onset until it is normal again. Only facts are kept; the ISA-18.2 state follows from them
 * (`phaseOf`), so no combination of calls can reach a state that is not in the standard. All timers are deadlines in here. Nothing here touches readings,
 * excursions or holds.
 */
export interface AlarmState {
  /** True while what the alarm is about lasts. */
  readonly condition: boolean;
  readonly acknowledged: boolean;
  /** True where it does not end without an acknowledgement. Not so where people were never called because its parent stood for it. */
  readonly awaited: boolean;
  /** True from the onset of a latching alarm until it is reset. */
  readonly latched: boolean;
  /** Since when and until when a person keeps it from calling; null when it is not shelved. */
  readonly shelvedFrom: EpochMs | null;
  readonly shelvedUntil: EpochMs | null;
  /** Until when something else stands for it; null when it is not suppressed by design. */
  readonly suppressedUntil: EpochMs | null;
  /** Until when its appliance is out of service; null when it is in service. */
  readonly outOfServiceUntil: EpochMs | null;
  readonly raisedAt: EpochMs;
  readonly acknowledgedBy: string | null;
  /** What whoever took it on last said that they would do, and by when; null where nobody said. */
  readonly promise: AlarmPromise | null;
  /** How many times people were called about it so far, and what they were told last. */
  readonly calls: number;
  readonly lastCall: "onset" | "return" | null;
  /** When the off-delay ends; null where the condition lasts or is gone for good. */
  readonly clearsAt: EpochMs | null;
  /** When people are to be called again; null where the condition is gone. */
  readonly realarmAt: EpochMs | null;
  readonly terms: AlarmTerms;
}

/** True while it calls nobody, whatever happens. */
export function isMuted({ shelvedUntil, suppressedUntil, outOfServiceUntil }: AlarmState): boolean {
  return shelvedUntil !== null || suppressedUntil !== null || outOfServiceUntil !== null;
}

/** Where the alarm stands in the terms of ISA-18.2. */
export function phaseOf(state: AlarmState): AlarmPhase {
  if (state.outOfServiceUntil !== null) return "out-of-service";
  if (state.suppressedUntil !== null) return "suppressed";
  if (state.shelvedUntil !== null) return "shelved";
  if (state.condition) return state.acknowledged ? "acknowledged" : "unacknowledged";
  if (state.latched) return state.acknowledged ? "latched-acknowledged" : "latched-unacknowledged";
  return state.awaited && !state.acknowledged ? "returned-unacknowledged" : "normal";
}

/** True once the occurrence has ended and the next onset is a new one. */
export function isOver(state: AlarmState): boolean {
  return phaseOf(state) === "normal";
}

/** The next instant at which time alone changes something; null if nothing will. */
export function alarmDueAt(state: AlarmState): EpochMs | null {
  const suppressedUntil = state.suppressedUntil === whileParentLasts ? null : state.suppressedUntil;
  const realarmAt = isMuted(state) ? null : state.realarmAt;
  const due = [state.clearsAt, state.shelvedUntil, suppressedUntil, state.outOfServiceUntil, realarmAt];
  const coming = due.filter((at) => at !== null);
  return coming.length === 0 ? null : Math.min(...coming);
}

/** True where time alone changes something up to an instant. */
export function isDueBy(state: AlarmState, at: EpochMs): boolean {
  const dueAt = alarmDueAt(state);
  return dueAt !== null && dueAt <= at;
}

/** True where judging the condition again changes nothing: the usual case while an alarm lasts. */
export function isAsJudged(state: AlarmState, condition: "on" | "off", at: EpochMs): boolean {
  if (isDueBy(state, at)) return false;
  if (condition === "on") return state.condition && state.clearsAt === null;
  return !state.condition || state.clearsAt !== null;
}

/** A state as older records have it, with what has come since filled in. */
export function completeState(state: Partial<AlarmState> & Pick<AlarmState, "raisedAt">): AlarmState {
  if (isComplete(state)) return state.promise === undefined ? { ...state, promise: null } : state;
  const condition = state.condition ?? false;
  return {
    condition,
    acknowledged: false,
    awaited: true,
    latched: false,
    shelvedFrom: state.shelvedUntil == null ? null : state.raisedAt,
    shelvedUntil: null,
    suppressedUntil: null,
    outOfServiceUntil: null,
    acknowledgedBy: null,
    promise: null,
    calls: 0,
    lastCall: (state.calls ?? 0) === 0 ? null : condition ? "onset" : "return",
    clearsAt: null,
    realarmAt: condition ? state.raisedAt + standardTerms.realarmAfter : null,
    terms: standardTerms,
    ...state,
  };
}

function isComplete(state: Partial<AlarmState>): state is AlarmState {
  return state.terms !== undefined;
}
