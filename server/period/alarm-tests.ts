import type { DrillOutcome } from "@coldkeep/core/drills/drill.ts";
import type { Interval } from "@coldkeep/core/engine/line.ts";
import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";
import { drillRecord, type DrillRecordParts } from "../drills/drill-record.ts";
import { traceWords, whyOf } from "../drills/drill-words.ts";

/** A drill that ended in the window: a test of the alarms, and what came of it. */
export interface AlarmTest {
  readonly id: string;
  readonly appliance: string;
  readonly probe: string;
  readonly course: string;
  /** When it began; null where it was not held. */
  readonly startedAt: EpochMs | null;
  readonly endedAt: EpochMs;
  readonly outcome: DrillOutcome;
  /** Why it ended so, in words; null where the outcome says it. */
  readonly why: string | null;
  readonly reason: string;
  readonly plannedBy: string;
  readonly goalMs: DurationMs;
  readonly raisedAt: EpochMs | null;
  readonly handedOverAt: EpochMs | null;
  readonly answeredAt: EpochMs | null;
  readonly answeredBy: string | null;
  /** Who signed its record as reviewed, as it stands; null where nobody has. */
  readonly reviewedBy: string | null;
  readonly reviewedAt: EpochMs | null;
}

/** Drills that ended in a window, in that order. */
export function alarmTests(records: DrillRecordParts, { from, to }: Interval, timeZone: string): AlarmTest[] {
  return records.drills.rows.endedWithin(from, to).flatMap(({ plan }): AlarmTest[] => {
    const record = drillRecord(records, plan.id);
    if (record === null || record.state.endedAt === null || record.state.outcome === null) return [];
    const { state, signatures } = record;
    const review = signatures.find(({ stands }) => stands);
    return [
      {
        id: plan.id,
        appliance: plan.appliance,
        probe: plan.probe,
        course: traceWords(plan.trace, timeZone),
        startedAt: state.startedAt,
        endedAt: record.state.endedAt,
        outcome: record.state.outcome,
        why: whyOf(state),
        reason: plan.reason,
        plannedBy: plan.plannedBy.name,
        goalMs: plan.goalMs,
        raisedAt: state.raisedAt,
        handedOverAt: state.handedOverAt,
        answeredAt: state.answeredAt,
        answeredBy: state.answeredBy,
        reviewedBy: review?.name ?? null,
        reviewedAt: review?.at ?? null,
      },
    ];
  });
}

/** What the tests of a period came to. `held`: those that somebody was called by, or should have been. */
export interface TestCounts {
  readonly held: number;
  readonly passed: number;
  readonly notPassed: number;
  readonly brokenOff: number;
  readonly notHeld: number;
  readonly cancelled: number;
  /** Held, and not reviewed as they stand. */
  readonly unreviewed: number;
}

/** Counts tests. */
export function testCounts(tests: readonly AlarmTest[]): TestCounts {
  const many = (outcome: DrillOutcome): number => tests.filter((each) => each.outcome === outcome).length;
  const held = tests.filter(({ outcome }) => outcome === "passed" || outcome === "not-passed");
  return {
    held: held.length,
    passed: many("passed"),
    notPassed: many("not-passed"),
    brokenOff: many("broken-off"),
    notHeld: many("not-held"),
    cancelled: many("cancelled"),
    unreviewed: held.filter(({ reviewedBy }) => reviewedBy === null).length,
  };
}
