import type { DeliveryEffect, Outcome } from "@coldkeep/core/summons/delivery.ts";
import type { AlarmKind, AlarmPhase, AlarmSeverity } from "@coldkeep/core/alarms/alarm.ts";
import type { ExcursionFigures } from "@coldkeep/core/engine/excursion.ts";
import type { Forecast } from "@coldkeep/core/forecast/forecast.ts";
import type { Reading } from "@coldkeep/core/readings/reading.ts";
import type { TimeSource } from "@coldkeep/core/readings/stamp.ts";
import type { DueState } from "@coldkeep/core/site/calibration.ts";
import type { ApplianceKind } from "@coldkeep/core/site/site.ts";
import type { DecisionKind } from "@coldkeep/core/contract/dispositions.ts";
import type { KeptAction } from "../corrective/corrective-records.ts";
import type { KeptDecision } from "../dispositions/decision-records.ts";
import type { ReviewState, StandingSignature } from "../signatures/excursion-signing.ts";
import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";

/** What the pages show, as the read side of the server hands it to them. The pages never touch the database. */

/** How a probe stands now. `pending`: too early to say; `none`: never heard of. */
export type Standing = "in" | "low" | "high" | "unknown" | "pending" | "none";

/** The site whose pages these are. */
export interface SiteView {
  readonly id: string;
  /** IANA name; every time on a page is shown in it. */
  readonly timeZone: string;
  /** The drill that is under way; left out where none is. */
  readonly drill?: DrillNote;
}

/** A drill that is under way, as every page says it. */
export interface DrillNote {
  readonly id: string;
  readonly applianceName: string;
  /** True once its alarm was raised. */
  readonly isRaised: boolean;
}

/** An alarm that somebody should see. */
export interface AlarmView {
  readonly id: string;
  readonly kind: AlarmKind;
  readonly phase: AlarmPhase;
  readonly severity: AlarmSeverity;
  readonly appliance: string | null;
  readonly applianceName: string | null;
  readonly probe: string | null;
  readonly raisedAt: EpochMs;
  /** One sentence: what, where, how bad. */
  readonly text: string;
  readonly acknowledgedBy: string | null;
  /** Who took it on, when, and what they said; only where somebody asks for all about it. */
  readonly answers?: readonly AnswerView[];
}

/** That somebody took an alarm on. */
export interface AnswerView {
  readonly at: EpochMs;
  readonly by: string;
  /** How it was answered and what was promised; null where nothing was said. */
  readonly note: string | null;
}

/** The limits in force now, degrees Celsius. */
export interface LimitsView {
  readonly low: number | null;
  readonly high: number | null;
  readonly criticalLow: number | null;
  readonly criticalHigh: number | null;
}

/** A probe as the board and the appliance page show it. */
export interface ProbeView {
  readonly id: string;
  readonly kind: "air" | "buffered" | "product";
  readonly standing: Standing;
  readonly latest: Reading | null;
  readonly limits: LimitsView;
  /** The last hours for a sparkline: at most 120 points in time order; a fault or a gap is a null. */
  readonly spark: readonly (readonly [EpochMs, number | null])[];
  /** When it reaches a limit at this rate: advice, nothing depends on it. */
  readonly forecast?: Forecast | null;
  /** How its calibration stands. */
  readonly calibration?: { readonly state: DueState; readonly due: string | null };
  /** True while another probe of the appliance says something else. */
  readonly inDoubt?: boolean;
}

/** An appliance on the board. */
export interface ApplianceView {
  readonly id: string;
  readonly name: string;
  readonly kind: ApplianceKind;
  readonly profile: string;
  readonly probes: readonly ProbeView[];
  readonly openExcursions: readonly string[];
  readonly unitsInside: number;
  readonly unitsHeld: number;
}

/** The board: every appliance, worst first, and the alarms that call for somebody. */
export interface BoardView {
  readonly site: SiteView;
  readonly at: EpochMs;
  readonly alarms: readonly AlarmView[];
  readonly appliances: readonly ApplianceView[];
}

/** One excursion in a list. */
export interface ExcursionView extends ExcursionFigures {
  readonly id: string;
  readonly probe: string;
  readonly appliance: string;
  readonly applianceName: string;
  readonly status: "open" | "closed" | "withdrawn";
  readonly revision: number;
  /** Whether a quality officer has signed it as it stands. */
  readonly review: ReviewState;
  readonly unitsHeld: number;
}

