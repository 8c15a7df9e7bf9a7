import { correctiveState, dayIn } from "@coldkeep/core/corrective/corrective-action.ts";
import type { PeriodFacts } from "./period-facts.ts";

/** What corrective actions came to in a period. */
export interface ActionCounts {
  readonly planned: number;
  readonly done: number;
  readonly cancelled: number;
  /** Open at the end of the period, or as of when the report is, if that is earlier. */
  readonly open: number;
  /** Those of them that were to be done by then. */
  readonly overdue: number;
}

/** Counts the corrective actions of a period. */
export function actionCounts({
  actions,
  window,
  knownAt,
  timeZone,
}: Pick<PeriodFacts, "actions" | "window" | "knownAt" | "timeZone">): ActionCounts {
  const ended = actions.flatMap(({ end }) => (end === null || end.at >= window.to ? [] : [end.outcome]));
  const open = actions.filter(({ end }) => end === null || end.at >= window.to);
  const last = dayIn(timeZone, Math.min(window.to - 1, knownAt));
  return {
    planned: actions.filter(({ at }) => at >= window.from).length,
    done: ended.filter((outcome) => outcome === "done").length,
    cancelled: ended.filter((outcome) => outcome === "cancelled").length,
    open: open.length,
    overdue: open.filter(({ due }) => correctiveState({ due, outcome: null }, last) === "overdue").length,
  };
}
