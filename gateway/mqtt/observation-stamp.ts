import { type Stamp, timeQuality } from "@coldkeep/core/readings/stamp.ts";
import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";

/** What decides about the time of a device's message. */
export interface StampRules {
  /** Nothing can have waited at the broker. */
  readonly clean: boolean;
  /** The device says at once what it measures, see DeviceDialect. */
  readonly tellsAtOnce: boolean;
  readonly timeResolutionMs: DurationMs;
  readonly clockToleranceMs: DurationMs;
  readonly arrivalUncertaintyMs: DurationMs;
}

/** The time of a message. */
export interface ObservationStamp {
  /** Null where nobody knows the age of the message. */
  readonly stamp: Stamp | null;
  /** Whether the device's clock is wrong; null where that cannot be judged. */
  readonly clockOff: boolean | null;
}

/**
 * Decides which time a message has. Pure. The device's own is believed, except where it must be that of the arrival and is not: then the
 * device's clock is wrong. `waitedMs` is how long the message may have waited unread in this machine.
 */
export function stampObservation(
  rules: StampRules,
  at: EpochMs | null,
  arrivedAt: EpochMs,
  waitedMs: DurationMs,
): ObservationStamp {
  const underWayMs = rules.arrivalUncertaintyMs + waitedMs;
  const deviceMs = rules.timeResolutionMs + rules.clockToleranceMs;
  const arrived: Stamp = { at: arrivedAt, time: timeQuality("arrival", underWayMs) };
  if (at === null) return { stamp: rules.clean ? arrived : null, clockOff: null };
  const told: Stamp = { at, time: timeQuality("device", deviceMs) };
  if (!rules.clean || !rules.tellsAtOnce) return { stamp: told, clockOff: null };
  const clockOff = at > arrivedAt + deviceMs || at < arrivedAt - deviceMs - underWayMs;
  return { stamp: clockOff ? arrived : told, clockOff };
}
