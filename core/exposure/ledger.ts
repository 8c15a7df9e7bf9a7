import { type DurationMs, type EpochMs } from "../time/millis.ts";
import {
  type Exposure,
  type ExposureFigures,
  type ExposureKind,
  exposureKinds,
  noFigures,
  sumFigures,
} from "./exposure.ts";
import { hangingTogether, longestRun } from "./runs.ts";
import { timeByPlace, type Whereabouts } from "./whereabouts.ts";

/** What exposures add up to. */
export interface LedgerTotals extends ExposureFigures {
  /** Different excursions of equipment, and stretches of the other kinds; of those without agitation, interruptions: what touches is one. */
  readonly count: number;
  /** Time out if all that is unknown was out. */
  readonly worstCaseMs: DurationMs;
  /** How long the exposures lasted together. */
  readonly lengthMs: DurationMs;
  /** How long the longest of them lasted; those that touch are one. */
  readonly longestLengthMs: DurationMs;
}

/** What a unit went through, over its life and wherever it was. Its own totals are of all kinds but `no-agitation`, whose time the others may hold too. */
export interface ExposureLedger extends LedgerTotals {
  /** In the order in which they began. */
  readonly exposures: readonly Exposure[];
  readonly byKind: Readonly<Record<ExposureKind, LedgerTotals>>;
  /** Of the exposures with excursions in them, in appliances and transport boxes alike; `count` is how many excursions. */
  readonly inExcursions: LedgerTotals;
  /** How long it was where; null stands for no appliance. Together the time from its first residence until `until`. */
  readonly timeByPlace: ReadonlyMap<string | null, DurationMs>;
  readonly outSince: EpochMs | null;
  /** The assumption that it is still there, because no movement says otherwise. */
  readonly stillIn: Whereabouts["stillIn"];
  readonly until: EpochMs;
}

/** Adds up exposures that do not overlap. */
export function totalsOf(exposures: readonly Exposure[]): LedgerTotals {
  const figures = sumFigures(exposures);
  const others = exposures.filter(({ kind }) => kind !== "equipment").length;
  const lengths = hangingTogether(exposures).map(({ from, to }) => to - from);
  return {
    ...figures,
    count: excursionsIn(exposures.filter(({ kind }) => kind === "equipment")) + others,
    worstCaseMs: figures.outMs + figures.unknownMs,
    lengthMs: exposures.reduce((sum, { start, end }) => sum + end - start, 0),
    longestLengthMs: Math.max(0, ...lengths),
  };
}

function excursionsIn(exposures: readonly Exposure[]): number {
  return new Set(exposures.flatMap(({ causes }) => causes)).size;
}

function totalsOfKind(kind: ExposureKind, all: readonly Exposure[]): LedgerTotals {
  const exposures = all.filter((each) => each.kind === kind);
  const totals = totalsOf(exposures);
  if (kind !== "no-agitation") return totals;
  const count = hangingTogether(exposures).length;
  return { ...totals, count, longestOutMs: longestRun(exposures).atLeast };
}

/** The exposures of being in no appliance: each closed stretch between residences, as the kind that `kindOf` says. Its temperatures are not known. */
export function gapExposures(
  { gaps }: Whereabouts,
  kindOf: (from: EpochMs, to: EpochMs) => "out-of-storage" | "transport" = () => "out-of-storage",
): Exposure[] {
  return gaps.map(({ from, to }) => ({
    ...noFigures,
    kind: kindOf(from, to),
    place: null,
    start: from,
    end: to,
    causes: [],
    outMs: to - from,
    longestOutMs: to - from,
    limits: { low: null, high: null },
  }));
}

/** Folds where a unit was and what it was exposed to there into its ledger. */
export function foldLedger(where: Whereabouts, exposures: readonly Exposure[]): ExposureLedger {
  const ordered = [...exposures].sort((a, b) => a.start - b.start || a.end - b.end);
  const caused = ordered.filter(({ causes }) => causes.length > 0);
  return {
    ...totalsOf(ordered.filter(({ kind }) => kind !== "no-agitation")),
    exposures: ordered,
    byKind: Object.fromEntries(exposureKinds.map((kind) => [kind, totalsOfKind(kind, ordered)])) as Record<
      ExposureKind,
      LedgerTotals
    >,
    inExcursions: { ...totalsOf(caused), count: excursionsIn(caused) },
    timeByPlace: timeByPlace(where),
    outSince: where.outSince,
    stillIn: where.stillIn,
    until: where.until,
  };
}
