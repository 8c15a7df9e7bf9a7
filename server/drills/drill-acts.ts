import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { drillRun } from "@coldkeep/core/drills/foretell.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import { type DurationMs, hourMs } from "@coldkeep/core/time/millis.ts";
import type { Acting } from "../access/acting.ts";
import { acknowledgement, type AlarmAct } from "../alarms/alarm-commands.ts";
import type { AlarmPromise } from "@coldkeep/core/alarms/alarm-state.ts";
import { inRole } from "../audit/detail.ts";
import type { Commit, Committer } from "../journal/committer.ts";
import type { SiteBook } from "../site/site-book.ts";
import type { DrillBook, DrillOrder } from "./drill-book.ts";

/** What the journal keeps of drills: each thing that somebody does, and each moment at which time did something. */
export type DrillAct =
  | { readonly act: "plan"; readonly order: DrillOrder }
  | { readonly act: "cancel"; readonly id: string; readonly who: Acting; readonly reason: string }
  | { readonly act: "answer"; readonly id: string; readonly answers: readonly AlarmAct[] }
  | { readonly act: "tick" };

/** What acting on drills needs. */
export interface DrillParts {
  readonly committer: Committer;
  readonly drills: DrillBook;
  readonly site: () => SiteBook | null;
  readonly clock: Clock;
}

/** How far ahead a drill is planned at most. */
export const drillAheadMaxMs: DurationMs = 400 * 24 * hourMs;

/**
 * Plans a drill and returns its id. Throws `drill.probe-unknown`, `drill.no-alarm` where its trace raises no alarm by the rules in force when it is to begin, `drill.too-late` and `drill.too-many`; then nothing
 * was planned.
 */
export function planDrill(parts: DrillParts, source: string, wanted: DrillOrder): string {
  const order = { ...wanted, startAt: Math.max(wanted.startAt, parts.clock.epochMs()) };
  const probe = parts.site()?.probes.get(order.probe);
  if (probe === undefined)
    throw new CodedError("drill.probe-unknown", `The site has no probe "${order.probe}".`);
  if (order.startAt > parts.clock.epochMs() + drillAheadMaxMs)
    throw new CodedError("drill.too-late", "A drill is planned at most 400 days ahead.");
  if (drillRun(order.trace, probe.rules, order.goalMs, order.startAt) === null)
    throw new CodedError(
      "drill.no-alarm",
      `What is to be played raises no alarm of probe "${order.probe}" by the rules in force then. Choose another course.`,
    );
  return perform(parts, source, { act: "plan", order }, (commit) => parts.drills.plan(commit, order).plan.id);
}

/** Ends a drill, or takes a planned one back. Throws `drill.unknown` and `drill.over`. */
export function cancelPlanned(
  parts: DrillParts,
  source: string,
  id: string,
  who: Acting,
  reason: string,
): void {
  perform(parts, source, { act: "cancel", id, who, reason }, (commit) =>
    parts.drills.cancel(inRole(commit, who.actor, who.role), id, who, reason),
  );
}

/** Answers the alarms of the drill that is under way, in the pages or by the API. Returns how many were taken on. Throws `drill.unknown`. */
export function answerDrill(
  parts: DrillParts,
  source: string,
  id: string,
  who: Acting,
  promise: AlarmPromise,
): number {
  const drill = parts.drills.rows.find(id);
  if (drill === null) throw new CodedError("drill.unknown", `There is no drill "${id}".`);
  const isUnderWay = drill.state.phase === "under-way";
  const open = isUnderWay ? parts.drills.alarms.underWay().filter(({ state }) => !state.acknowledged) : [];
  if (open.length === 0) return 0;
  const answers = open.map((alarm) => acknowledgement(alarm.id, who, null, promise));
  perform(parts, source, { act: "answer", id, answers }, (commit) => answerAll(parts, commit, answers));
  return open.length;
}

/** Lets time do what is due with drills: an input of its own, so that nothing that goes wrong in a drill takes anything real with it. */
export function tickDrills({ committer, drills }: Pick<DrillParts, "committer" | "drills">): void {
  committer.commit(entry("clock", { act: "tick" }), drills.tick);
}

/** Does again what the journal says of drills. */
export function applyDrill(parts: DrillParts, source: string, act: DrillAct): void {
  switch (act.act) {
    case "plan":
      perform(parts, source, act, (commit) => parts.drills.plan(commit, act.order));
      return;
    case "cancel":
      cancelPlanned(parts, source, act.id, act.who, act.reason);
      return;
    case "answer":
      perform(parts, source, act, (commit) => answerAll(parts, commit, act.answers));
      return;
    case "tick":
      tickDrills(parts);
      return;
  }
}

function answerAll({ drills }: DrillParts, commit: Commit, answers: readonly AlarmAct[]): void {
  for (const { alarm, by, role = null, input, note } of answers)
    drills.alarms.act(inRole(commit, by, role), alarm, input, by, note);
}

function perform<Result>(
  { committer }: DrillParts,
  source: string,
  act: DrillAct,
  work: (commit: Commit) => Result,
): Result {
  return committer.commit(entry(source, act), work);
}

function entry(source: string, act: DrillAct) {
  const body = new TextEncoder().encode(JSON.stringify(act));
  return { kind: "drill", source, encoding: "identity", body } as const;
}
