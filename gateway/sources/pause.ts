import type { Random } from "@coldkeep/core/time/clock.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";

/** Shortest pause before something is tried again. Unit ms. */
export const pauseMinMs = 50;

/** First range of pauses; doubles with each failure. Unit ms. */
export const pauseBaseMs = 250;

/** A growing pause with full jitter after the n-th failure in a row (from 1): anywhere between the least and the present ceiling. */
export function pauseAfter(failures: number, pauseMaxMs: DurationMs, random: Random): DurationMs {
  const ceiling = Math.min(pauseMaxMs, pauseBaseMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(Math.max(pauseMinMs, random() * ceiling));
}
