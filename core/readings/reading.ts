import type { EpochMs } from "../time/millis.ts";

/**
 * Why a sensor gave no temperature. `open` and `short`: the probe's circuit. `disconnected`: the device says that no probe
 * answers. `power-on`: the sensor's value from before its first conversion. `range`: outside what the sensor can measure.
 * `bus`: the line to the sensor failed its check. `implausible`: the value cannot be true. `stuck`: the value has stopped changing.
 * `jump`: the value changed faster than it can. `disagrees`: another sensor at the same place says something else. `unspecified`: the
 * device says no more.
 */
export const faultWords = [
  "open",
  "short",
  "disconnected",
  "power-on",
  "range",
  "bus",
  "implausible",
  "stuck",
  "jump",
  "disagrees",
  "unspecified",
] as const;

/** One of the fault words. */
export type Fault = (typeof faultWords)[number];

/** A good reading: what the probe showed at an instant of event time. */
export interface GoodReading {
  readonly at: EpochMs;
  readonly celsius: number;
}

/** A reading that says that the sensor could not tell. */
export interface FaultReading {
  readonly at: EpochMs;
  readonly fault: Fault;
  /** What the sensor said all the same, where a temperature is distrusted (docs/sensor-trust.md). */
  readonly said?: number;
}

/** One reading of one probe, at its event time. */
export type Reading = GoodReading | FaultReading;

/** True where the reading carries a temperature. */
export function isGood(reading: Reading): reading is GoodReading {
  return "celsius" in reading;
}

/** Narrows a word to a fault. */
export function isFault(word: string): word is Fault {
  return (faultWords as readonly string[]).includes(word);
}

/**
 * The order of readings of one probe (design.md section 5): by time; at one instant faults first, then by value.
 * Zero means that the two are one and the same reading. Two faults at one instant are one, whatever their word.
 */
export function compareReadings(a: Reading, b: Reading): number {
  if (a.at !== b.at) return a.at - b.at;
  const aGood = isGood(a);
  const bGood = isGood(b);
  if (aGood && bGood) return a.celsius - b.celsius;
  return Number(aGood) - Number(bGood);
}

/** Lowest and highest temperature that anything in this field can truthfully report, in degrees Celsius. */
export const celsiusMin = -273.15;
export const celsiusMax = 1_000;
