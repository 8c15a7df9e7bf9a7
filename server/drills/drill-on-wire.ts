import type { Drill } from "@coldkeep/core/drills/drill.ts";
import { instantOrNull } from "@coldkeep/core/contract/instants.ts";
import { formatInstant, minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import type { DrillRecord } from "./drill-record.ts";

/** A drill as the calls answer it. */
export function drillOnWire({ plan, state }: Drill) {
  const { trace } = plan;
  const expected = state.run?.expected ?? null;
  return {
    id: plan.id,
    appliance: plan.appliance,
    probe: plan.probe,
    trace:
      trace.kind === "scenario"
        ? { scenario: trace.scenario }
        : { probe: trace.probe, from: formatInstant(trace.from), to: formatInstant(trace.to) },
    phase: state.phase,
    outcome: state.outcome,
    why: state.why ?? state.waitsFor,
    startAt: formatInstant(plan.startAt),
    answerWithinMinutes: plan.goalMs / minuteMs,
    repeatDays: plan.repeatDays,
    announced: plan.isAnnounced,
    reason: plan.reason,
    plannedBy: plan.plannedBy.name,
    plannedAt: formatInstant(plan.plannedAt),
    startedAt: instantOrNull(state.startedAt),
    endedAt: instantOrNull(state.endedAt),
    expected:
      expected === null
        ? null
        : {
            kind: expected.kind,
            severity: expected.severity,
            afterSeconds: expected.afterMs / secondMs,
          },
    raisedAt: instantOrNull(state.raisedAt),
    handedOverAt: instantOrNull(state.handedOverAt),
    answeredAt: instantOrNull(state.answeredAt),
    answeredBy: state.answeredBy,
  };
}

/** A drill with its record as the calls answer it. */
export function recordOnWire(record: DrillRecord) {
  return {
    ...drillOnWire(record),
    happenings: record.happenings.map(({ at, ...rest }) => ({ at: formatInstant(at), ...rest })),
    messages: record.messages.map(({ id, contact, medium, isCall, owedAt, outcome, events }) => ({
      id,
      contact,
      medium,
      isCall,
      owedAt: formatInstant(owedAt),
      outcome,
      events: events.map(({ at, ...rest }) => ({ at: formatInstant(at), ...rest })),
    })),
    signatures: record.signatures.map(({ id, name, role, at, meaning, reason, stands }) => ({
      id,
      name,
      role,
      at: formatInstant(at),
      meaning,
      reason,
      stands,
    })),
  };
}
