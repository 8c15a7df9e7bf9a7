import type { Profile } from "../site/profile.ts";
import type { DurationMs, EpochMs } from "../time/millis.ts";
import { above, areaAbove, crossingAt, type Interval, type Line, valueAt } from "./line.ts";

/** The two ways of being out of range. */
export type RangeSide = "high" | "low";

/** The limits of one side, mirrored for the low side so that out of range always means "above". */
export interface SideLimits {
  readonly side: RangeSide;
  /** 1 for high, -1 for low: what a temperature is multiplied with. */
  readonly sign: 1 | -1;
  readonly limit: number;
  readonly shrunk: number;
  readonly critical: number;
}

/** The mirrored limits of a side; where a profile has none they are infinite, and nothing is ever beyond them. */
export function sideLimits(profile: Profile, side: RangeSide): SideLimits {
  if (side === "high") {
    const limit = profile.high ?? Number.POSITIVE_INFINITY;
    const critical = profile.criticalHigh ?? Number.POSITIVE_INFINITY;
    return { side, sign: 1, limit, shrunk: limit - profile.deadband, critical };
  }
  const limit = profile.low === null ? Number.POSITIVE_INFINITY : -profile.low;
  const critical = profile.criticalLow === null ? Number.POSITIVE_INFINITY : -profile.criticalLow;
  return { side, sign: -1, limit, shrunk: limit - profile.deadband, critical };
}

/**
 * What happens to a probe on one side from the first crossing out until it has recovered and been proven good again. It may yet turn out a
 * blip. Plain data: it is stored in checkpoints and compared.
 */
export interface Episode {
  readonly side: RangeSide;
  readonly start: EpochMs;
  readonly provenGoodBefore: EpochMs | null;
  /** True once a stretch inside the shrunk limit lasted long enough. */
  recovered: boolean;
  /** True while the latest that is known is out of range. */
  out: boolean;
  /** True where unknown time has followed the latest out-of-range instant: only a reading can then say when it was back. */
  unknownSinceOut: boolean;
  /** Since when the present run is out of range, gaps notwithstanding. */
  runFrom: EpochMs;
  lastOut: EpochMs;
  end: EpochMs | null;
  provenGoodAfter: EpochMs | null;
  outMs: DurationMs;
  /** Unknown time inside the held interval so far. */
  unknownMs: DurationMs;
  /** Unknown time since `provenGoodAfter`: counts only if the probe goes out again before it recovers. */
  laterUnknownMs: DurationMs;
  extreme: number | null;
  degreeMs: number;
  critical: boolean;
  /** Since when the temperature has been measured at or inside the shrunk limit without a break; once recovered, where the recovery began while the end is not settled. */
  stretchFrom: EpochMs | null;
}

/** What an episode needs to know of the probe when it begins. */
export interface Before {
  readonly provenGood: EpochMs | null;
  readonly unknownSinceGoodMs: DurationMs;
}

/** Begins an episode at its first crossing out. Unknown time before it counts from the proven-good instant, if there was one. */
export function beginEpisode(side: RangeSide, start: EpochMs, before: Before): Episode {
  return {
    side,
    start,
    provenGoodBefore: before.provenGood,
    recovered: false,
    out: true,
    unknownSinceOut: false,
    runFrom: start,
    lastOut: start,
    end: null,
    provenGoodAfter: null,
    outMs: 0,
    unknownMs: before.provenGood === null ? 0 : before.unknownSinceGoodMs,
    laterUnknownMs: 0,
    extreme: null,
    degreeMs: 0,
    critical: false,
    stretchFrom: null,
  };
}

/** Goes out of range (again) at an instant. */
export function goOut(episode: Episode, at: EpochMs): void {
  if (!episode.out) episode.runFrom = at;
  episode.out = true;
  episode.unknownSinceOut = false;
  episode.end = null;
  episode.stretchFrom = null;
  forgetProof(episode);
}

/** Takes back that the probe was proven good after its last out-of-range instant. */
export function forgetProof(episode: Episode): void {
  episode.provenGoodAfter = null;
  episode.unknownMs += episode.laterUnknownMs;
  episode.laterUnknownMs = 0;
}

/** Returns into range at an instant. */
export function comeBack(episode: Episode, at: EpochMs): void {
  episode.out = false;
  episode.unknownSinceOut = false;
  episode.end = at;
}

/**
 * Marks an episode as recovered in a stretch from `recoveryFrom` on. Where unknown time lies between its last out-of-range instant and that stretch, as
 * a change of the rules can have it, its end is settled by the next reading.
 */
export function recoverEpisode(episode: Episode, recoveryFrom: EpochMs): void {
  episode.recovered = true;
  episode.stretchFrom = episode.out ? recoveryFrom : null;
}

/** Settles the end of a recovered episode: the first in-range reading after unknown time, or (null) where it was out again before one, the recovery's beginning. */
export function settleEnd(episode: Episode, firstInRange: EpochMs | null): void {
  comeBack(episode, firstInRange ?? episode.stretchFrom ?? episode.lastOut);
  episode.stretchFrom = null;
}

/** Counts unknown time, which also breaks any recovery under way. */
export function passUnknown(episode: Episode, length: DurationMs): void {
  if (episode.out) episode.unknownSinceOut = true;
  if (!episode.recovered) episode.stretchFrom = null;
  if (episode.provenGoodAfter === null) episode.unknownMs += length;
  else episode.laterUnknownMs += length;
}

/** Adds a measured run of positive length to an episode. */
export function addRun(
  episode: Episode,
  limits: SideLimits,
  line: Line,
  part: Interval,
  run: Interval,
): void {
  goOut(episode, run.from);
  episode.outMs += run.to - run.from;
  episode.degreeMs += areaAbove(line, limits.limit, part);
  episode.lastOut = Math.max(episode.lastOut, run.to);
  if (run.to < part.to) comeBack(episode, run.to);
}

/** Where an out-of-range stretch of positive length lies in a part of a line, or null. */
export function runIn(limits: SideLimits, line: Line, part: Interval): Interval | null {
  const run = above(line, limits.limit, part);
  return run !== null && run.to > run.from ? run : null;
}

/**
 * Follows the recovery of an episode along a part whose line begins at or inside the shrunk limit or comes into it. Returns where the
 * stretch began once it has lasted long enough by the part's end or by the crossing out of the shrunk limit, else null.
 */
export function followRecovery(
  episode: Episode,
  limits: SideLimits,
  line: Line,
  part: Interval,
  recoverAfter: DurationMs,
): EpochMs | null {
  const firstInside = valueAt(line, part.from) <= limits.shrunk;
  const lastInside = valueAt(line, part.to) <= limits.shrunk;
  if (!firstInside && !lastInside) {
    episode.stretchFrom = null;
    return null;
  }
  const turn = firstInside === lastInside ? part.to : crossingAt(line, limits.shrunk, part);
  const goesOn = firstInside || turn === part.from;
  const stretchFrom = goesOn ? (episode.stretchFrom ?? part.from) : turn;
  const stretchTo = lastInside ? part.to : turn;
  episode.stretchFrom = stretchTo === part.to ? stretchFrom : null;
  const hasTimeHere = stretchTo > part.from && stretchTo > stretchFrom;
  const isLongEnough = hasTimeHere && stretchTo - stretchFrom >= recoverAfter;
  return isLongEnough ? stretchFrom : null;
}
