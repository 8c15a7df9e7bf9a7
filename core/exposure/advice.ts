import type { EpochMs } from "../time/millis.ts";
import type { Exposure } from "./exposure.ts";
import { combine, meetRequirement, type Verdict } from "./requirement.ts";
import type { Component, Rule } from "./rule.ts";

/** What a rule says of a unit: advice for the person who decides. */
export interface Advice {
  readonly rule: string;
  readonly title: string;
  readonly source: string;
  readonly edition: string;
  readonly verdict: Verdict;
  /** The figures that were compared, one for each demand of the rule, in words. */
  readonly figures: readonly string[];
}

/** What is known of a unit when rules are chosen for it. */
export interface AdvisedUnit {
  /** Null where nobody said what component it is. */
  readonly component: Component | null;
  /** Storage profiles of the appliances that it was in. */
  readonly profiles: readonly string[];
}

/** The rules that are for a unit. */
export function rulesFor(rules: readonly Rule[], { component, profiles }: AdvisedUnit): Rule[] {
  return rules.filter(
    ({ appliesTo }) =>
      (component !== null && appliesTo.components.includes(component)) ||
      appliesTo.profiles.some((profile) => profiles.includes(profile)),
  );
}

/**
 * Holds a rule against a unit's exposures, which are sorted by their start. Unknown time counts as the worst: `within` only where even that is.
 * Never a decision.
 */
export function advise(rule: Rule, exposures: readonly Exposure[], now: EpochMs): Advice {
  const findings = rule.requirements.map((each) => meetRequirement(each, exposures, now));
  const { id, title, source, edition } = rule;
  return {
    rule: id,
    title,
    source,
    edition,
    verdict: combine(findings.map(({ verdict }) => verdict)),
    figures: findings.map(({ figures }) => figures),
  };
}
