import type { GoodReading } from "../readings/reading.ts";
import { minuteMs } from "../time/millis.ts";

/** A straight line through readings by least squares, with the uncertainty of its value at the last reading and of its slope. */
export interface LineFit {
  /** The line's value at the last reading, degrees Celsius, and its standard error. */
  readonly celsius: number;
  readonly celsiusError: number;
  /** Degrees Celsius per minute, and its standard error. */
  readonly perMinute: number;
  readonly perMinuteError: number;
  /** Standard deviation of the readings about the line. */
  readonly scatter: number;
}

/**
 * Fits a line to at least three readings that are not all at one instant; null for fewer. `scatterMin` is the least scatter that is believed: rounded values can lie on
 * a line by chance.
 */
export function fitLine(readings: readonly GoodReading[], scatterMin: number): LineFit | null {
  const last = readings[readings.length - 1];
  if (last === undefined || readings.length < 3) return null;
  const times = readings.map(({ at }) => (at - last.at) / minuteMs);
  const meanTime = mean(times);
  const meanCelsius = mean(readings.map(({ celsius }) => celsius));
  let squares = 0;
  let products = 0;
  for (const [index, { celsius }] of readings.entries()) {
    const fromMean = (times[index] ?? 0) - meanTime;
    squares += fromMean ** 2;
    products += fromMean * (celsius - meanCelsius);
  }
  if (squares === 0) return null;
  const perMinute = products / squares;
  const celsius = meanCelsius - perMinute * meanTime;
  const residuals = readings.map((each, index) => each.celsius - celsius - perMinute * (times[index] ?? 0));
  const sum = residuals.reduce((total, residual) => total + residual ** 2, 0);
  const scatter = Math.max(scatterMin, Math.sqrt(sum / (readings.length - 2)));
  return {
    celsius,
    celsiusError: scatter * Math.sqrt(1 / readings.length + meanTime ** 2 / squares),
    perMinute,
    perMinuteError: scatter / Math.sqrt(squares),
    scatter,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
