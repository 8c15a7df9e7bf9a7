import type { AlarmKind, AlarmSeverity } from "../alarms/alarm.ts";
import { probeConditions } from "../alarms/probe-conditions.ts";
import { judge } from "../engine/judge.ts";
import { activeEpisode, type ProbeState, unheardOf } from "../engine/probe-state.ts";
import { type ProbeRules, ruleAt } from "../site/profile.ts";
import { type DurationMs, type EpochMs, minuteMs } from "../time/millis.ts";
import { scenarioTrace } from "./scenario-trace.ts";
import {
  type DrillTrace,
  drillLengthMaxMs,
  placedReading,
  rulesOfTrace,
  type TraceReading,
} from "./trace.ts";

/** The alarm that a trace is to raise by the rules in force. */
export interface ExpectedAlarm {
  readonly kind: AlarmKind;
  /** As it is raised; it may become worse later. */
  readonly severity: AlarmSeverity;
  readonly afterMs: DurationMs;
}

/** What a drill plays and what is to come of it. */
export interface DrillRun {
  readonly readings: readonly TraceReading[];
  readonly expected: ExpectedAlarm;
  readonly lengthMs: DurationMs;
}

/** How long a drill goes on after the time in which it should have been answered, so that it is seen who answers late. */
export const drillAfterGoalMs: DurationMs = 15 * minuteMs;

/** How a drill begins at an instant by the rules in force. Null where its trace raises no alarm that calls for somebody. */
export function drillRun(
  trace: DrillTrace,
  rules: ProbeRules,
  goalMs: DurationMs,
  startAt: EpochMs,
): DrillRun | null {
  const profile = ruleAt(rules.profiles, startAt);
  const played =
    trace.kind === "scenario"
      ? scenarioTrace(trace.scenario, profile, drillLengthMaxMs)
      : heldOn(trace.readings, Math.max(Math.min(minuteMs, Math.floor(profile.maxGap / 2)), 1));
  if (played === null) return null;
  const expected = foretell(played, rules, startAt);
  if (expected === null) return null;
  const wanted = expected.afterMs + goalMs + drillAfterGoalMs;
  const lengthMs = Math.min(
    trace.kind === "recorded" ? Math.max(wanted, trace.to - trace.from) : wanted,
    drillLengthMaxMs,
  );
  return { readings: played.filter(({ afterMs }) => afterMs <= lengthMs), expected, lengthMs };
}

/** After the end of a recorded piece its last reading is said again and again, so that its end is no silence. */
function heldOn(readings: readonly TraceReading[], stepMs: DurationMs): readonly TraceReading[] {
  const last = readings.at(-1);
  if (last === undefined) return readings;
  const count = Math.max(0, Math.floor((drillLengthMaxMs - last.afterMs) / stepMs));
  const held = Array.from({ length: count }, (_, step) => ({
    ...last,
    afterMs: last.afterMs + (step + 1) * stepMs,
  }));
  return [...readings, ...held];
}

/** The first alarm that readings raise by the rules: one that presses before one that merely advises. */
export function foretell(
  readings: readonly TraceReading[],
  probeRules: ProbeRules,
  startAt: EpochMs,
): ExpectedAlarm | null {
  const rules = rulesOfTrace(probeRules);
  let state = unheardOf();
  let advised: ExpectedAlarm | null = null;
  const meet = (at: EpochMs): ExpectedAlarm | null => {
    const on = probeConditions(state, rules, at).conditions.flatMap(({ kind, condition }) =>
      condition === "on" ? [{ kind, severity: severityOf(kind, state), afterMs: at - startAt }] : [],
    );
    advised ??= on.find(({ severity }) => severity === "advisory") ?? null;
    return on.find(({ severity }) => severity !== "advisory") ?? null;
  };
  const meetUntil = (until: EpochMs): ExpectedAlarm | null => {
    let due = probeConditions(state, rules, state.last?.at ?? startAt).dueAt;
    while (due !== null && due < until) {
      const met = meet(due);
      if (met !== null) return met;
      due = probeConditions(state, rules, due).dueAt;
    }
    return null;
  };
  for (const reading of readings) {
    const placed = placedReading(reading, startAt);
    const before = meetUntil(placed.at);
    if (before !== null) return before;
    state = judge(state, [placed], rules).state;
    const met = meet(placed.at);
    if (met !== null) return met;
  }
  return meetUntil(startAt + drillLengthMaxMs) ?? advised;
}

function severityOf(kind: AlarmKind, state: ProbeState): AlarmSeverity {
  if (kind === "temperature-warning-high" || kind === "temperature-warning-low") return "advisory";
  const side = kind === "temperature-high" ? "high" : kind === "temperature-low" ? "low" : null;
  return side !== null && activeEpisode(state, side)?.critical === true ? "critical" : "warning";
}
