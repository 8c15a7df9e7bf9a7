import { type DurationMs, type EpochMs, minuteMs } from "../time/millis.ts";

/** Failures in a row until an account is locked. */
export const lockoutFailures = 5;

/** How long the first lock lasts, ms; each further failure doubles it. */
export const lockoutFirstMs: DurationMs = minuteMs;

/** The longest lock, ms: long enough that guessing is hopeless, short enough that nobody can keep a person away from the alarms for a night with one try. */
export const lockoutLongestMs: DurationMs = 15 * minuteMs;

/** After so long without a failure those before are forgotten, ms. */
export const lockoutForgetMs: DurationMs = 24 * 60 * minuteMs;

/** What is known of an account's failures. */
export interface Lockout {
  /** Failures in a row. */
  readonly failures: number;
  readonly lastFailureAt: EpochMs;
  /** Nothing is tried before this; null while not locked. */
  readonly lockedUntil: EpochMs | null;
}

/** No failures. */
export const noFailures: Lockout = { failures: 0, lastFailureAt: 0, lockedUntil: null };

/** True while nothing may be tried. */
export function isLocked({ lockedUntil }: Lockout, at: EpochMs): boolean {
  return lockedUntil !== null && at < lockedUntil;
}

/** What one more failure makes of it. A success makes `noFailures` of it. A failure while locked is none: nothing is tried then. */
export function afterFailure(lockout: Lockout, at: EpochMs): Lockout {
  if (isLocked(lockout, at)) return lockout;
  const isForgotten = at - lockout.lastFailureAt > lockoutForgetMs;
  const failures = (isForgotten ? 0 : lockout.failures) + 1;
  return { failures, lastFailureAt: at, lockedUntil: lockedUntil(failures, at) };
}

function lockedUntil(failures: number, at: EpochMs): EpochMs | null {
  if (failures < lockoutFailures) return null;
  // Beyond 2^20 the bound has been reached long ago.
  const doublings = Math.min(failures - lockoutFailures, 20);
  return at + Math.min(lockoutFirstMs * 2 ** doublings, lockoutLongestMs);
}
