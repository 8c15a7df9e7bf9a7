import type { CanaryFigures } from "../canary/canary-reads.ts";
import type { Interval } from "@coldkeep/core/engine/line.ts";
import type { Period } from "@coldkeep/core/report/period.ts";
import type { DueState } from "@coldkeep/core/site/calibration.ts";
import type { Profile } from "@coldkeep/core/site/profile.ts";
import type { CalibrationVersion } from "@coldkeep/core/site/site.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { KeptRevision, StandingExcursion } from "../excursions/excursion-reads.ts";
import type { JournalHead } from "../journal/journal.ts";
import type { ReviewState, StandingSignature } from "../signatures/excursion-signing.ts";
import type { KeptAction } from "../corrective/corrective-records.ts";
import type { AlarmResponse } from "./alarm-responses.ts";
import type { AlarmTest } from "./alarm-tests.ts";
import type { GapReason } from "./explain-gap.ts";
import type { Interruption } from "./interruptions.ts";
import type { Gap, ProbePeriod } from "./probe-period.ts";
import type { RuleChange } from "./rule-changes.ts";
import type { UnitActs } from "./unit-acts.ts";

/** A gap and why nothing can be shown for it, as far as the records say. */
export interface ExplainedGap extends Gap {
  readonly reasons: readonly GapReason[];
}

/** Limits and timings in force for a probe in some part of the window. */
export interface RuleInForce extends Interval {
  readonly name: string;
  readonly source: string | null;
  readonly edition: string | null;
  readonly rule: Profile;
}

/** A calibration in force in some part of the window. */
export interface CalibrationInForce extends Interval {
  readonly calibration: CalibrationVersion;
}

/** A probe over the window. */
export interface ProbeFacts extends Omit<ProbePeriod, "gaps"> {
  readonly id: string;
  readonly kind: string;
  readonly gaps: readonly ExplainedGap[];
  readonly rules: readonly RuleInForce[];
  readonly calibrations: readonly CalibrationInForce[];
  /** How its calibration stands at the end of the window, or as of which the report is, if that is earlier. */
  readonly due: DueState;
}

/** An appliance with its probes. */
export interface ApplianceFacts {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly room: string | null;
  readonly probes: readonly ProbeFacts[];
}

/** An excursion that touches the window, with all that is known of it. */
export interface ExcursionFacts extends StandingExcursion {
  readonly revisions: readonly KeptRevision[];
  readonly signatures: readonly StandingSignature[];
  readonly review: ReviewState;
  /** Units that it has held, released ones among them. */
  readonly unitsHeld: number;
}

/** A signature given in the window. */
export interface GivenSignature {
  readonly at: EpochMs;
  readonly name: string;
  readonly login: string;
  readonly role: string;
  readonly meaning: string;
  readonly method: string;
  readonly subjectKind: string;
  readonly subject: string;
  readonly reason: string;
  readonly contentHash: string;
}

/** Everything that a period report states. */
export interface PeriodFacts {
  readonly site: string;
  readonly timeZone: string;
  readonly period: Period;
  readonly window: Interval;
  /** As of when all of it was known: the time of the newest entry of the journal. */
  readonly knownAt: EpochMs;
  readonly journal: JournalHead;
  readonly audit: JournalHead;
  readonly wantsMkt: boolean;
  readonly appliances: readonly ApplianceFacts[];
  readonly interruptions: readonly Interruption[];
  /** In order of their beginning; those withdrawn among them. */
  readonly excursions: readonly ExcursionFacts[];
  readonly alarms: readonly AlarmResponse[];
  /** Tests of the alarms that ended in the window, in that order. */
  readonly tests: readonly AlarmTest[];
  readonly changes: readonly RuleChange[];
  readonly units: UnitActs;
  /** Corrective actions that were open at some time in the window, in the order in which they were planned, as they stand. */
  readonly actions: readonly KeptAction[];
  readonly signatures: readonly GivenSignature[];
  /** How the canary's test alarms went that began in the window. */
  readonly canary: CanaryFigures;
}

/** All probes of a report, with their appliances. */
export function probesOf({ appliances }: Pick<PeriodFacts, "appliances">): {
  readonly appliance: ApplianceFacts;
  readonly probe: ProbeFacts;
}[] {
  return appliances.flatMap((appliance) => appliance.probes.map((probe) => ({ appliance, probe })));
}
