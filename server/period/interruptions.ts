import type { Interval } from "@coldkeep/core/engine/line.ts";
import { type EpochMs, parseInstant } from "@coldkeep/core/time/millis.ts";
import { gatewaySilentAfterMs } from "../judging/site-engine.ts";
import type { Database } from "../store/database.ts";

/** What can be why readings are missing. */
export type InterruptionKind = "out-of-service" | "power" | "gateway-silent";

/** A stretch in which something is on record that can be why readings are missing. `to` is null while it lasts. */
export interface Interruption {
  readonly kind: InterruptionKind;
  /** An appliance, a device or a gateway. */
  readonly subject: string;
  readonly from: EpochMs;
  readonly to: EpochMs | null;
  /** Who said it, and why, where a person did. */
  readonly said: string | null;
}

interface Change {
  readonly subject: string;
  readonly at: EpochMs;
  readonly isOn: boolean;
  readonly said: string | null;
  /** When it ends if nobody says anything further. */
  readonly until: EpochMs | null;
}

/** Everything of that kind on record that touches a window, in order of kind, subject and time. */
export function interruptionsIn(database: Database, window: Interval): Interruption[] {
  return [
    ...stretches("out-of-service", serviceChanges(database, window.to)),
    ...stretches("power", powerChanges(database, window.to)),
    ...stretches("gateway-silent", silenceChanges(database, window.to)),
  ].filter(({ from, to }) => from < window.to && (to === null || to > window.from));
}

function serviceChanges(database: Database, before: EpochMs): Change[] {
  const rows = database.all(
    database.query
      .selectFrom("audit")
      .select(["at", "actor", "action", "subject", "detail"])
      .where("action", "in", ["appliance.removed-from-service", "appliance.returned-to-service"])
      .where("at", "<", before)
      .orderBy("subject")
      .orderBy("seq"),
  );
  return rows.map(({ at, actor, action, subject, detail }) => {
    const { why, reason, to, until } = JSON.parse(detail) as ServiceDetail;
    const because = why ?? reason ?? null;
    return {
      subject,
      at,
      isOn: action === "appliance.removed-from-service",
      said: because === null ? actor : `${actor}: ${because}`,
      until: until ?? parseInstant((to ?? "").split(" ").at(-1) ?? ""),
    };
  });
}

/** What the trail says of service: `to` ends in the instant until which; older entries say `reason` and `until`. */
interface ServiceDetail {
  readonly why?: string | null;
  readonly to?: string | null;
  readonly reason?: string | null;
  readonly until?: EpochMs | null;
}

function powerChanges(database: Database, before: EpochMs): Change[] {
  const rows = database
    .prepare(
      "SELECT subject, at, active FROM equipment_events WHERE kind = 'power' AND at < ? ORDER BY subject, at, active",
    )
    .all(before);
  return rows.map((row) => ({
    subject: String(row["subject"]),
    at: Number(row["at"]),
    isOn: row["active"] === 1,
    said: null,
    until: null,
  }));
}

/** A gateway is silent from when it was last heard, which is as long before the alarm as it takes to call it silent. */
function silenceChanges(database: Database, before: EpochMs): Change[] {
  const rows = database
    .prepare(
      `SELECT subject, alarm_events.at AS at, event FROM alarm_events JOIN alarms ON alarms.id = alarm_events.alarm
       WHERE kind = 'gateway-silent' AND event IN ('raised', 'returned') AND alarm_events.at < ? ORDER BY subject, number`,
    )
    .all(before + gatewaySilentAfterMs);
  return rows.map((row) => {
    const isOn = row["event"] === "raised";
    const at = Number(row["at"]) - (isOn ? gatewaySilentAfterMs : 0);
    return { subject: String(row["subject"]), at, isOn, said: null, until: null };
  });
}

/** Changes in order of subject and time as stretches. */
function stretches(kind: InterruptionKind, changes: readonly Change[]): Interruption[] {
  const found: Interruption[] = [];
  let open: Change | null = null;
  const close = (change: Change, at: EpochMs | null): void => {
    const to = at === null ? change.until : Math.min(at, change.until ?? at);
    found.push({ kind, subject: change.subject, from: change.at, to, said: change.said });
  };
  for (const change of changes) {
    if (open !== null && open.subject !== change.subject) {
      close(open, null);
      open = null;
    }
    if (open !== null) close(open, change.at);
    open = change.isOn ? change : null;
  }
  if (open !== null) close(open, null);
  return joined(found);
}

/** Stretches of one subject that follow each other at once, with the same word said, are one. */
function joined(found: readonly Interruption[]): Interruption[] {
  const result: Interruption[] = [];
  for (const each of found) {
    const before = result.at(-1);
    if (
      before !== undefined &&
      before.subject === each.subject &&
      before.to === each.from &&
      before.said === each.said
    )
      result[result.length - 1] = { ...before, to: each.to };
    else result.push(each);
  }
  return result;
}
