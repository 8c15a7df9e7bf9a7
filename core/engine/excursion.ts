import { type ProbeRules, ruleAt } from "../site/profile.ts";
import { type DurationMs, type EpochMs, minuteMs } from "../time/millis.ts";
import type { Episode } from "./out-of-range.ts";

/** Which way a probe was out of range; `unmonitored` where nothing can be shown. */
export type Side = "high" | "low" | "unmonitored";

/**
 * What one excursion was, in event time (design.md section 5): a pure function of the readings, the rules and, while it lasts, of the
 * instant up to which it is judged. Identity, status "withdrawn" and revisions are the business of `reconcile.ts`.
 */
export interface ExcursionFigures {
  readonly side: Side;
  /** First crossing out of range; for unmonitored time its beginning. */
  readonly start: EpochMs;
  /** Last return into range before the recovery; null while not recovered. */
  readonly end: EpochMs | null;
  /** Last instant at or before `start` at which all readings were in range; null if there is none. */
  readonly provenGoodBefore: EpochMs | null;
  /** First such instant after `start` and at or after the last out-of-range instant; null while open. */
  readonly provenGoodAfter: EpochMs | null;
  /** Out-of-range time on this side. */
  readonly outMs: DurationMs;
  /** Unknown time inside the held interval. The true time out lies between `outMs` and `outMs + unknownMs`. */
  readonly unknownMs: DurationMs;
  /** Most extreme reading of the excursion in degrees Celsius; null for unmonitored time. */
  readonly extremeCelsius: number | null;
  /** Area beyond the limit over measured time, in degree-minutes. */
  readonly degreeMinutes: number;
  /** True once a reading was beyond the critical limit on this side. */
  readonly critical: boolean;
}

/** How the time of a window divides, in milliseconds; together exactly the window's length. */
export interface Coverage {
  readonly inMs: DurationMs;
  readonly lowMs: DurationMs;
  readonly highMs: DurationMs;
  readonly unknownMs: DurationMs;
  readonly pendingMs: DurationMs;
}

/** The interval in which blood is held for an excursion; `to` is null while it is open-ended. */
export interface HeldInterval {
  readonly from: EpochMs;
  readonly to: EpochMs | null;
}

/** The held interval of an excursion: between the proven-good instants, for unmonitored time its own length. */
export function heldInterval(figures: ExcursionFigures): HeldInterval {
  if (figures.side === "unmonitored") return { from: figures.start, to: figures.end };
  return { from: figures.provenGoodBefore ?? figures.start, to: figures.provenGoodAfter };
}

/** The figures of an episode as far as they are known. While it has not recovered its held interval is open-ended. */
export function episodeFigures(episode: Episode): ExcursionFigures {
  return {
    side: episode.side,
    start: episode.start,
    end: episode.recovered ? episode.end : null,
    provenGoodBefore: episode.provenGoodBefore,
    provenGoodAfter: episode.recovered ? episode.provenGoodAfter : null,
    outMs: episode.outMs,
    unknownMs: episode.unknownMs + (episode.recovered ? 0 : episode.laterUnknownMs),
    extremeCelsius: episode.extreme,
    degreeMinutes: episode.degreeMs / minuteMs,
    critical: episode.critical,
  };
}

/** The figures of unmonitored time from `start`; `end` is null while it lasts, `until` says up to when it is judged. */
export function unmonitoredFigures(start: EpochMs, end: EpochMs | null, until: EpochMs): ExcursionFigures {
  return {
    side: "unmonitored",
    start,
    end,
    provenGoodBefore: null,
    provenGoodAfter: null,
    outMs: 0,
    unknownMs: until - start,
    extremeCelsius: null,
    degreeMinutes: 0,
    critical: false,
  };
}

/**
 * True where the figures make an excursion and not a blip (design.md section 5, "It qualifies"). The timings are those of the profile in force at
 * its start.
 */
export function qualifies(figures: ExcursionFigures, rules: ProbeRules): boolean {
  const profile = ruleAt(rules.profiles, figures.start);
  if (figures.side === "unmonitored") return figures.unknownMs > profile.unmonitoredAfter;
  return figures.critical || figures.outMs + figures.unknownMs >= profile.excursionAfter;
}

/** True while the figures grow by the mere passing of time: it lasts, or its held interval has no end yet. */
export function isGrowing(figures: ExcursionFigures): boolean {
  return figures.end === null || (figures.side !== "unmonitored" && figures.provenGoodAfter === null);
}

/** True where two sets of figures are of one excursion at two moments of its growth. */
export function isSameExcursion(a: ExcursionFigures, b: ExcursionFigures): boolean {
  return a.side === b.side && a.start === b.start && a.end === b.end;
}
