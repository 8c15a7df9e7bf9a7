import { isGood, type Reading } from "../readings/reading.ts";
import { type ProbeRules, ruleAt } from "../site/profile.ts";
import { judgeTrust, type TrustMemory, type Verdict } from "./trust.ts";

/** True where some version of a probe's rules may distrust a reading. */
export function hasTrustRules(rules: ProbeRules): boolean {
  const { profiles } = rules;
  if (profiles.length === 1) return (profiles[0]?.rule.trust ?? null) !== null;
  return profiles.some(({ rule }) => (rule.trust ?? null) !== null);
}

/** Judges the trust in a probe's next reading by the rules in force at its instant. */
export function judgeTrustBy(memory: TrustMemory | null, reading: Reading, rules: ProbeRules): Verdict {
  const { trust, maxGap } = ruleAt(rules.profiles, reading.at);
  return judgeTrust(memory, reading, trust, maxGap);
}

/**
 * The readings as they are judged: a distrusted one is a fault that says why, in its place. `readings` are in the order of `compareReadings` and
 * without repeats; `before` is what was remembered before the first of them.
 */
export function distrust(
  readings: readonly Reading[],
  rules: ProbeRules,
  before: TrustMemory | null,
): readonly Reading[] {
  if (!hasTrustRules(rules)) return readings;
  let memory = before;
  return readings.map((reading) => {
    const verdict = judgeTrustBy(memory, reading, rules);
    memory = verdict.memory;
    return verdict.fault !== null && isGood(reading)
      ? { at: reading.at, fault: verdict.fault, said: reading.celsius }
      : reading;
  });
}

/** What is remembered after readings. */
export function rememberAfter(
  readings: readonly Reading[],
  rules: ProbeRules,
  before: TrustMemory | null,
): TrustMemory | null {
  if (!hasTrustRules(rules)) return null;
  return readings.reduce<TrustMemory | null>(
    (memory, reading) => judgeTrustBy(memory, reading, rules).memory,
    before,
  );
}
