/** What can be decided about a held unit. `concession`: released although a rule says otherwise, which takes two persons. `other-use`: never for a patient, e.g. research. */
export const decisionKinds = ["release", "concession", "discard", "other-use"] as const;

/** A decision about a held unit. */
export type DecisionKind = (typeof decisionKinds)[number];

/** The decisions as people read them. */
export const decisionWords: Readonly<Record<DecisionKind, string>> = {
  release: "Release",
  concession: "Release with concession",
  discard: "Discard",
  "other-use": "Other use",
};

/** True for decisions after which a unit may reach a patient. */
export function givesBack(decision: DecisionKind): boolean {
  return decision === "release" || decision === "concession";
}

/** Most units that one signature covers. */
export const unitsPerDecisionMax = 5_000;

/** What a unit's ledger said when it was decided about: part of what was signed. Times in ms, temperatures in degrees Celsius. */
export interface DecidedFigures {
  readonly outMs: number;
  readonly worstCaseMs: number;
  readonly longestOutMs: number;
  readonly count: number;
  readonly minCelsius: number | null;
  readonly maxCelsius: number | null;
  readonly degreeMinutes: number;
}

/** A unit that a decision is about, and what it went through. */
export interface DecidedUnit {
  readonly din: string;
  readonly productCode: string;
  readonly figures: DecidedFigures;
  /** What the rules said, by rule. */
  readonly advice: Readonly<Record<string, string>>;
}

/** Everything that the signature under a decision covers. */
export interface DecisionContent {
  readonly excursion: string;
  readonly revision: number;
  readonly decision: DecisionKind;
  /** Why the units were exposed, from the site's list; null where it is not known yet. */
  readonly cause: string | null;
  readonly units: readonly DecidedUnit[];
}
