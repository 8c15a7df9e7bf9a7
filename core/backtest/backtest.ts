import type { ExcursionFigures } from "../engine/excursion.ts";
import { judge, present } from "../engine/judge.ts";
import { unheardOf } from "../engine/probe-state.ts";
import { type Change, reconcile } from "../engine/reconcile.ts";
import type { Reading } from "../readings/reading.ts";
import type { ProbeRules } from "../site/profile.ts";
import type { EpochMs } from "../time/millis.ts";
import { callsOf, type WouldCall } from "./calls.ts";

/** An excursion that other rules would have changed, and how. */
export interface ExcursionDifference {
  readonly change: Change;
  readonly before: ExcursionFigures | null;
  readonly after: ExcursionFigures | null;
}

/** What other rules would have made of one probe's past. */
export interface ProbeBacktest {
  readonly excursionsBefore: number;
  readonly excursionsAfter: number;
  readonly differences: readonly ExcursionDifference[];
  readonly callsBefore: readonly WouldCall[];
  readonly callsAfter: readonly WouldCall[];
}

/**
 * Judges one probe's readings (sorted, without repeats) by the rules in force and by others, with the same engine as live, and compares. The end of the
 * window is taken as the present: nothing after it is silence. Pure.
 */
export function backtestProbe(
  readings: readonly Reading[],
  before: ProbeRules,
  after: ProbeRules,
  until: EpochMs,
): ProbeBacktest {
  const old = excursionsOf(readings, before, until);
  const fresh = excursionsOf(readings, after, until);
  const recorded = old.map((figures, index) => ({ id: String(index), figures }));
  const differences = reconcile(recorded, fresh, true).map((needed): ExcursionDifference => {
    const known = needed.id === null ? null : (old[Number(needed.id)] ?? null);
    const isGone = needed.change === "withdrawn" || needed.change === "merged";
    return { change: needed.change, before: known, after: isGone ? null : needed.figures };
  });
  return {
    excursionsBefore: old.length,
    excursionsAfter: fresh.length,
    differences,
    callsBefore: callsOf(readings, before, until),
    callsAfter: callsOf(readings, after, until),
  };
}

function excursionsOf(readings: readonly Reading[], rules: ProbeRules, until: EpochMs): ExcursionFigures[] {
  const { state, ended } = judge(unheardOf(), readings, rules);
  return [...ended, ...present(state, rules, until)];
}
