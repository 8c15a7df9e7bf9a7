import type { Clock } from "./clock.ts";
import type { EpochMs } from "./millis.ts";

/** A clock that stands where `now` says and runs no timers: for work whose times come from a record. */
export function standingClock(now: () => EpochMs): Clock {
  return { epochMs: now, monotonicMs: () => 0, after: () => () => undefined };
}
