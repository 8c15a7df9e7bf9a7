import type { AlarmKind } from "../alarms/alarm.ts";
import type { DurationMs, EpochMs } from "../time/millis.ts";
import type { TrustRule } from "../trust/trust.ts";

/**
 * A storage profile: the limits and timings by which a probe's readings are judged (design.md section 5). Temperatures in degrees
 * Celsius; exactly on a limit is in range. A side without a limit is never out of range.
 */
export interface Profile {
  readonly low: number | null;
  readonly high: number | null;
  /** One reading below this qualifies a low excursion at once. */
  readonly criticalLow: number | null;
  /** One reading above this qualifies a high excursion at once. */
  readonly criticalHigh: number | null;
  /** How far inside the limit the temperature must come before it counts as recovering; at least 0. */
  readonly deadband: number;
  /** Longest distance between two good readings that still measures the time between them; above 0. */
  readonly maxGap: DurationMs;
  /** Out-of-range plus unknown time that makes an excursion; at least 0. */
  readonly excursionAfter: DurationMs;
  /** Length of the one contiguous measured stretch inside the shrunk limit that ends an excursion; above 0. */
  readonly recoverAfter: DurationMs;
  /** Unknown time longer than this is an excursion of its own; at least 0. */
  readonly unmonitoredAfter: DurationMs;
  /** Time out of range after which a person is called; at least 0. */
  readonly alarmDelay: DurationMs;
  /** What must not be believed of the sensor (docs/sensor-trust.md); none: every good reading is. */
  readonly trust?: TrustRule | null | undefined;
  /** What more is said about its alarms; none: the standard terms, and no warning before the limits. */
  readonly alarms?: ProfileAlarms | undefined;
}

/** How the alarms of a profile call people. Nothing in here changes what is an excursion. */
export interface ProfileAlarms {
  /** Beyond these, before the limits, people are told of it as an advice; degrees Celsius. */
  readonly warnLow: number | null;
  readonly warnHigh: number | null;
  /** People are called again this long after a call while the condition lasts; above 0. Null: the standard. */
  readonly realarmAfter: DurationMs | null;
  /** How long the condition must be gone before the alarm returns; at least 0. */
  readonly offDelay: DurationMs;
  /** Kinds of alarm that stay until a person resets them, or all of them. */
  readonly latching: boolean | readonly AlarmKind[];
}

/** A rule that applies from an instant of event time until the next one starts. */
export interface Dated<Rule> {
  readonly from: EpochMs;
  readonly rule: Rule;
}

/**
 * What judges one probe over time. Both lists are sorted by `from`, have at least one entry, and their first entry also applies to all
 * earlier time. A reading's `offset` (calibration, degrees Celsius) is added to what the sensor said.
 */
export interface ProbeRules {
  readonly profiles: readonly Dated<Profile>[];
  readonly offsets: readonly Dated<number>[];
}

/** Rules of one profile that always applied, without a calibration offset. */
export function constantRules(profile: Profile): ProbeRules {
  return { profiles: [{ from: 0, rule: profile }], offsets: [{ from: 0, rule: 0 }] };
}

/** The entry of a sorted, non-empty list of dated rules that applies at an instant. */
export function ruleAt<Rule>(dated: readonly Dated<Rule>[], at: EpochMs): Rule {
  let index = dated.length - 1;
  while (index > 0 && (dated[index]?.from ?? 0) > at) index -= 1;
  const found = dated[index];
  if (found === undefined) throw new RangeError("a list of dated rules is never empty");
  return found.rule;
}
