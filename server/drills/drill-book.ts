import { dateAt, firstInstant } from "@coldkeep/core/duty/wall.ts";
import type { ChannelFact } from "@coldkeep/core/duty/reach.ts";
import { probeConditions } from "@coldkeep/core/alarms/probe-conditions.ts";
import {
  cancelDrill,
  type DrillPlan,
  type DrillState,
  type DrillStep,
  plannedDrill,
  stepDrill,
} from "@coldkeep/core/drills/drill.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { DrillNews } from "@coldkeep/core/wording/drill-news.ts";
import type { Acting } from "../access/acting.ts";
import { type AlarmBook, openAlarmBook } from "../alarms/alarm-book.ts";
import { changeDetail } from "../audit/detail.ts";
import type { Commit } from "../journal/committer.ts";
import type { SiteBook } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";
import type { DeliveryBook } from "../summons/delivery-book.ts";
import type { Notes } from "../summons/notes.ts";
import { makeDrillTeller, policyOfDrill } from "./drill-calls.ts";
import { drillLane, markedDeliveries, subjectOf } from "./drill-lane.ts";
import { type DrillRows, type KeptDrill, openDrillRows } from "./drill-rows.ts";
import { makeDrillSight } from "./drill-sight.ts";

/** Most drills that are planned or under way at one time. */
export const drillsOpenMax = 200;

/** A drill that somebody wants. */
export type DrillOrder = Omit<DrillPlan, "number" | "id" | "plannedAt">;

/** All drills, and the alarms of the one that is under way. */
export interface DrillBook {
  /** The alarms of drills: the same code as in earnest, in a lane of its own. */
  readonly alarms: AlarmBook;
  readonly rows: DrillRows;
  readonly begin: (commit: Commit) => void;
  /** Plans a drill. Throws `drill.too-many`. */
  readonly plan: (commit: Commit, order: DrillOrder) => KeptDrill;
  /** Ends a drill because somebody says so. Throws `drill.unknown`, `drill.over`. */
  readonly cancel: (commit: Commit, id: string, who: Acting, reason: string) => void;
  /** True where a drill has something to do at an instant. */
  readonly isDue: (at: EpochMs) => boolean;
  readonly tick: (commit: Commit) => void;
}

/** What the book works with: `alarms` are those in earnest, which it looks at and never touches. */
export interface DrillBookParts {
  readonly database: Database;
  readonly alarms: Pick<AlarmBook, "underWay">;
  readonly deliveries: DeliveryBook;
  readonly notes: Notes;
  readonly channels: () => readonly ChannelFact[];
  readonly site: () => SiteBook;
  readonly pages: () => string | null;
}

