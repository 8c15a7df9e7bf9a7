import { type DurationMs, type EpochMs } from "../time/millis.ts";
import {
  type Exposure,
  type ExposureFigures,
  type ExposureKind,
  exposureKinds,
  noFigures,
  sumFigures,
} from "./exposure.ts";
import { timeByPlace, type Whereabouts } from "./whereabouts.ts";

/** What exposures add up to. */
export interface LedgerTotals extends ExposureFigures {
  /** Different excursions, and stretches of the other kinds. */
  readonly count: number;
  /** Time out if all that is unknown was out. */
  readonly worstCaseMs: DurationMs;
}

/** What a unit went through, over its life and wherever it was. */
export interface ExposureLedger extends LedgerTotals {
  /** In the order in which they began. */
  readonly exposures: readonly Exposure[];
  readonly byKind: Readonly<Record<ExposureKind, LedgerTotals>>;
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
  const causes = new Set(exposures.flatMap((each) => each.causes));
  const others = exposures.filter((each) => each.causes.length === 0).length;
  return { ...figures, count: causes.size + others, worstCaseMs: figures.outMs + figures.unknownMs };
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
  const ofKind = (kind: ExposureKind) => totalsOf(ordered.filter((each) => each.kind === kind));
  return {
    ...totalsOf(ordered),
    exposures: ordered,
    byKind: Object.fromEntries(exposureKinds.map((kind) => [kind, ofKind(kind)])) as Record<
      ExposureKind,
      LedgerTotals
    >,
    timeByPlace: timeByPlace(where),
    outSince: where.outSince,
    stillIn: where.stillIn,
    until: where.until,
  };
}