/** A curve over a window: readings in time order, with what is needed to show gaps as gaps and limits as they were. */
export interface CurveView {
  readonly probe: string;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly readings: readonly Reading[];
  /** Two good readings further apart than this have unknown time between them. */
  readonly maxGapMs: number;
  readonly limits: LimitsView;
}

/** One appliance with its curves and what happened to it. */
export interface AppliancePageView {
  readonly site: SiteView;
  readonly at: EpochMs;
  readonly appliance: ApplianceView;
  readonly curves: readonly CurveView[];
  readonly alarms: readonly AlarmView[];
  readonly excursions: readonly ExcursionView[];
}

/** A unit held because of an excursion. */
export interface HeldUnitView {
  readonly din: string;
  readonly productCode: string;
  /** When it was in the appliance during the held interval. */
  readonly residenceFrom: EpochMs;
  readonly residenceTo: EpochMs | null;
  /** Where it is now: an appliance's name, or null where it left (issued or otherwise out): then it is on the recall list. */
  readonly now: string | null;
  /** False where a later revision shows that it was never exposed; a person still releases it. */
  readonly exposed: boolean;
  readonly heldSince: EpochMs;
  readonly released: boolean;
  /** What ended the hold: a named person's decision; null while it stands. */
  readonly decision: { readonly decision: DecisionKind; readonly by: string; readonly at: EpochMs } | null;
}

/** A revision of an excursion: what was known since when, and why it changed. */
export interface RevisionView {
  readonly revision: number;
  readonly knownAt: EpochMs;
  readonly change: string;
  readonly reason: string;
  readonly figures: ExcursionFigures;
}

/** One thing that became of a message on its way. */
export interface MessageEvent {
  readonly at: EpochMs;
  readonly event: DeliveryEffect["kind"];
  readonly channel: string | null;
  readonly detail: string | null;
}

/** Someone who was told, or is owed to be told. */
export interface NotificationView {
  readonly contact: string;
  readonly address: string;
  readonly subject: string;
  readonly owedAt: EpochMs;
  readonly sentAt: EpochMs | null;
  readonly attempts: number;
  readonly lastError: string | null;
  /** What became of it in the end; null while that is open, and where it is not known. */
  readonly outcome: Outcome | null;
  /** What became of it on its way; empty where all went as it should. */
  readonly happened: readonly MessageEvent[];
}

/** How well the times of some readings are known: of those with one source the worst. */
export interface TimesView {
  /** Null: nobody said. */
  readonly source: TimeSource | null;
  readonly worstMs: DurationMs | null;
  readonly readings: number;
}

/** One excursion with everything that belongs to it; the page and the report show the same. */
export interface ExcursionPageView {
  readonly site: SiteView;
  readonly at: EpochMs;
  readonly excursion: ExcursionView;
  readonly profile: string;
  readonly profileSource: string | null;
  readonly curve: CurveView;
  /** How well the times of the readings in the held interval are known, by source. */
  readonly times: readonly TimesView[];
  readonly units: readonly HeldUnitView[];
  readonly revisions: readonly RevisionView[];
  /** Who signed it, in the order in which they did. */
  readonly signatures: readonly StandingSignature[];
  /** Signed decisions about its units, in the order in which they were made. */
  readonly decisions: readonly KeptDecision[];
  /** Corrective actions, in the order in which they were planned. */
  readonly actions: readonly KeptAction[];
  readonly alarms: readonly AlarmView[];
  readonly notifications: readonly NotificationView[];
  /** The journal's head when this was read: sequence number and SHA-256 in hex. */
  readonly journalHead: { readonly sequence: number; readonly hash: string };
  /** The audit trail's head when this was read. */
  readonly auditHead: { readonly sequence: number; readonly hash: string };
}

/** The read side as the pages need it. Null where there is no such thing. */
export interface PageViews {
  readonly board: () => BoardView;
  readonly appliance: (
    id: string,
    fromMs: EpochMs,
    toMs: EpochMs,
  ) => AppliancePageView | null | Promise<AppliancePageView | null>;
  readonly excursions: () => {
    readonly site: SiteView;
    readonly at: EpochMs;
    readonly excursions: readonly ExcursionView[];
  };
  readonly excursion: (id: string) => ExcursionPageView | null | Promise<ExcursionPageView | null>;
}
