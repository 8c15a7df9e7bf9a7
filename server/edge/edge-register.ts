import type { AlarmKind } from "@coldkeep/core/alarms/alarm.ts";
import { type EdgeWord, reachedAt } from "@coldkeep/core/alarms/edge-word.ts";
import type { EdgeAlarm } from "@coldkeep/core/contract/edge.ts";
import { type DurationMs, type EpochMs, minuteMs, parseInstant } from "@coldkeep/core/time/millis.ts";
import type { Database } from "../store/database.ts";

/** What a gateway has reported of one alarm so far. */
export interface EdgeRecord {
  /** The alarm that stands for it. */
  readonly alarm: string;
  readonly asOf: EpochMs;
  readonly report: EdgeAlarm;
}

/** All that gateways reported of alarms that they raised. */
export interface EdgeRegister {
  readonly find: (gateway: string, id: string) => EdgeRecord | null;
  readonly save: (gateway: string, record: EdgeRecord) => void;
  /** What gateways reported of alarms that one of the server's stands for. */
  readonly standingFor: (alarm: string) => { readonly gateway: string; readonly report: EdgeAlarm }[];
  /** The reported alarm that stood for all of a stretch of a probe's time, with a person reached while it lasted; null where there is none. */
  readonly covering: (
    subject: string,
    kinds: readonly AlarmKind[],
    stretch: CoveredStretch,
  ) => Covering | null;
}

/** A stretch of event time that somebody should have been called about. */
export interface CoveredStretch {
  readonly start: EpochMs;
  readonly end: EpochMs;
  readonly critical: boolean;
}

/** Who stood for it, and since when a person knew. */
export interface Covering {
  readonly alarm: string;
  readonly gateway: string;
  readonly reachedAt: EpochMs;
}

/** How long after the end of what it was about a call may still have reached somebody: that is how long it may have been under way. */
export const reachMarginMs: DurationMs = minuteMs;

/** Opens the register on the records. */
export function openEdgeRegister(database: Database): EdgeRegister {
  const one = database.prepare("SELECT alarm, as_of, report FROM edge_alarms WHERE gateway = ? AND id = ?");
  const upsert = database.prepare(
    `INSERT INTO edge_alarms (gateway, id, alarm, kind, subject, raised_at, cleared_at, reached_at, reached_critical_at, as_of, report)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (gateway, id) DO UPDATE SET alarm = excluded.alarm, cleared_at = excluded.cleared_at, reached_at = excluded.reached_at,
       reached_critical_at = excluded.reached_critical_at, as_of = excluded.as_of, report = excluded.report`,
  );
  const ofAlarm = database.prepare(
    "SELECT gateway, report FROM edge_alarms WHERE alarm = ? ORDER BY gateway, id",
  );
  const stood = database.prepare(
    `SELECT alarm, gateway, CASE WHEN ?4 THEN reached_critical_at ELSE reached_at END AS reached FROM edge_alarms
     WHERE subject = ?1 AND kind = ?5 AND raised_at BETWEEN ?2 AND ?3 AND (cleared_at IS NULL OR cleared_at >= ?6)
       AND CASE WHEN ?4 THEN reached_critical_at ELSE reached_at END <= ?3
     ORDER BY reached LIMIT 1`,
  );
  return {
    find: (gateway, id) => {
      const row = one.get(gateway, id);
      if (row === undefined) return null;
      const report = JSON.parse(String(row["report"])) as EdgeAlarm;
      return { alarm: String(row["alarm"]), asOf: Number(row["as_of"]), report };
    },
    save: (gateway, { alarm, asOf, report }) => {
      const { id, kind, subject } = report;
      const word = wordOf(report);
      const reached = [reachedAt(word, "warning"), reachedAt(word, "critical")] as const;
      const { raisedAt, clearedAt } = word;
      const text = JSON.stringify(report);
      upsert.run(gateway, id, alarm, kind, subject, raisedAt, clearedAt, ...reached, asOf, text);
    },
    standingFor: (alarm) =>
      ofAlarm.all(alarm).map((row) => ({
        gateway: String(row["gateway"]),
        report: JSON.parse(String(row["report"])) as EdgeAlarm,
      })),
    covering: (subject, kinds, { start, end, critical }) => {
      for (const kind of kinds) {
        const row = stood.get(subject, start, end + reachMarginMs, critical ? 1 : 0, kind, end);
        if (row !== undefined)
          return {
            alarm: String(row["alarm"]),
            gateway: String(row["gateway"]),
            reachedAt: Number(row["reached"]),
          };
      }
      return null;
    },
  };
}

/** A report's facts as the lifecycle takes them. */
export function wordOf(report: EdgeAlarm): EdgeWord {
  return {
    raisedAt: epoch(report.raisedAt),
    clearedAt: report.clearedAt === null ? null : epoch(report.clearedAt),
    acknowledgedAt: report.acknowledgedAt === null ? null : epoch(report.acknowledgedAt),
    acknowledgedBy: report.acknowledgedBy,
    severity: report.severity,
    calls: report.calls.map(({ at, about, severity, outcome }) => ({
      at: epoch(at),
      about,
      severity,
      outcome,
    })),
  };
}

function epoch(text: string): EpochMs {
  return parseInstant(text) ?? 0;
}
