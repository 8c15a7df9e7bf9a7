import type { EpochMs } from "../time/millis.ts";
import { type ExcursionFigures, isGrowing, type Side } from "./excursion.ts";
import type { ProbeState } from "./probe-state.ts";

/** An excursion as it stands on record, under its identity. */
export interface RecordedExcursion {
  readonly id: string;
  readonly figures: ExcursionFigures;
}

/** What a revision does to an excursion (design.md section 5, Revisions). `revised`: its figures or proof changed, not its extent. */
export type Change =
  | "opened"
  | "closed"
  | "reopened"
  | "extended"
  | "shortened"
  | "revised"
  | "split"
  | "merged"
  | "withdrawn";

/** A revision that the record needs. `id` is null for an excursion that is new; `related` names the one it was split from or merged into. */
export interface NeededRevision {
  readonly id: string | null;
  readonly change: Change;
  readonly figures: ExcursionFigures;
  /** Index into the computed excursions of the one that this was merged into. */
  readonly mergedInto: number | null;
  readonly related: string | null;
}

/**
 * Compares what is recorded with what the readings now say, over one and the same stretch of a probe's history, and returns the revisions that
 * bring the record up to date. After a split the earliest part keeps the identity, after a merge the earliest excursion does.
 *
 * @param growthCounts whether a mere growth of an excursion's figures is a revision: yes after late readings, no while it simply lasts
 */
export function reconcile(
  recorded: readonly RecordedExcursion[],
  computed: readonly ExcursionFigures[],
  growthCounts: boolean,
): NeededRevision[] {
  const byStart = [...recorded].sort((a, b) => a.figures.start - b.figures.start);
  const order = computed.map((_, index) => index).sort((a, b) => startOf(computed, a) - startOf(computed, b));
  const claims = new Map<string, number>();
  const revisions: NeededRevision[] = [];
  for (const index of order) {
    const figures = computed[index];
    if (figures === undefined) continue;
    const touching = byStart.filter((each) => touches(each.figures, figures));
    const own = touching.find((each) => !claims.has(each.id));
    if (own === undefined) {
      const origin = touching[0]?.id ?? null;
      const change = origin === null ? "opened" : "split";
      revisions.push({ id: null, change, figures, mergedInto: null, related: origin });
    } else {
      claims.set(own.id, index);
      const change = changeBetween(own.figures, figures, growthCounts);
      if (change !== null) revisions.push({ id: own.id, change, figures, mergedInto: null, related: null });
    }
  }
  for (const each of byStart) {
    if (!claims.has(each.id)) revisions.push(withdrawal(each, computed, claims));
  }
  return revisions;
}

function startOf(computed: readonly ExcursionFigures[], index: number): EpochMs {
  return computed[index]?.start ?? 0;
}

function touches(a: ExcursionFigures, b: ExcursionFigures): boolean {
  return a.side === b.side && a.start <= endOf(b) && b.start <= endOf(a);
}

function endOf(figures: ExcursionFigures): number {
  return figures.end ?? Number.POSITIVE_INFINITY;
}

function withdrawal(
  each: RecordedExcursion,
  computed: readonly ExcursionFigures[],
  claims: ReadonlyMap<string, number>,
): NeededRevision {
  const into = computed.findIndex((figures) => touches(each.figures, figures));
  const heir = [...claims].find(([, index]) => index === into)?.[0] ?? null;
  return {
    id: each.id,
    change: into < 0 ? "withdrawn" : "merged",
    figures: each.figures,
    mergedInto: into < 0 ? null : into,
    related: heir,
  };
}

/** How one state of knowledge of an excursion differs from the next; null where nothing that matters does. */
export function changeBetween(
  before: ExcursionFigures,
  after: ExcursionFigures,
  growthCounts: boolean,
): Change | null {
  if (before.end === null && after.end !== null) return "closed";
  if (before.end !== null && after.end === null) return "reopened";
  const earlier = after.start < before.start;
  const later = after.start > before.start;
  const longer = endOf(after) > endOf(before);
  const shorter = endOf(after) < endOf(before);
  if ((earlier || longer) && !later && !shorter) return "extended";
  if ((later || shorter) && !earlier && !longer) return "shortened";
  if (earlier || later || longer || shorter) return "revised";
  const sameProof =
    before.provenGoodBefore === after.provenGoodBefore &&
    before.provenGoodAfter === after.provenGoodAfter &&
    before.critical === after.critical;
  if (!sameProof) return "revised";
  const mayGrow = isGrowing(before) && !growthCounts;
  return mayGrow || sameFigures(before, after) ? null : "revised";
}

function sameFigures(before: ExcursionFigures, after: ExcursionFigures): boolean {
  return (
    before.outMs === after.outMs &&
    before.unknownMs === after.unknownMs &&
    before.extremeCelsius === after.extremeCelsius &&
    before.degreeMinutes === after.degreeMinutes
  );
}

/** Which excursion: a probe has at most one of a side that begins at an instant. */
export interface ExcursionKey {
  readonly side: Side;
  readonly start: EpochMs;
}

/** What is under way in a state: excursions, or what may become some, whose end is not final. */
export function underWay(state: ProbeState): ExcursionKey[] {
  const keys: ExcursionKey[] = state.episodes.map(({ side, start }) => ({ side, start }));
  return state.unknownFrom === null ? keys : [...keys, { side: "unmonitored", start: state.unknownFrom }];
}

/** A stretch of a probe's history that was judged anew: the states at its beginning and, where it met what was known, at its end. */
export interface Stretch {
  readonly before: ProbeState;
  readonly met: ProbeState | null;
}

/**
 * Which recorded excursions may differ after a stretch was judged anew: those that were not final at its start, and those that began in it, but not
 * those that were still under way, unchanged, where the new state met the old one.
 */
export function isTouched(figures: ExcursionFigures, { before, met }: Stretch): boolean {
  const from = before.last?.at ?? Number.MIN_SAFE_INTEGER;
  if (figures.start < from && !isAmong(figures, underWay(before))) return false;
  if (met === null) return true;
  return figures.start < (met.last?.at ?? Number.MAX_SAFE_INTEGER) && !isAmong(figures, underWay(met));
}

/** The earliest start that a touched excursion can have. */
export function earliestTouched(before: ProbeState): EpochMs {
  return Math.min(before.last?.at ?? Number.MIN_SAFE_INTEGER, ...underWay(before).map((key) => key.start));
}

function isAmong(figures: ExcursionFigures, keys: readonly ExcursionKey[]): boolean {
  return keys.some((key) => key.side === figures.side && key.start === figures.start);
}
