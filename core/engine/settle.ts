import { type DurationMs, type EpochMs, secondMs } from "../time/millis.ts";

/**
 * How long after the last arrival a probe whose newest reading is old already is judged silent. While stored readings are streaming in, the next ones
 * are on their way, and judging the time after each of them as silence would open excursions only to withdraw them.
 */
export const settleMs: DurationMs = 5 * secondMs;

/** Longest time for which a stream of old readings can put off the judging of silence. */
export const settleMaxMs: DurationMs = 60 * secondMs;

/** When a probe whose newest reading is old is judged all the same: `arrivedAt` of the last readings, `staleSince` the first arrival that was old already. */
export function settledAt(arrivedAt: EpochMs, staleSince: EpochMs): EpochMs {
  return Math.min(arrivedAt + settleMs, staleSince + settleMaxMs);
}
