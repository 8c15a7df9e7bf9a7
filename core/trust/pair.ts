import type { Condition } from "../alarms/probe-conditions.ts";
import type { LastReading } from "../engine/probe-state.ts";
import type { DurationMs, EpochMs } from "../time/millis.ts";

/** How far and how long two probes of one appliance may differ (docs/sensor-trust.md). */
export interface PairRule {
  /** Degrees Celsius. */
  readonly difference: number;
  readonly after: DurationMs;
}

/** One probe of a pair as it stands: its latest reading as it was judged, and how long that speaks for it. */
export interface PairSide {
  readonly last: LastReading | null;
  readonly maxGap: DurationMs;
}

/** How a pair stands. `since` is the beginning of a disagreement that is going on; to be kept and handed in the next time. */
export interface PairStanding {
  readonly since: EpochMs | null;
  readonly condition: Condition;
}

/**
 * Compares the latest trusted readings of two probes at `now`. The condition is on once they have been seen to differ by more than the rule allows for `after`, off as
 * soon as they do not, unchanged while they cannot be compared. Pure.
 */
export function judgePair(
  since: EpochMs | null,
  one: PairSide,
  other: PairSide,
  rule: PairRule,
  now: EpochMs,
): PairStanding {
  const a = fresh(one, now);
  const b = fresh(other, now);
  if (a === null || b === null) return { since: null, condition: "unchanged" };
  if (Math.abs(a.celsius - b.celsius) <= rule.difference) return { since: null, condition: "off" };
  const at = Math.max(a.at, b.at);
  const began = since ?? at;
  return { since: began, condition: at - began >= rule.after ? "on" : "unchanged" };
}

/** The latest reading as long as it is good and no older than it speaks for. */
function fresh({ last, maxGap }: PairSide, now: EpochMs): { at: EpochMs; celsius: number } | null {
  if (last === null || last.celsius === null || now - last.at > maxGap) return null;
  return { at: last.at, celsius: last.celsius };
}
