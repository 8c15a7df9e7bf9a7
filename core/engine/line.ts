import type { EpochMs } from "../time/millis.ts";

/**
 * The straight line between two good readings: in a measured segment the temperature is linear (design.md section 5, Evidence). Values are in
 * degrees Celsius, or mirrored ones: the low side is judged as the high side of the negated temperature.
 */
export interface Line {
  readonly fromAt: EpochMs;
  readonly fromValue: number;
  readonly toAt: EpochMs;
  readonly toValue: number;
}

/** A stretch of time; `from` at or before `to`. */
export interface Interval {
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** The line's value at an instant between its ends; at the ends exactly theirs. */
export function valueAt(line: Line, at: EpochMs): number {
  if (at === line.toAt) return line.toValue;
  if (at === line.fromAt) return line.fromValue;
  return line.fromValue + ((line.toValue - line.fromValue) * (at - line.fromAt)) / (line.toAt - line.fromAt);
}

/** Where the line crosses a limit, not rounded; the line's two values lie on different sides of it. */
export function crossingExact(line: Line, limit: number): number {
  return (
    line.fromAt + ((limit - line.fromValue) / (line.toValue - line.fromValue)) * (line.toAt - line.fromAt)
  );
}

/** Where the line crosses a limit, rounded to the nearest millisecond and kept within a part of it. */
export function crossingAt(line: Line, limit: number, part: Interval): EpochMs {
  return Math.min(Math.max(Math.round(crossingExact(line, limit)), part.from), part.to);
}

/** The time within a part in which the line is above a limit, or null. Exactly on the limit is not above. May have no length. */
export function above(line: Line, limit: number, part: Interval): Interval | null {
  const first = valueAt(line, part.from) > limit;
  const last = valueAt(line, part.to) > limit;
  if (first && last) return part;
  if (first) return { from: part.from, to: crossingAt(line, limit, part) };
  if (last) return { from: crossingAt(line, limit, part), to: part.to };
  return null;
}

/** The area between the line and a limit above which it lies, within a part, in degree-milliseconds. */
export function areaAbove(line: Line, limit: number, part: Interval): number {
  const first = valueAt(line, part.from) - limit;
  const last = valueAt(line, part.to) - limit;
  const length = part.to - part.from;
  if (first > 0 && last > 0) return ((first + last) / 2) * length;
  if (first > 0) return ((first * first) / (first - last) / 2) * length;
  if (last > 0) return ((last * last) / (last - first) / 2) * length;
  return 0;
}
