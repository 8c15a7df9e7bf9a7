import { type Fault, isGood, type Reading } from "../readings/reading.ts";
import { type DurationMs, type EpochMs, minuteMs, secondMs } from "../time/millis.ts";

/**
 * What must not be believed of a sensor (docs/sensor-trust.md). Temperatures are what the sensor said, before any calibration. A rule that is
 * false or null never distrusts anything.
 */
export interface TrustRule {
  /** Exactly 85 degrees Celsius is what a one-wire sensor says before its first conversion. */
  readonly powerOn: boolean;
  /** The codes that one-wire devices and their drivers give for "no sensor" and "too little power". */
  readonly disconnected: boolean;
  /** Lowest and highest temperature that the sensor can measure, degrees Celsius; exactly on it is trusted. */
  readonly min: number | null;
  readonly max: number | null;
  /** Exactly 0 after a trusted value further than this from 0, degrees Celsius: a bus stuck low reads all zeros. */
  readonly allZeroBeyond: number | null;
  /** Time without any change of the value after which it counts as stuck; above 0. */
  readonly stuckAfter: DurationMs | null;
  /** Fastest change that can be true, degrees Celsius per minute; above 0. */
  readonly maxJumpPerMinute: number | null;
  /** Consecutive readings that agree with each other after which a jump is believed; at least 2. */
  readonly believeAfter: number;
}

/** A jump is believed after this many readings unless the rule says otherwise. */
export const believeAfterDefault = 3;

/** Two values closer in time than this are compared as though they were this far apart: noise and rounding would else be jumps. */
export const jumpOverAtLeastMs: DurationMs = 15 * secondMs;

/** A value of a sensor at an instant of event time, as it came. */
export interface SensorValue {
  readonly at: EpochMs;
  readonly celsius: number;
}

/** What the past of a sensor means for the trust in its next reading. Plain data, part of a probe's state. */
export interface TrustMemory {
  /** The latest value that was no code and in the sensor's range, and since when it has not changed. */
  readonly value: (SensorValue & { readonly since: EpochMs }) | null;
  /** The latest trusted value. */
  readonly trusted: SensorValue | null;
  /** The jump that is not believed yet: its latest value, and how many in a row agree with each other. */
  readonly doubt: (SensorValue & { readonly agreeing: number }) | null;
}

/** Whether a reading is distrusted, why, and what to remember. */
export interface Verdict {
  /** The word for why it is distrusted; null where it is trusted, or is a fault already. */
  readonly fault: Fault | null;
  readonly memory: TrustMemory | null;
}

const nothing: TrustMemory = { value: null, trusted: null, doubt: null };
const codes: ReadonlySet<number> = new Set([-127, 127.9375, 127.938, 127.94]);

/**
 * Judges whether the next reading of a sensor, in the order of `compareReadings`, is to be trusted (docs/sensor-trust.md). Pure.
 *
 * @param rule what applies at the reading's instant; null: nothing is distrusted and everything is forgotten
 * @param maxGap longest distance of two readings that still speak about each other
 */
export function judgeTrust(
  memory: TrustMemory | null,
  reading: Reading,
  rule: TrustRule | null | undefined,
  maxGap: DurationMs,
): Verdict {
  if (rule === null || rule === undefined) return { fault: null, memory: null };
  if (!isGood(reading)) return { fault: null, memory };
  const code = codeOf(rule, reading.celsius);
  if (code !== null) return { fault: code, memory };
  const before = memory ?? nothing;
  const value = follow(before.value, reading, maxGap);
  const fault = fixedFault(rule, before.trusted, value);
  if (fault !== null) return { fault, memory: { ...before, value } };
  return judgeJump(before, value, rule, maxGap);
}

function codeOf(rule: TrustRule, celsius: number): Fault | null {
  if (rule.powerOn && celsius === 85) return "power-on";
  if (rule.disconnected && codes.has(celsius)) return "disconnected";
  const isOutside = (rule.min !== null && celsius < rule.min) || (rule.max !== null && celsius > rule.max);
  return isOutside ? "range" : null;
}

function follow(
  before: TrustMemory["value"],
  { at, celsius }: SensorValue,
  maxGap: DurationMs,
): NonNullable<TrustMemory["value"]> {
  const goesOn = before !== null && before.celsius === celsius && at - before.at <= maxGap;
  return { at, celsius, since: goesOn ? before.since : at };
}

function fixedFault(
  rule: TrustRule,
  trusted: SensorValue | null,
  value: NonNullable<TrustMemory["value"]>,
): Fault | null {
  const { allZeroBeyond, stuckAfter } = rule;
  const wasFar = allZeroBeyond !== null && trusted !== null && Math.abs(trusted.celsius) > allZeroBeyond;
  if (wasFar && value.celsius === 0) return "bus";
  return stuckAfter !== null && value.at - value.since >= stuckAfter ? "stuck" : null;
}

function judgeJump(
  before: TrustMemory,
  value: NonNullable<TrustMemory["value"]>,
  rule: TrustRule,
  maxGap: DurationMs,
): Verdict {
  const { at, celsius } = value;
  const trust: Verdict = { fault: null, memory: { value, trusted: { at, celsius }, doubt: null } };
  const { maxJumpPerMinute } = rule;
  if (maxJumpPerMinute === null) return trust;
  const agreesWith = (other: SensorValue): boolean =>
    at - other.at <= maxGap && isPossible(other, value, maxJumpPerMinute);
  const latest = before.doubt ?? before.trusted;
  const nothingToCompare = latest === null || at - latest.at > maxGap;
  if (nothingToCompare || (before.trusted !== null && agreesWith(before.trusted))) return trust;
  const agreeing = before.doubt !== null && agreesWith(before.doubt) ? before.doubt.agreeing + 1 : 1;
  if (agreeing >= rule.believeAfter) return trust;
  return { fault: "jump", memory: { ...before, value, doubt: { at, celsius, agreeing } } };
}

function isPossible(from: SensorValue, to: SensorValue, maxPerMinute: number): boolean {
  const distanceMs = Math.max(to.at - from.at, jumpOverAtLeastMs);
  return Math.abs(to.celsius - from.celsius) * minuteMs <= maxPerMinute * distanceMs;
}