/** Opens the drills on the records. */
export function openDrillBook(parts: DrillBookParts): DrillBook {
  const { database, site } = parts;
  const rows = openDrillRows(database);
  const lane = drillLane(database, rows);
  const deliveries = markedDeliveries(parts.deliveries, lane.drill);
  const alarms = openAlarmBook({ ...parts, deliveries, lane });
  const see = makeDrillSight({ ...parts, drills: rows });
  const tell = makeDrillTeller(parts);

  const save = (commit: Commit, plan: DrillPlan): KeptDrill => {
    const drill: KeptDrill = { plan, state: plannedDrill, sinceDelivery: 0 };
    rows.save(drill);
    const { actor, name, role } = plan.plannedBy;
    rows.note(commit, plan.id, "planned", actor, { name, startAt: plan.startAt, reason: plan.reason });
    const { appliance, probe, trace, startAt, goalMs, repeatDays, isAnnounced } = plan;
    const played = trace.kind === "scenario" ? trace.scenario : `${trace.probe} ${trace.from}-${trace.to}`;
    const to = { appliance, probe, trace: played, startAt, goalMs, repeatDays, isAnnounced };
    const detail = changeDetail({ why: plan.reason, to, role });
    commit.audit({ actor, action: "drill.planned", subject: plan.id, detail });
    return drill;
  };

  const take = (
    commit: Commit,
    drill: KeptDrill,
    { state, events }: DrillStep,
    who?: Acting,
    why?: string,
  ): void => {
    const { plan } = drill;
    const isStart = events.includes("started");
    if (events.includes("ended")) {
      finish(commit, drill, state, who, why);
      return;
    }
    const sinceDelivery = isStart ? rows.newestDelivery() : drill.sinceDelivery;
    rows.save({ plan, state, sinceDelivery });
    if (events.includes("waiting")) rows.note(commit, plan.id, "waiting", "system", { for: state.waitsFor });
    if (isStart) start(commit, plan, state);
    if (isStart || events.includes("played")) judge(commit, plan, state);
  };

  const start = (commit: Commit, plan: DrillPlan, { run }: DrillState): void => {
    if (run === null) return;
    const policy = policyOfDrill(site().site, plan, run.expected);
    const { expected, lengthMs } = run;
    rows.note(commit, plan.id, "started", "system", { expected, lengthMs, policy: policy?.id ?? null });
    const detail = changeDetail({ why: plan.reason, from: "planned", to: "under way" }, { expected });
    commit.audit({ actor: "system", action: "drill.started", subject: plan.id, detail });
    if (plan.isAnnounced) tell.begins(commit, plan, policy);
  };

  const judge = (commit: Commit, plan: DrillPlan, { probe }: DrillState): void => {
    const placed = site().probes.get(plan.probe);
    if (placed === undefined || probe === null) return;
    const played = { ...placed, id: subjectOf(plan.number), appliance: plan.appliance };
    const { conditions } = probeConditions(probe, placed.rules, commit.at);
    alarms.judgeProbe(commit, played, probe, conditions);
  };

  /** Ends the drill's alarms and calls without a word to anybody, then tells those who were told. */
  const finish = (
    commit: Commit,
    drill: KeptDrill,
    state: DrillState,
    who: Acting | undefined,
    why: string | undefined,
  ): void => {
    const { plan } = drill;
    const actor = who?.actor ?? "system";
    if (drill.state.phase === "under-way") {
      alarms.dropAll(commit);
      for (const { id, summons, state: sent } of deliveries.ofDrill(plan.id))
        if (summons !== null && sent.outcome === null) deliveries.step(commit, id, { kind: "withdraw" });
      tell.over(commit, plan, newsOf(state));
    }
    rows.save({ plan, state, sinceDelivery: drill.sinceDelivery });
    const { outcome, why: code } = state;
    rows.note(commit, plan.id, "ended", actor, { outcome, why: code, reason: why ?? null });
    const detail = changeDetail(
      { why: why ?? null, from: drill.state.phase, to: outcome, role: who?.role ?? null },
      { code, answeredBy: state.answeredBy },
    );
    commit.audit({ actor, action: "drill.ended", subject: plan.id, detail });
    if (plan.repeatDays !== null && outcome !== "cancelled") again(commit, plan, plan.repeatDays);
  };

  /** Plans the next of a drill that is held again and again, at the same time of day of the site. */
  const again = (commit: Commit, plan: DrillPlan, days: number): void => {
    const { timeZone } = site().site;
    const time = Temporal.Instant.fromEpochMilliseconds(plan.startAt).toZonedDateTimeISO(timeZone);
    let date = dateAt(plan.startAt, timeZone);
    let startAt = plan.startAt;
    while (startAt <= commit.at) {
      date = date.add({ days });
      startAt = firstInstant(date, time.toPlainTime().toString(), timeZone);
    }
    const number = rows.nextNumber();
    save(commit, { ...plan, number, id: `drill-${number}`, startAt, plannedAt: commit.at });
  };

  return {
    alarms,
    rows,
    begin: alarms.begin,
    plan: (commit, order) => {
      if (rows.openCount() >= drillsOpenMax)
        throw new CodedError(
          "drill.too-many",
          `${drillsOpenMax} drills are planned already, which is all that can be at one time.`,
        );
      const number = rows.nextNumber();
      return save(commit, { ...order, number, id: `drill-${number}`, plannedAt: commit.at });
    },
    cancel: (commit, id, who, reason) => {
      const drill = rows.find(id);
      if (drill === null) throw new CodedError("drill.unknown", `There is no drill "${id}".`);
      if (drill.state.phase === "over")
        throw new CodedError("drill.over", `Drill "${id}" is over; there is nothing to stop.`);
      take(commit, drill, cancelDrill(drill.state, commit.at), who, reason);
    },
    isDue: (at) =>
      rows.dueBy(at).some((drill) => stepDrill(drill, see(drill, at), at).state !== drill.state) ||
      (rows.underWay() !== null && alarms.isDue(at)),
    tick: (commit) => {
      for (const drill of rows.dueBy(commit.at)) {
        const step = stepDrill(drill, see(drill, commit.at), commit.at);
        if (step.state !== drill.state) take(commit, drill, step);
      }
      // What was broken off calls nobody any more.
      if (rows.underWay() !== null && alarms.isDue(commit.at)) alarms.tick(commit);
    },
  };
}

function newsOf({ outcome, answeredAt, answeredBy, raisedAt }: DrillState): DrillNews {
  if (outcome === "broken-off") return { kind: "broken-off" };
  if (outcome === "cancelled") return { kind: "cancelled" };
  if (answeredAt === null || raisedAt === null) return { kind: "unanswered" };
  return { kind: "answered", by: answeredBy ?? "", withinMs: answeredAt - raisedAt };
}
