import { canaryId } from "@coldkeep/core/canary/canary-section.ts";
import type { AlarmPhase } from "@coldkeep/core/alarms/alarm.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Database } from "../store/database.ts";
import { type KeptAlarm, keptAlarmOf } from "./kept-alarm.ts";

/** What alarms to read, newest first. Without a phase those that are over are left out. */
export interface AlarmFilter {
  readonly phase?: AlarmPhase | undefined;
  readonly after?: { readonly raisedAt: EpochMs; readonly id: string } | undefined;
  readonly limit: number;
}

/** Alarms on record, without those of the canary, which has a page of its own. */
export function listAlarms(database: Database, { phase, after, limit }: AlarmFilter): KeptAlarm[] {
  let query = database.query
    .selectFrom("alarms")
    .select("state")
    .where("subject", "<>", canaryId)
    .orderBy("raised_at", "desc")
    .orderBy("id")
    .limit(limit);
  query = phase === undefined ? query.where("phase", "<>", "normal") : query.where("phase", "=", phase);
  if (after !== undefined) {
    query = query.where((where) =>
      where.or([
        where("raised_at", "<", after.raisedAt),
        where.and([where("raised_at", "=", after.raisedAt), where("id", ">", after.id)]),
      ]),
    );
  }
  return database.all(query).map((row) => keptAlarmOf(row.state));
}

/** Alarms about a probe raised in a stretch of time, oldest first, at most `limit`. */
export function alarmsAbout(
  database: Database,
  subjects: readonly string[],
  from: EpochMs,
  to: EpochMs,
  limit: number,
): KeptAlarm[] {
  if (subjects.length === 0) return [];
  const query = database.query
    .selectFrom("alarms")
    .select("state")
    .where("subject", "in", [...subjects])
    .where("raised_at", ">=", from)
    .where("raised_at", "<=", to)
    .orderBy("raised_at")
    .limit(limit);
  return database.all(query).map((row) => keptAlarmOf(row.state));
}
