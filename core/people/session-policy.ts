import { type DurationMs, type EpochMs, minuteMs } from "../time/millis.ts";

/** How often a session's last activity is written down at most, ms: a page may ask many times in a second. */
export const seenEveryMs: DurationMs = minuteMs;

/** How long a session may wait for its second step (code, enrolment, new password), ms. */
export const stepMaxMs: DurationMs = 10 * minuteMs;

/** Sessions of one person at the same time; the oldest ends beyond that. */
export const sessionsPerPersonMax = 20;

/** When a session was begun and last used. */
export interface SessionTimes {
  readonly startedAt: EpochMs;
  readonly lastSeenAt: EpochMs;
  readonly isFull: boolean;
}

/** How long sessions last. */
export interface SessionLimits {
  /** Without activity, ms. */
  readonly idleEnd: DurationMs;
  /** At most, ms. */
  readonly sessionMax: DurationMs;
}

/** When a session ends if nothing more is done in it. */
export function sessionEndsAt(times: SessionTimes, { idleEnd, sessionMax }: SessionLimits): EpochMs {
  const longest = times.startedAt + sessionMax;
  if (!times.isFull) return Math.min(times.startedAt + stepMaxMs, longest);
  return Math.min(times.lastSeenAt + idleEnd, longest);
}

/** True where a session is over. So is one that began in the future: the clock was set back, and how long it lasted cannot be known. */
export function isSessionOver(times: SessionTimes, limits: SessionLimits, at: EpochMs): boolean {
  return at >= sessionEndsAt(times, limits) || at < times.startedAt - seenEveryMs;
}

/** True where activity now is to be written down. */
export function isSeenDue({ lastSeenAt }: SessionTimes, at: EpochMs): boolean {
  return at - lastSeenAt >= seenEveryMs;
}
