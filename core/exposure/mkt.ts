import type { Interval } from "../engine/line.ts";
import type { DurationMs, EpochMs } from "../time/millis.ts";

/** Activation energy over the gas constant, in kelvin: 83.144 kJ/mol over 8.3144e-3 kJ/(mol K). */
const activationKelvin = 10_000;

const zeroCelsiusKelvin = 273.15;

/** What must stand wherever a mean kinetic temperature is shown. */
export const mktNote =
  "For information. The mean kinetic temperature is not an acceptance criterion for blood: it averages away what harms it.";

/** Time at one temperature in degrees Celsius. */
export interface MktStretch {
  readonly celsius: number;
  readonly ms: DurationMs;
}

/** The mean kinetic temperature of stretches, degrees Celsius; null where they have no length. */
export function mktOfStretches(stretches: readonly MktStretch[]): number | null {
  return fromMean(
    stretches.reduce((sum, { celsius, ms }) => sum + rate(celsius) * ms, 0),
    stretches.reduce((sum, { ms }) => sum + ms, 0),
  );
}

/** A mean kinetic temperature with the time that it stands for. */
export interface MktOverTime {
  /** Degrees Celsius; null where nothing was measured. */
  readonly celsius: number | null;
  readonly measuredMs: DurationMs;
  /** Time of the window between whose readings there was more than `maxGap`, or outside of all of them. */
  readonly unknownMs: DurationMs;
  readonly note: typeof mktNote;
}

/**
 * The mean kinetic temperature of readings in a window, weighted by time, however irregular they are: between two good readings at most `maxGap`
 * apart the mean of their rates counts; other time is unknown and left out. Readings are sorted by time; null is a fault.
 */
export function mktOfReadings(
  readings: readonly { readonly at: EpochMs; readonly celsius: number | null }[],
  window: Interval,
  maxGap: DurationMs,
): MktOverTime {
  let weighted = 0;
  let measuredMs = 0;
  for (const [index, next] of readings.entries()) {
    const last = readings[index - 1];
    if (last === undefined || last.celsius === null || next.celsius === null || next.at - last.at > maxGap)
      continue;
    const ms = Math.min(next.at, window.to) - Math.max(last.at, window.from);
    if (ms <= 0) continue;
    weighted += ((rate(last.celsius) + rate(next.celsius)) / 2) * ms;
    measuredMs += ms;
  }
  const unknownMs = window.to - window.from - measuredMs;
  return { celsius: fromMean(weighted, measuredMs), measuredMs, unknownMs, note: mktNote };
}

/** Adds up a mean kinetic temperature stretch by stretch, for windows whose readings are too many to be held. */
export class MktSum {
  #weighted = 0;
  #ms = 0;

  /** Adds a stretch between two good readings: the mean of their rates counts. */
  add(ms: DurationMs, fromCelsius: number, toCelsius: number): void {
    this.#weighted += ((rate(fromCelsius) + rate(toCelsius)) / 2) * ms;
    this.#ms += ms;
  }

  /** Degrees Celsius; null where nothing was added. */
  celsius(): number | null {
    return fromMean(this.#weighted, this.#ms);
  }
}

const rate = (celsius: number): number => Math.exp(-activationKelvin / (celsius + zeroCelsiusKelvin));

function fromMean(weighted: number, ms: DurationMs): number | null {
  return ms > 0 ? activationKelvin / -Math.log(weighted / ms) - zeroCelsiusKelvin : null;
}
