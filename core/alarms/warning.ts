import type { Profile } from "../site/profile.ts";
import type { EpochMs } from "../time/millis.ts";

/** Since when a probe has been beyond its warning limits, by event time; null on a side where it is not. Plain data, part of a probe's state. */
export interface WarningMemory {
  readonly highFrom: EpochMs | null;
  readonly lowFrom: EpochMs | null;
  /** The latest good reading's time, to tell a gap from an unbroken run. */
  readonly at: EpochMs;
}

/** True where a profile warns before its limits. */
export function hasWarnings({ alarms }: Profile): boolean {
  return alarms !== undefined && (alarms.warnHigh !== null || alarms.warnLow !== null);
}

/**
 * Follows good readings, in time order and calibrated, against the warning limits. On-delay and deadband are those of the limits (the comparator of
 * domain.md section 5): the time beyond must be unbroken until `alarmDelay` is over; after that only a reading inside by `deadband` ends it. Null where
 * there is nothing to remember. Pure.
 */
export function followWarning(
  memory: WarningMemory | null,
  at: EpochMs,
  celsius: number,
  profile: Profile,
): WarningMemory | null {
  const { warnHigh = null, warnLow = null } = profile.alarms ?? {};
  const run = memory !== null && at - memory.at <= profile.maxGap ? memory : null;
  const highFrom = follow(run?.highFrom ?? null, at, celsius, warnHigh, profile);
  const lowFrom = follow(run?.lowFrom ?? null, at, -celsius, warnLow === null ? null : -warnLow, profile);
  return highFrom === null && lowFrom === null ? null : { highFrom, lowFrom, at };
}

function follow(
  from: EpochMs | null,
  at: EpochMs,
  value: number,
  limit: number | null,
  { deadband, alarmDelay }: Profile,
): EpochMs | null {
  if (limit === null) return null;
  if (value > limit) return from ?? at;
  if (from === null || at - from < alarmDelay) return null;
  return value > limit - deadband ? from : null;
}

/** True where a temperature is no longer beyond the warning limit on a side, nor within the deadband inside it. */
export function isInsideWarning(
  side: "high" | "low",
  celsius: number,
  { alarms, deadband }: Profile,
): boolean {
  const limit = (side === "high" ? alarms?.warnHigh : alarms?.warnLow) ?? null;
  return limit === null || (celsius - limit) * (side === "high" ? 1 : -1) <= -deadband;
}
