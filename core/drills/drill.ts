import { probeConditions } from "../alarms/probe-conditions.ts";
import { judge } from "../engine/judge.ts";
import { type ProbeState, unheardOf } from "../engine/probe-state.ts";
import type { ProbeRules } from "../site/profile.ts";
import { type DurationMs, type EpochMs, minuteMs } from "../time/millis.ts";
import { type DrillRun, drillRun } from "./foretell.ts";
import { type DrillTrace, placedReading, rulesOfTrace } from "./trace.ts";

/** What a drill is to be. */
export interface DrillPlan {
  readonly number: number;
  readonly id: string;
  readonly appliance: string;
  readonly probe: string;
  readonly trace: DrillTrace;
  readonly startAt: EpochMs;
  /** Within which time of the alarm somebody is to answer. */
  readonly goalMs: DurationMs;
  /** Held again so many days after each time; null: once. */
  readonly repeatDays: number | null;
  /** True where those who are to be called are told when it begins. */
  readonly isAnnounced: boolean;
  readonly reason: string;
  readonly plannedAt: EpochMs;
  readonly plannedBy: { readonly actor: string; readonly name: string; readonly role: string | null };
}

/** What a drill waits for: it must not stand in the way of anything real. */
export type DrillBlock = "critical-alarm" | "alarm-here" | "people-called" | "other-drill";

/** How a drill ended. */
export type DrillOutcome = "passed" | "not-passed" | "broken-off" | "not-held" | "cancelled";

/** Why it ended so, where the outcome alone does not say it. */
export type DrillWhy =
  | DrillBlock
  | "real-alarm"
  | "probe-gone"
  | "no-alarm-expected"
  | "no-alarm"
  | "nobody-told"
  | "late"
  | "unanswered"
  | "person";

/** A drill as it stands. Plain data; nothing in it is known to anything but drills. */
export interface DrillState {
  readonly phase: "planned" | "under-way" | "over";
  readonly outcome: DrillOutcome | null;
  readonly why: DrillWhy | null;
  readonly waitsFor: DrillBlock | null;
  readonly startedAt: EpochMs | null;
  readonly endedAt: EpochMs | null;
  /** What is played, fixed when it began. */
  readonly run: DrillRun | null;
  /** How many of its readings were played. */
  readonly played: number;
  /** What the engine makes of them. */
  readonly probe: ProbeState | null;
  /** When an alarm comes if nothing more is played before; null where none will. */
  readonly alarmDueAt: EpochMs | null;
  readonly raisedAt: EpochMs | null;
  readonly handedOverAt: EpochMs | null;
  readonly answeredAt: EpochMs | null;
  readonly answeredBy: string | null;
}

/** A drill: what it is to be, and how it stands. */
export interface Drill {
  readonly plan: DrillPlan;
  readonly state: DrillState;
}

/** What is to be seen around a drill at an instant. */
export interface DrillSeen {
  /** The rules of its probe; null where the site has no such probe any more. */
  readonly rules: ProbeRules | null;
  readonly blockedBy: DrillBlock | null;
  /** True where a real alarm has called people whom the drill calls, or about its appliance, since it began. */
  readonly isInterrupted: boolean;
  readonly raisedAt: EpochMs | null;
  readonly handedOverAt: EpochMs | null;
  readonly answer: { readonly at: EpochMs; readonly by: string } | null;
}

/** What happened to a drill, for its record. */
export type DrillEvent = "waiting" | "started" | "played" | "raised" | "handed-over" | "answered" | "ended";

/** A drill after a look at it, and what happened. The same state object where nothing did. */
export interface DrillStep {
  readonly state: DrillState;
  readonly events: readonly DrillEvent[];
}

/** How long a drill waits until nothing real stands in its way. After that it is not held. */
export const drillWaitMaxMs: DurationMs = 60 * minuteMs;

/** A drill that is planned and has not begun. */
export const plannedDrill: DrillState = {
  phase: "planned",
  outcome: null,
  why: null,
  waitsFor: null,
  startedAt: null,
  endedAt: null,
  run: null,
  played: 0,
  probe: null,
  alarmDueAt: null,
  raisedAt: null,
  handedOverAt: null,
  answeredAt: null,
  answeredBy: null,
};

/** Looks at a drill at an instant. Pure. What is real comes first: a drill that it meets does not begin, or is broken off. */
export function stepDrill({ plan, state }: Drill, seen: DrillSeen, at: EpochMs): DrillStep {
  switch (state.phase) {
    case "planned":
      return at < plan.startAt ? { state, events: [] } : begin(plan, state, seen, at);
    case "under-way":
      return goOn(plan, state, seen, at);
    case "over":
      return { state, events: [] };
  }
}

