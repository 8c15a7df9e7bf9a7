import { phaseOf } from "@coldkeep/core/alarms/lifecycle.ts";
import type { DrillBlock, DrillSeen } from "@coldkeep/core/drills/drill.ts";
import { drillRun } from "@coldkeep/core/drills/foretell.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { AlarmBook } from "../alarms/alarm-book.ts";
import { type KeptAlarm, keptAlarmOf } from "../alarms/kept-alarm.ts";
import type { SiteBook } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";
import { peopleOf, policyOfDrill } from "./drill-calls.ts";
import { alarmsOfDrill } from "./drill-lane.ts";
import type { DrillRows, KeptDrill } from "./drill-rows.ts";

/** What is looked at. */
export interface SightParts {
  readonly database: Database;
  readonly drills: DrillRows;
  /** The alarms in earnest: looked at, never touched. */
  readonly alarms: Pick<AlarmBook, "underWay">;
  readonly site: () => SiteBook;
}

/** Sees what is real around a drill, and what has become of its own alarm, from the records alone. */
export function makeDrillSight({ database, drills, alarms, site }: SightParts) {
  const callsSince = database.prepare(
    `SELECT DISTINCT deliveries.contact AS contact, alarms.state AS alarm FROM deliveries
       LEFT JOIN summons_alarms ON summons_alarms.summons = deliveries.summons
       LEFT JOIN alarms ON alarms.id = summons_alarms.alarm
     WHERE deliveries.number > ? AND deliveries.drill IS NULL AND deliveries.summons IS NOT NULL`,
  );
  const openCalls = database.prepare(
    `SELECT DISTINCT deliveries.contact AS contact, alarms.state AS alarm FROM summonses
       JOIN deliveries ON deliveries.summons = summonses.id
       JOIN summons_alarms ON summons_alarms.summons = summonses.id
       JOIN alarms ON alarms.id = summons_alarms.alarm
     WHERE summonses.ended IS NULL AND summonses.drill IS NULL`,
  );
  const handedOver = database.prepare(
    `SELECT min(delivery_events.at) AS at FROM deliveries JOIN delivery_events ON delivery_events.delivery = deliveries.id
     WHERE deliveries.drill = ? AND deliveries.summons IS NOT NULL
       AND (event = 'accepted' OR (event = 'ended' AND detail IN ('delivered', 'handed-over')))`,
  );

  const peopleFor = ({ plan, state }: KeptDrill, at: EpochMs): string[] => {
    const { site: given, probes } = site();
    const rules = probes.get(plan.probe)?.rules;
    const run = state.run ?? (rules === undefined ? null : drillRun(plan.trace, rules, plan.goalMs, at));
    return run === null ? [] : peopleOf(given, policyOfDrill(given, plan, run.expected), at);
  };

  const blockOf = (drill: KeptDrill, at: EpochMs): DrillBlock | null => {
    const unanswered = alarms.underWay().filter(({ state }) => phaseOf(state) === "unacknowledged");
    if (unanswered.some(({ severity }) => severity === "critical")) return "critical-alarm";
    if (unanswered.some(({ appliance }) => appliance === drill.plan.appliance)) return "alarm-here";
    const people = new Set(peopleFor(drill, at));
    const isCalled = openCalls
      .all()
      .some((row) => people.has(String(row["contact"])) && alarmIn(row)?.severity !== "advisory");
    if (isCalled) return "people-called";
    const other = drills.underWay();
    return other !== null && other.plan.id !== drill.plan.id ? "other-drill" : null;
  };

  const isInterrupted = (drill: KeptDrill, at: EpochMs): boolean => {
    const calls = callsSince.all(drill.sinceDelivery);
    if (calls.length === 0) return false;
    const people = new Set(peopleFor(drill, at));
    return calls.some(
      (row) => people.has(String(row["contact"])) || alarmIn(row)?.appliance === drill.plan.appliance,
    );
  };

  const ownOf = ({ plan, state }: KeptDrill): Pick<DrillSeen, "raisedAt" | "handedOverAt" | "answer"> => {
    const expected = state.run?.expected.kind;
    const [alarm] = alarmsOfDrill(database, plan.id).filter(({ kind }) => kind === expected);
    const at = handedOver.get(plan.id)?.["at"];
    const taken = drills
      .happenings(plan.id)
      .find(({ event, detail }) => event === "alarm-acknowledged" && detail["alarm"] === alarm?.id);
    const isAnswered = alarm !== undefined && taken !== undefined;
    return {
      raisedAt: alarm?.state.raisedAt ?? null,
      handedOverAt: typeof at === "number" ? at : null,
      answer: isAnswered ? { at: taken.at, by: alarm.state.acknowledgedBy ?? taken.actor } : null,
    };
  };

  return (drill: KeptDrill, at: EpochMs): DrillSeen => {
    const rules = site().probes.get(drill.plan.probe)?.rules ?? null;
    const isPlanned = drill.state.phase === "planned";
    const own = isPlanned ? { raisedAt: null, handedOverAt: null, answer: null } : ownOf(drill);
    return {
      rules,
      blockedBy: isPlanned ? blockOf(drill, at) : null,
      isInterrupted: !isPlanned && isInterrupted(drill, at),
      ...own,
    };
  };
}

function alarmIn(row: Record<string, unknown>): KeptAlarm | null {
  const state = row["alarm"];
  return typeof state === "string" ? keptAlarmOf(state) : null;
}
