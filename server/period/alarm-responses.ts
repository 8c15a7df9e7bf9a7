import { canaryId } from "@coldkeep/core/canary/canary-section.ts";
import type { AlarmKind, AlarmPhase, AlarmSeverity } from "@coldkeep/core/alarms/alarm.ts";
import { phaseOf } from "@coldkeep/core/alarms/lifecycle.ts";
import type { Interval } from "@coldkeep/core/engine/line.ts";
import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";
import { keptAlarmOf } from "../alarms/kept-alarm.ts";
import type { Database } from "../store/database.ts";

/** An alarm raised in the window, and how it was answered. */
export interface AlarmResponse {
  readonly id: string;
  readonly kind: AlarmKind;
  readonly severity: AlarmSeverity;
  readonly phase: AlarmPhase;
  readonly subject: string;
  readonly appliance: string | null;
  readonly text: string;
  readonly raisedAt: EpochMs;
  readonly acknowledgedAt: EpochMs | null;
  readonly acknowledgedBy: string | null;
  /** When its condition was last gone; null while it lasts. */
  readonly returnedAt: EpochMs | null;
  /** True where a person has to answer it and nobody has. */
  readonly isUnanswered: boolean;
}

/** Alarms raised in a window (none of the canary), in the order in which they were, answered as known now. */
export function alarmResponses(database: Database, { from, to }: Interval): AlarmResponse[] {
  const events = database.prepare(
    "SELECT at, event, actor FROM alarm_events WHERE alarm = ? AND event IN ('acknowledged', 'returned') ORDER BY number",
  );
  const rows = database.all(
    database.query
      .selectFrom("alarms")
      .select("state")
      .where("raised_at", ">=", from)
      .where("raised_at", "<", to)
      .where("subject", "<>", canaryId)
      .orderBy("raised_at")
      .orderBy("id"),
  );
  return rows.map((row) => {
    const { id, kind, severity, subject, appliance, text, state } = keptAlarmOf(row.state);
    const heard = events.all(id);
    const acknowledged = heard.find(({ event }) => event === "acknowledged");
    const returned = heard.findLast(({ event }) => event === "returned");
    return {
      id,
      kind,
      severity,
      phase: phaseOf(state),
      subject,
      appliance,
      text,
      raisedAt: state.raisedAt,
      acknowledgedAt: acknowledged === undefined ? null : Number(acknowledged["at"]),
      acknowledgedBy: acknowledged === undefined ? null : String(acknowledged["actor"]),
      returnedAt: returned === undefined || state.condition ? null : Number(returned["at"]),
      isUnanswered: acknowledged === undefined && state.awaited && !state.acknowledged,
    };
  });
}

/** How fast alarms were answered: from when they were raised until somebody acknowledged them. */
export interface ResponseFigures {
  readonly raised: number;
  readonly answered: number;
  readonly unanswered: number;
  /** Nearest rank; null where none was answered. */
  readonly medianMs: DurationMs | null;
  readonly p90Ms: DurationMs | null;
  readonly longestMs: DurationMs | null;
}

/** The figures of some alarms. */
export function responseFigures(alarms: readonly AlarmResponse[]): ResponseFigures {
  const took = alarms
    .flatMap(({ raisedAt, acknowledgedAt }) => (acknowledgedAt === null ? [] : [acknowledgedAt - raisedAt]))
    .toSorted((a, b) => a - b);
  const rank = (share: number): DurationMs | null => took[Math.ceil(took.length * share) - 1] ?? null;
  return {
    raised: alarms.length,
    answered: took.length,
    unanswered: alarms.filter(({ isUnanswered }) => isUnanswered).length,
    medianMs: rank(0.5),
    p90Ms: rank(0.9),
    longestMs: took.at(-1) ?? null,
  };
}
