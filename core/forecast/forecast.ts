import { type GoodReading, isGood, type Reading } from "../readings/reading.ts";
import type { Profile } from "../site/profile.ts";
import { type DurationMs, type EpochMs, hourMs, minuteMs } from "../time/millis.ts";
import { fitLine, type LineFit } from "./line-fit.ts";

/**
 * When a probe reaches a limit if it goes on as it does now. Advice for people only: nothing waits for it, and no alarm, excursion or hold knows of it.
 */
export interface Forecast {
  readonly side: "high" | "low";
  /** When the present trend reaches the limit. */
  readonly at: EpochMs;
  /** Between these it is to be expected (docs/forecast.md has how often that held). */
  readonly earliest: EpochMs;
  readonly latest: EpochMs;
}

/** The trend is taken over the readings of at most this long. */
export const trendMs: DurationMs = 15 * minuteMs;

/** Fewest readings that make a trend, and most that are looked at. */
export const trendReadingsMin = 5;
export const trendReadingsMax = 1_000;

/** How long before the trend a probe's extremes are looked at: what it reaches in every cycle of its compressor is no trend. */
export const usualMs: DurationMs = 2 * hourMs;

/** How much further than usual a probe must be, degrees Celsius. */
const usualBy = 0.15;

/** Nothing further away than this is forecast. */
export const horizonMs: DurationMs = 4 * hourMs;

/** Least scatter that is believed, degrees Celsius: that of a value rounded to a tenth. */
const scatterMin = 0.03;

/** Standard errors that the value and the slope of the trend are given. */
const errors = 2;

/** How much faster and slower than its present slope a trend may yet become, as shares of it; from the training runs of docs/forecast.md. */
const faster = 0.3;
const slower = 0.6;

/**
 * Forecasts from the latest readings of a probe, calibrated, in order, faults included; `usualMs` of them before the trend are of use. Null unless the probe is in range, heads for a limit beyond
 * doubt, is already further that way than it was in the time before, and would reach the limit within `horizonMs`. Pure.
 */
export function forecast(readings: readonly Reading[], profile: Profile, now: EpochMs): Forecast | null {
  const stretch = latestStretch(readings, profile.maxGap);
  const last = stretch[stretch.length - 1];
  if (last === undefined || now - last.at > profile.maxGap) return null;
  const fit = bestFit(stretch);
  if (fit === null) return null;
  const side = fit.perMinute > 0 ? "high" : "low";
  const limit = profile[side];
  if (limit === null) return null;
  const sign = side === "high" ? 1 : -1;
  const left = (limit - fit.celsius) * sign;
  if (left <= 0 || isUsual(readings, fit, sign, last)) return null;
  return fromTrend(side, left, fit, last.at, now);
}

function fromTrend(
  side: "high" | "low",
  left: number,
  fit: LineFit,
  lastAt: EpochMs,
  now: EpochMs,
): Forecast | null {
  const speed = Math.abs(fit.perMinute);
  const valueError = errors * fit.celsiusError;
  const speedError = errors * fit.perMinuteError;
  const slowest = speed * (1 - slower) - speedError;
  if (slowest <= 0) return null;
  const instant = (minutes: number): EpochMs => Math.max(now, Math.round(lastAt + minutes * minuteMs));
  const at = instant(left / speed);
  const earliest = instant((left - valueError) / (speed * (1 + faster) + speedError));
  const latest = instant((left + valueError) / slowest);
  return at > now + horizonMs || latest > now + 2 * horizonMs ? null : { side, at, earliest, latest };
}

/** The latest good readings without a gap or a fault between them. */
function latestStretch(readings: readonly Reading[], maxGap: DurationMs): GoodReading[] {
  const stretch: GoodReading[] = [];
  let after = readings[readings.length - 1]?.at ?? 0;
  const earliest = after - trendMs;
  for (let index = readings.length - 1; index >= 0 && stretch.length < trendReadingsMax; index -= 1) {
    const reading = readings[index];
    if (reading === undefined || !isGood(reading) || reading.at < earliest || after - reading.at > maxGap)
      break;
    stretch.push(reading);
    after = reading.at;
  }
  return stretch.reverse();
}

/** The trend over the longest of ever shorter times in which the readings lie along a line as well as they do from one to the next. */
function bestFit(stretch: readonly GoodReading[]): LineFit | null {
  let part = stretch;
  for (;;) {
    if (part.length < trendReadingsMin) return null;
    const fit = fitLine(part, scatterMin);
    if (fit === null) return null;
    const shorter = part.slice(Math.floor(part.length / 3));
    if (fit.scatter <= 1.5 * noise(part) || shorter.length < trendReadingsMin) return fit;
    part = shorter;
  }
}

/** Standard deviation of a single reading about its neighbours: what is left when any straight line is taken away. */
function noise(readings: readonly GoodReading[]): number {
  let sum = 0;
  for (let index = 2; index < readings.length; index += 1) {
    const [a, b, c] = [readings[index - 2], readings[index - 1], readings[index]];
    if (a === undefined || b === undefined || c === undefined) continue;
    const share = c.at > a.at ? (b.at - a.at) / (c.at - a.at) : 0.5;
    const expected = a.celsius + share * (c.celsius - a.celsius);
    sum += (b.celsius - expected) ** 2 / (1 + share ** 2 + (1 - share) ** 2);
  }
  return Math.max(scatterMin, Math.sqrt(sum / (readings.length - 2)));
}

/** True where the probe has not gone further than it did in the time before the trend. */
function isUsual(readings: readonly Reading[], fit: LineFit, sign: 1 | -1, last: GoodReading): boolean {
  const present = Math.min(fit.celsius * sign, last.celsius * sign);
  return readings.some(
    (reading) =>
      isGood(reading) &&
      reading.at < last.at - trendMs &&
      reading.at >= last.at - trendMs - usualMs &&
      reading.celsius * sign >= present - usualBy,
  );
}
