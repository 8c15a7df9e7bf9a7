import type { AlarmKind, AlarmPhase } from "../alarms/alarm.ts";
import type { Side } from "../engine/excursion.ts";
import type { Change } from "../engine/reconcile.ts";
import type { Reading } from "../readings/reading.ts";
import type { ProbeRules } from "../site/profile.ts";
import { type DurationMs, type EpochMs, minuteMs } from "../time/millis.ts";

/** Largest scenario text, in characters. */
export const scenarioTextMax = 1_000_000;
/** Most readings that one scenario may send. */
export const scenarioReadingsMax = 20_000;
/** Most probes of one scenario. */
export const scenarioProbesMax = 64;
/** Most residences of units in one scenario. */
export const scenarioResidencesMax = 1_000;
/** Most expectations and acts of one scenario. */
export const scenarioStepsMax = 1_000;
/** Most mistakes that are told at once. */
export const scenarioMistakesMax = 20;

/** How far ahead of the true time a reading may say it is; the server refuses what is further ahead (`reading.at-future`). */
export const aheadMaxMs: DurationMs = 5 * minuteMs;

/** Where times in a scenario count from, and the zone in which its clock times are read and shown. */
export interface TimeFrame {
  readonly start: EpochMs;
  readonly zone: string | null;
}

/** A measuring point of a scenario and all that judges it. */
export interface ScenarioProbe {
  readonly id: string;
  readonly appliance: string;
  readonly rules: ProbeRules;
}

/** One reading as its device sent it. `sentAt` is the true time; the reading bears the time of the device's clock. */
export interface SentReading {
  readonly probe: string;
  readonly sentAt: EpochMs;
  readonly reading: Reading;
}

/** A blood unit in an appliance; `to` is null while it stays there. */
export interface Residence {
  readonly unit: string;
  readonly appliance: string;
  readonly from: EpochMs;
  readonly to: EpochMs | null;
}

/** Readings sent from `from` up to and including `to` arrive together at `arriveAt`. `probe` null: those of all probes. */
export interface LateDelivery {
  readonly probe: string | null;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly arriveAt: EpochMs;
}

/** How the readings arrive. */
export interface Delivery {
  /** Order drawn from this seed between one moment of the scenario and the next; null: in order. */
  readonly shuffleSeed: number | null;
  /** True where every reading arrives a second time, together with the next one. */
  readonly repeat: boolean;
  readonly late: readonly LateDelivery[];
}

/** The figures of an excursion that an expectation may name; what it leaves out is not looked at. */
export interface ExpectedFigures {
  readonly start?: EpochMs;
  readonly end?: EpochMs | null;
  readonly outMs?: DurationMs;
  readonly unknownMs?: DurationMs;
  readonly extremeCelsius?: number | null;
  readonly degreeMinutes?: number;
  readonly provenGoodBefore?: EpochMs | null;
  readonly provenGoodAfter?: EpochMs | null;
  readonly heldFrom?: EpochMs;
  readonly heldTo?: EpochMs | null;
  readonly critical?: boolean;
  readonly status?: "open" | "closed";
}

/** The parts of a window's time that an expectation names. */
export interface ExpectedCoverage {
  readonly inMs?: DurationMs;
  readonly lowMs?: DurationMs;
  readonly highMs?: DurationMs;
  readonly unknownMs?: DurationMs;
  readonly pendingMs?: DurationMs;
}

/** What must be, as known at an instant. `probe` null: the only one, or (counts and "no ...") all together. */
export type Expectation =
  | {
      readonly kind: "excursion";
      readonly probe: string | null;
      readonly side: Side;
      readonly figures: ExpectedFigures;
    }
  | {
      readonly kind: "excursion-count";
      readonly probe: string | null;
      readonly side: Side | null;
      readonly status: "open" | "closed" | null;
      readonly count: number;
    }
  | {
      readonly kind: "coverage";
      readonly probe: string | null;
      readonly from: EpochMs;
      readonly to: EpochMs;
      readonly parts: ExpectedCoverage;
    }
  | {
      readonly kind: "alarm";
      readonly probe: string | null;
      readonly alarm: AlarmKind;
      readonly phase: AlarmPhase | null;
      readonly raisedAt: EpochMs | null;
    }
  | { readonly kind: "no-alarm"; readonly probe: string | null; readonly alarm: AlarmKind | null }
  | { readonly kind: "revision"; readonly probe: string | null; readonly change: Change }
  | { readonly kind: "no-revision"; readonly probe: string | null; readonly change: Change | null }
  | { readonly kind: "revisions"; readonly probe: string | null; readonly changes: readonly Change[] }
  | {
      readonly kind: "unit";
      readonly unit: string;
      readonly what: "held" | "exposed";
      readonly is: boolean;
    }
  | { readonly kind: "refused"; readonly count: number };

/** What a person does with the alarms of a probe; `alarm` null: with all that are under way. */
export type Act =
  | {
      readonly kind: "acknowledge" | "reset";
      readonly probe: string | null;
      readonly alarm: AlarmKind | null;
    }
  | {
      readonly kind: "shelve";
      readonly probe: string | null;
      readonly alarm: AlarmKind | null;
      readonly forMs: DurationMs;
    };

/** One moment of a scenario: something is expected, or somebody does something. */
export interface Step {
  readonly line: number;
  /** The words as they stand in the file. */
  readonly text: string;
  /** `end`: when everything has arrived and all else has happened. */
  readonly at: EpochMs | "end";
  readonly what: Expectation | Act;
}

/** A scenario as its text describes it, checked (docs/scenarios.md). */
export interface Scenario {
  readonly file: string;
  readonly title: string;
  readonly frame: TimeFrame;
  readonly probes: readonly ScenarioProbe[];
  readonly sent: readonly SentReading[];
  readonly residences: readonly Residence[];
  readonly delivery: Delivery;
  readonly steps: readonly Step[];
}

/** The words that begin what a person does. */
export const actWords = ["acknowledge", "reset", "shelve"] as const;

/** True where a step is something that a person does. */
export function isAct(what: Expectation | Act): what is Act {
  return actWords.some((word) => word === what.kind);
}
