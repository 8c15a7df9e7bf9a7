import type { Profile } from "../site/profile.ts";
import type { DurationMs } from "../time/millis.ts";
import { isGoodSample, type GoodSample, type Interval, type MeasuredPart, type Sample } from "./evidence.ts";

/**
 * One side of the range, mirrored so that beyond is always above: on the low side temperatures and limits are taken with their sign
 * turned round. A limit that a profile does not have is infinite and never crossed.
 */
export interface Direction {
  readonly side: "high" | "low";
  readonly mirror: (celsius: number) => number;
  readonly limit: (profile: Profile) => number;
  /** "The limit shrunk by `deadband` on that side." */
  readonly shrunkLimit: (profile: Profile) => number;
  readonly criticalLimit: (profile: Profile) => number;
}

/** Too warm: limits as they are. */
export const high: Direction = {
  side: "high",
  mirror: (celsius) => celsius,
  limit: (profile) => profile.high ?? Infinity,
  shrunkLimit: (profile) => (profile.high ?? Infinity) - profile.deadband,
  criticalLimit: (profile) => profile.criticalHigh ?? Infinity,
};

/** Too cold: everything negated. */
export const low: Direction = {
  side: "low",
  mirror: (celsius) => -celsius,
  limit: (profile) => -(profile.low ?? -Infinity),
  shrunkLimit: (profile) => -((profile.low ?? -Infinity) + profile.deadband),
  criticalLimit: (profile) => -(profile.criticalLow ?? -Infinity),
};

/** "`low` where T < low, `high` where T > high, else `in`; exactly on a limit is in range." Judged by the profile at its `at`. */
export function isOut(sample: Sample, direction: Direction): sample is GoodSample {
  return isGoodSample(sample) && direction.mirror(sample.celsius) > direction.limit(sample.profile);
}

/** True for a good reading beyond the critical limit on this side. */
export function isCritical(sample: GoodSample, direction: Direction): boolean {
  return direction.mirror(sample.celsius) > direction.criticalLimit(sample.profile);
}

/** True for a good reading that is not at or inside the shrunk limit on this side. */
export function isBeyondShrunk(sample: Sample, direction: Direction): boolean {
  return isGoodSample(sample) && direction.mirror(sample.celsius) > direction.shrunkLimit(sample.profile);
}

/** The span of a part in which the temperature is beyond a mirrored limit, crossings rounded; null if nowhere. It may have no length. */
export function beyond(part: MeasuredPart, direction: Direction, limit: number): Interval | null {
  const [a, b] = mirroredEnds(part, direction);
  if (a <= limit && b <= limit) return null;
  if (a > limit && b > limit) return { from: part.from, to: part.to };
  const crossing = roundedCrossing(part, direction, limit);
  return b > limit ? { from: crossing, to: part.to } : { from: part.from, to: crossing };
}

/** The span of a part in which the temperature is at or inside a mirrored limit; the rest of what `beyond` says. */
export function within(part: MeasuredPart, direction: Direction, limit: number): Interval | null {
  const [a, b] = mirroredEnds(part, direction);
  if (a <= limit && b <= limit) return { from: part.from, to: part.to };
  if (a > limit && b > limit) return null;
  const crossing = roundedCrossing(part, direction, limit);
  return b > limit ? { from: part.from, to: crossing } : { from: crossing, to: part.to };
}

/** "`degreeMinutes` = area beyond the limit over measured time": the area of one part, on the line itself, nothing rounded. */
export function areaDegreeMs(part: MeasuredPart, direction: Direction, limit: number): number {
  const [a, b] = mirroredEnds(part, direction);
  if (a <= limit && b <= limit) return 0;
  const { line } = part;
  const wholeMs = line.b.at - line.a.at;
  let fromMs = part.from - line.a.at;
  let toMs = part.to - line.a.at;
  if (a <= limit) fromMs = clamp(crossingMs(part, direction, limit), fromMs, toMs);
  if (b <= limit) toMs = clamp(crossingMs(part, direction, limit), fromMs, toMs);
  const excessAt = (ms: number): number => Math.max(0, a + ((b - a) * ms) / wholeMs - limit);
  return ((excessAt(fromMs) + excessAt(toMs)) / 2) * (toMs - fromMs);
}

function mirroredEnds(part: MeasuredPart, direction: Direction): [number, number] {
  return [direction.mirror(part.line.a.celsius), direction.mirror(part.line.b.celsius)];
}

/** Where the line crosses a limit that lies between its ends, in milliseconds after the line's first reading, not rounded. */
function crossingMs(part: MeasuredPart, direction: Direction, limit: number): DurationMs {
  const [a, b] = mirroredEnds(part, direction);
  return ((limit - a) / (b - a)) * (part.line.b.at - part.line.a.at);
}

/** "Crossings are interpolated and rounded to the nearest millisecond", and stay within the part. */
function roundedCrossing(part: MeasuredPart, direction: Direction, limit: number): number {
  const crossing = Math.round(part.line.a.at + crossingMs(part, direction, limit));
  return clamp(crossing, part.from, part.to);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