/** Ends a drill because somebody says so. */
export function cancelDrill(state: DrillState, at: EpochMs): DrillStep {
  return state.phase === "over" ? { state, events: [] } : end(state, "cancelled", "person", at);
}

function begin(plan: DrillPlan, state: DrillState, { rules, blockedBy }: DrillSeen, at: EpochMs): DrillStep {
  if (rules === null) return end(state, "not-held", "probe-gone", at);
  if (blockedBy !== null) {
    if (at - plan.startAt >= drillWaitMaxMs) return end(state, "not-held", blockedBy, at);
    if (state.waitsFor === blockedBy) return { state, events: [] };
    return { state: { ...state, waitsFor: blockedBy }, events: ["waiting"] };
  }
  const run = drillRun(plan.trace, rules, plan.goalMs, at);
  if (run === null) return end(state, "not-held", "no-alarm-expected", at);
  const started: DrillState = {
    ...state,
    phase: "under-way",
    waitsFor: null,
    startedAt: at,
    run,
    probe: unheardOf(),
  };
  const first = play(started, rules, at);
  return { state: first ?? started, events: ["started"] };
}

function goOn(plan: DrillPlan, before: DrillState, seen: DrillSeen, at: EpochMs): DrillStep {
  const { run, startedAt } = before;
  if (run === null || startedAt === null) return { state: before, events: [] };
  const { state, events } = noted(before, seen);
  if (state.answeredAt !== null) {
    const { outcome, why } = judged(plan, state);
    return end(state, outcome, why, at, events);
  }
  if (seen.isInterrupted) return end(state, "broken-off", "real-alarm", at, events);
  if (seen.rules === null) return end(state, "broken-off", "probe-gone", at, events);
  if (at >= startedAt + run.lengthMs) {
    const { outcome, why } = judged(plan, state);
    return end(state, outcome, why, at, events);
  }
  const next = play(state, seen.rules, at);
  return next === null ? { state, events } : { state: next, events: [...events, "played"] };
}

function noted(state: DrillState, seen: DrillSeen): DrillStep {
  const events: DrillEvent[] = [];
  const raisedAt = state.raisedAt ?? seen.raisedAt;
  const handedOverAt = state.handedOverAt ?? seen.handedOverAt;
  const answeredAt = state.answeredAt ?? seen.answer?.at ?? null;
  if (raisedAt !== state.raisedAt) events.push("raised");
  if (handedOverAt !== state.handedOverAt) events.push("handed-over");
  if (answeredAt !== state.answeredAt) events.push("answered");
  if (events.length === 0) return { state, events };
  const answeredBy = state.answeredBy ?? seen.answer?.by ?? null;
  return { state: { ...state, raisedAt, handedOverAt, answeredAt, answeredBy }, events };
}

/** Whether a drill passed, by what was measured. */
function judged(
  { goalMs }: DrillPlan,
  { raisedAt, handedOverAt, answeredAt }: DrillState,
): { readonly outcome: "passed" | "not-passed"; readonly why: DrillWhy | null } {
  if (raisedAt === null) return { outcome: "not-passed", why: "no-alarm" };
  if (handedOverAt === null) return { outcome: "not-passed", why: "nobody-told" };
  if (answeredAt === null) return { outcome: "not-passed", why: "unanswered" };
  return answeredAt - raisedAt <= goalMs
    ? { outcome: "passed", why: null }
    : { outcome: "not-passed", why: "late" };
}

/** Gives the engine the readings that are due, and looks where an alarm is; null where nothing is. */
function play(state: DrillState, rules: ProbeRules, at: EpochMs): DrillState | null {
  const { run, startedAt, probe } = state;
  if (run === null || startedAt === null || probe === null) return null;
  const due = run.readings.slice(state.played).filter(({ afterMs }) => startedAt + afterMs <= at);
  const isAlarmDue = state.alarmDueAt !== null && state.alarmDueAt <= at;
  if (due.length === 0 && !isAlarmDue) return null;
  const placed = due.map((reading) => placedReading(reading, startedAt));
  const after = judge(probe, placed, rulesOfTrace(rules)).state;
  const { dueAt } = probeConditions(after, rules, at);
  return { ...state, played: state.played + due.length, probe: after, alarmDueAt: dueAt };
}

function end(
  state: DrillState,
  outcome: DrillOutcome,
  why: DrillWhy | null,
  at: EpochMs,
  events: readonly DrillEvent[] = [],
): DrillStep {
  // What the engine made of the trace is of no use any more.
  const over: DrillState = {
    ...state,
    phase: "over",
    outcome,
    why,
    waitsFor: null,
    endedAt: at,
    probe: null,
    alarmDueAt: null,
  };
  return { state: over, events: [...events, "ended"] };
}
