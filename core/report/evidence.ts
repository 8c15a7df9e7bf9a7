import type { ExcursionFigures } from "../engine/excursion.ts";
import { judge, present } from "../engine/judge.ts";
import { unheardOf } from "../engine/probe-state.ts";
import type { Reading } from "../readings/reading.ts";
import type { Dated, ProbeRules, Profile } from "../site/profile.ts";
import type { EpochMs } from "../time/millis.ts";

/** How many readings are judged between two looks whether the excursion is over. */
const lookEvery = 256;

/** Rules for readings that stand as they were judged: calibrated already, distrusted ones as faults. */
export function rulesAsJudged(profiles: readonly Dated<Profile>[]): ProbeRules {
  return {
    profiles: profiles.map(({ from, rule }) => ({ from, rule: { ...rule, trust: null } })),
    offsets: [{ from: 0, rule: 0 }],
  };
}

/** The instant at or before which the evidence of an excursion must have a reading: what was good then owes nothing to earlier time. */
export function evidenceFrom({ provenGoodBefore, start }: ExcursionFigures): EpochMs {
  return provenGoodBefore ?? start;
}

/**
 * The readings from which an excursion's figures follow, of those given: from the last instant at or before `evidenceFrom` until it is over for good, or all later ones. Judged and sorted
 * readings in, such readings out.
 */
export function cutEvidence(
  readings: readonly Reading[],
  profiles: readonly Dated<Profile>[],
  figures: ExcursionFigures,
): readonly Reading[] {
  const from = evidenceFrom(figures);
  const latest = readings.findLast(({ at }) => at <= from)?.at ?? from;
  const kept = readings.slice(readings.findIndex(({ at }) => at >= latest));
  const rules = rulesAsJudged(profiles);
  let state = unheardOf();
  for (let done = 0; done < kept.length; done += lookEvery) {
    const step = judge(state, kept.slice(done, done + lookEvery), rules);
    if (step.ended.some((each) => isSame(each, figures))) return kept.slice(0, done + lookEvery);
    state = step.state;
  }
  return kept;
}

/** The excursions that follow from evidence by itself, as judged at `knownAt`. */
export function recompute(
  readings: readonly Reading[],
  profiles: readonly Dated<Profile>[],
  knownAt: EpochMs,
): ExcursionFigures[] {
  const rules = rulesAsJudged(profiles);
  const { state, ended } = judge(unheardOf(), readings, rules);
  return [...ended, ...present(state, rules, knownAt)];
}

/** Names the figures in which what is stated differs from what follows from the evidence; empty where it follows, null where nothing like it does. */
export function differingFigures(
  stated: ExcursionFigures,
  recomputed: readonly ExcursionFigures[],
): (keyof ExcursionFigures)[] | null {
  const candidates = recomputed.filter((each) => each.side === stated.side);
  const differences = candidates.map((each) => differing(stated, each));
  return differences.toSorted((a, b) => a.length - b.length)[0] ?? null;
}

function differing(a: ExcursionFigures, b: ExcursionFigures): (keyof ExcursionFigures)[] {
  return figureNames.filter((name) => a[name] !== b[name]);
}

function isSame(a: ExcursionFigures, b: ExcursionFigures): boolean {
  return differing(a, b).length === 0;
}

const figureNames = [
  "side",
  "start",
  "end",
  "provenGoodBefore",
  "provenGoodAfter",
  "outMs",
  "unknownMs",
  "extremeCelsius",
  "degreeMinutes",
  "critical",
] as const satisfies readonly (keyof ExcursionFigures)[];
