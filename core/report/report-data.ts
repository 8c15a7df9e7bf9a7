import * as z from "zod";
import { excursionSchema, revisionSchema } from "../contract/excursions.ts";
import { correctiveOutcomes } from "../corrective/corrective-action.ts";
import { decisionKinds } from "../contract/dispositions.ts";
import { instantTextSchema } from "../contract/instants.ts";
import type { ExcursionFigures } from "../engine/excursion.ts";
import type { Dated, Profile } from "../site/profile.ts";
import { parseInstant } from "../time/millis.ts";

/** The format of the data inside a report, and its version. A reader refuses another one. */
export const reportFormat = "coldkeep-excursion-report/1";

/** The files inside a report. */
export const reportFiles = {
  data: "excursion.json",
  readings: "readings.csv",
  units: "units.csv",
  actions: "actions.csv",
} as const;

const celsius = z.number().nullable();
const duration = z.int().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "expected a SHA-256 as 64 lower-case hex digits");
const file = z.strictObject({ name: z.string(), sha256, entries: z.int().min(0) });

/** A version of the limits and timings as a report states them, from when on it applied (null: always before). Durations in ms. */
const profileSchema = z.strictObject({
  from: instantTextSchema.nullable(),
  name: z.string(),
  source: z.string().nullable(),
  edition: z.string().nullable(),
  low: celsius,
  high: celsius,
  criticalLow: celsius,
  criticalHigh: celsius,
  deadband: z.number(),
  maxGapMs: duration,
  excursionAfterMs: duration,
  recoverAfterMs: duration,
  unmonitoredAfterMs: duration,
  alarmDelayMs: duration,
});

/** A calibration of the probe, from when on it applied. `offset` is in the readings already. */
const calibrationSchema = z.strictObject({
  from: instantTextSchema.nullable(),
  offset: z.number(),
  certificate: z.string().nullable(),
  uncertainty: z.number().nullable(),
  due: z.string().nullable(),
});

const headSchema = z.strictObject({ sequence: z.int().min(0), hash: sha256 });

const signatureSchema = z.strictObject({
  name: z.string(),
  at: instantTextSchema,
  meaning: z.string(),
  reason: z.string(),
  contentHash: sha256,
  covers: z.string(),
});

const decisionSchema = z.strictObject({
  decision: z.enum(decisionKinds),
  name: z.string(),
  at: instantTextSchema,
  reason: z.string(),
  cause: z.string().nullable(),
  units: z.array(z.string()),
  second: z
    .strictObject({ name: z.string(), verdict: z.string(), reason: z.string(), at: instantTextSchema })
    .nullable(),
});

const adviceRuleSchema = z.strictObject({
  rule: z.string(),
  title: z.string(),
  source: z.string(),
  edition: z.string(),
});

/** What a unit went through in all excursions that held it, and what the rules say of its life. Times in ms. */
const exposureSchema = z.strictObject({
  unit: z.string(),
  outMs: duration,
  unknownMs: duration,
  worstCaseMs: duration,
  longestOutMs: duration,
  excursions: z.int().min(0),
  minCelsius: celsius,
  maxCelsius: celsius,
  degreeMinutes: z.number(),
  advice: z.array(
    z.strictObject({
      rule: z.string(),
      verdict: z.enum(["within", "exceeded", "cannot-tell"]),
      figures: z.array(z.string()),
    }),
  ),
});

const actionSchema = z.strictObject({
  number: z.int(),
  what: z.string(),
  owner: z.string(),
  due: z.iso.date(),
  cause: z.string().nullable(),
  /** As it stood when the report was made. */
  state: z.enum(["open", "overdue", ...correctiveOutcomes]),
  plannedBy: z.string(),
  plannedAt: instantTextSchema,
  end: z
    .strictObject({
      outcome: z.enum(correctiveOutcomes),
      note: z.string(),
      doneBy: z.string().nullable(),
      doneOn: z.iso.date().nullable(),
      by: z.string(),
      at: instantTextSchema,
    })
    .nullable(),
});

/** Everything that a report states, for programs: what it is about, the evidence from which its figures follow, and where it stands in the records. */
export const reportDataSchema = z.strictObject({
  format: z.literal(reportFormat),
  site: z.string(),
  timeZone: z.string(),
  /** The instant as of which everything in it was known. */
  knownAt: instantTextSchema,
  excursion: excursionSchema,
  applianceName: z.string(),
  profiles: z.array(profileSchema).min(1),
  calibrations: z.array(calibrationSchema),
  readings: file,
  units: file,
  /** Null in reports that were made before they told of corrective actions. */
  actionList: file.nullable().default(null),
  revisions: z.array(revisionSchema),
  alarms: z.array(
    z.strictObject({
      id: z.string(),
      kind: z.string(),
      severity: z.string(),
      phase: z.string(),
      raisedAt: instantTextSchema,
      acknowledgedBy: z.string().nullable(),
      text: z.string(),
      /** Who took it on, when, how, and what they promised. */
      answers: z
        .array(z.strictObject({ at: instantTextSchema, by: z.string(), note: z.string().nullable() }))
        .default([]),
    }),
  ),
  told: z.array(
    z.strictObject({
      contact: z.string(),
      subject: z.string(),
      owedAt: instantTextSchema,
      sentAt: instantTextSchema.nullable(),
      attempts: z.int(),
      /** What became of the message; null while that is open, and in reports of before it was known. */
      outcome: z.string().nullable().default(null),
    }),
  ),
  signatures: z.array(signatureSchema),
  decisions: z.array(decisionSchema),
  actions: z.array(actionSchema).default([]),
  /** The rules that `exposures` names. */
  adviceRules: z.array(adviceRuleSchema).default([]),
  exposures: z.array(exposureSchema).default([]),
  journal: headSchema,
  audit: headSchema.nullable(),
});

/** The data inside a report, checked. */
export type ReportData = z.output<typeof reportDataSchema>;

/** The dated profiles that a report states, as the engine takes them. */
export function statedProfiles(data: ReportData): Dated<Profile>[] {
  return data.profiles.map((each) => ({
    from: each.from === null ? 0 : instant(each.from),
    rule: {
      low: each.low,
      high: each.high,
      criticalLow: each.criticalLow,
      criticalHigh: each.criticalHigh,
      deadband: each.deadband,
      maxGap: each.maxGapMs,
      excursionAfter: each.excursionAfterMs,
      recoverAfter: each.recoverAfterMs,
      unmonitoredAfter: each.unmonitoredAfterMs,
      alarmDelay: each.alarmDelayMs,
      trust: null,
    },
  }));
}

/** The figures that a report states. */
export function statedFigures({ excursion }: ReportData): ExcursionFigures {
  const { side, outMs, unknownMs, extremeCelsius, degreeMinutes, critical } = excursion;
  const orNull = (text: string | null) => (text === null ? null : instant(text));
  return {
    side,
    start: instant(excursion.start),
    end: orNull(excursion.end),
    provenGoodBefore: orNull(excursion.provenGoodBefore),
    provenGoodAfter: orNull(excursion.provenGoodAfter),
    outMs,
    unknownMs,
    extremeCelsius,
    degreeMinutes,
    critical,
  };
}

function instant(text: string): number {
  return parseInstant(text) ?? Number.NaN;
}
