import { correctivePerExcursionMax, dayIn } from "@coldkeep/core/corrective/corrective-action.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Acting } from "../access/acting.ts";
import { changeDetail } from "../audit/detail.ts";
import type { Services } from "../http/services.ts";
import { type ActionEnd, openCorrective, type PlannedAction } from "./corrective-records.ts";

/** What corrective actions work with. */
export type CorrectiveParts = Pick<Services, "database" | "committer" | "site">;

/** What the journal keeps of a planned action. */
export interface PlanAct {
  readonly who: Acting;
  readonly action: PlannedAction;
}

/** What the journal keeps of an ended action. */
export interface EndAct {
  readonly who: Acting;
  readonly number: number;
  readonly end: ActionEnd;
}

/** Plans a corrective action for an excursion and returns its number. Throws `excursion.unknown`, `corrective.too-many`; then nothing was planned. */
export function planAction(parts: CorrectiveParts, source: string, { who, action }: PlanAct): number {
  const { database, committer } = parts;
  return committer.commit(entry("corrective-action", source, { who, action }), (commit) => {
    const { excursion, what, owner, due, cause } = action;
    const known = database.prepare("SELECT 1 FROM excursions WHERE id = ?").get(excursion);
    if (known === undefined)
      throw new CodedError("excursion.unknown", `There is no excursion "${excursion}".`);
    const records = openCorrective(database);
    if (records.ofExcursion(excursion).length >= correctivePerExcursionMax)
      throw new CodedError(
        "corrective.too-many",
        `An excursion has at most ${correctivePerExcursionMax} corrective actions, and ${excursion} has them.`,
      );
    const number = records.plan(commit, who, action);
    const detail = changeDetail(
      { why: what, to: { owner: owner.name, due }, role: who.role },
      { excursion, cause, owner },
    );
    commit.audit({ actor: who.actor, action: "corrective.planned", subject: String(number), detail });
    return number;
  });
}

/**
 * Says what became of a corrective action. Throws `corrective.unknown`, `corrective.ended` where somebody has said so already, and `corrective.future` for one done on a day that has not
 * come at the site.
 */
export function endAction(parts: CorrectiveParts, source: string, { who, number, end }: EndAct): void {
  const { database, committer, site } = parts;
  committer.commit(entry("corrective-end", source, { who, number, end }), (commit) => {
    const records = openCorrective(database);
    const kept = records.find(number);
    if (kept === null) throw new CodedError("corrective.unknown", `There is no corrective action ${number}.`);
    if (kept.end !== null)
      throw new CodedError(
        "corrective.ended",
        `Corrective action ${number} is ${kept.end.outcome}: ${kept.end.by} said so. Plan another where more is to be done.`,
      );
    const today = dayIn(site()?.site.timeZone ?? "UTC", commit.at);
    if (end.done !== null && end.done.on > today)
      throw new CodedError(
        "corrective.future",
        `${end.done.on} has not come yet; it is ${today} at the site.`,
      );
    records.end(commit, who, number, end);
    const { outcome, note, done } = end;
    const detail = changeDetail(
      { why: note, from: "open", to: outcome, role: who.role },
      { excursion: kept.excursion, done },
    );
    const action = outcome === "done" ? "corrective.done" : "corrective.cancelled";
    commit.audit({ actor: who.actor, action, subject: String(number), detail });
  });
}

function entry(kind: "corrective-action" | "corrective-end", source: string, content: PlanAct | EndAct) {
  return { kind, source, encoding: "identity", body: new TextEncoder().encode(JSON.stringify(content)) };
}
