import { celsiusMin, isGood, type Reading } from "@coldkeep/core/readings/reading.ts";
import type { TimeQuality } from "@coldkeep/core/readings/stamp.ts";
import { float, integer, line, nanos, subMax, text } from "./line.ts";

/** Milli-degrees above absolute zero below which a value has its own place inside the millisecond: up to 700 °C. */
const ownPlaces = 973_150;

/**
 * Where inside its millisecond a reading's point stands, so that two values of one instant are two points and a repeat is the same point: whole
 * milli-degrees up to 700 °C by their value, finer or hotter ones by their bits behind those, faults at the very end.
 */
export function placeOf(reading: Reading): number {
  if (!isGood(reading)) return subMax;
  const { celsius } = reading;
  const milli = Math.round((celsius - celsiusMin) * 1_000);
  if (milli <= ownPlaces && isWholeMilli(celsius)) return milli;
  return ownPlaces + 1 + (mixed(celsius) % (subMax - ownPlaces - 1));
}

/** The line of a reading. `head` has its series; `offset` is the calibration at its instant. */
export function readingLine(
  head: string,
  reading: Reading,
  offset: number,
  time: TimeQuality | null,
): string {
  const value = isGood(reading)
    ? { celsius: float(reading.celsius), offset: float(offset) }
    : { fault: text(reading.fault) };
  const quality =
    time === null ? {} : { time_source: text(time.source), uncertainty_ms: integer(time.uncertaintyMs) };
  const { at } = reading;
  return line(head, { ...value, ...quality }, nanos(at, placeOf(reading))) ?? "";
}

function isWholeMilli(celsius: number): boolean {
  return Number(celsius.toFixed(3)) === celsius;
}

const bits = new DataView(new ArrayBuffer(8));

/** The number's 64 bits mixed into 32. */
function mixed(value: number): number {
  bits.setFloat64(0, value);
  const high = Math.imul(bits.getUint32(0) ^ 0x9e37_79b9, 0x85eb_ca6b);
  const low = Math.imul(bits.getUint32(4) ^ (high >>> 13), 0xc2b2_ae35);
  return ((low ^ (low >>> 16)) + high) >>> 0;
}
