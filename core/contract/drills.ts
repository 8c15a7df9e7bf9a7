import * as z from "zod";
import { alarmKinds, alarmSeverities } from "../alarms/alarm.ts";
import { drillScenarios } from "../drills/trace.ts";
import { idSchema } from "./ids.ts";
import { instantQuerySchema, instantTextSchema } from "./instants.ts";

/** Shortest and longest time within which a drill is to be answered, in minutes. */
export const drillGoalMinutesMin = 1;
export const drillGoalMinutesMax = 120;

/** Most days between two times of a drill that is held again and again. */
export const drillRepeatDaysMax = 400;

/** Most characters of the reason for a drill. */
export const drillReasonMax = 500;

const reasonSchema = z.string().trim().min(1).max(drillReasonMax);
const nameSchema = z.string().trim().min(1).max(100);

/** What a drill plays: a scenario made to fit the probe's limits, or what a probe (its own where left out) recorded from one instant to another. */
export const drillTraceSchema = z.union([
  z.strictObject({ scenario: z.enum(drillScenarios) }),
  z.strictObject({ probe: idSchema.optional(), from: instantQuerySchema, to: instantQuerySchema }),
]);

/** The body of `POST /v1/drills`. */
export const drillOrderSchema = z.object({
  probe: idSchema,
  trace: drillTraceSchema,
  /** Now where left out. */
  startAt: instantQuerySchema.optional(),
  /** Within how many minutes of the alarm somebody is to answer. */
  answerWithinMinutes: z.int().min(drillGoalMinutesMin).max(drillGoalMinutesMax),
  /** Held again so many days after each time. */
  repeatDays: z.int().min(1).max(drillRepeatDaysMax).optional(),
  /** Tells those who are to be called when it begins. */
  announce: z.boolean().default(false),
  reason: reasonSchema,
  by: nameSchema.optional(),
});

/** The body of `POST /v1/drills/{id}/cancel`. */
export const drillCancelSchema = z.object({ reason: reasonSchema, by: nameSchema.optional() });

/** The outcomes of a drill. */
export const drillOutcomes = ["passed", "not-passed", "broken-off", "not-held", "cancelled"] as const;

const momentSchema = z.object({
  at: instantTextSchema,
  event: z.string(),
  actor: z.string(),
  detail: z.record(z.string(), z.unknown()),
});

/** A drill in a list. */
export const drillSchema = z.object({
  id: z.string(),
  appliance: z.string(),
  probe: z.string(),
  trace: z.union([
    z.object({ scenario: z.enum(drillScenarios) }),
    z.object({ probe: z.string(), from: instantTextSchema, to: instantTextSchema }),
  ]),
  phase: z.enum(["planned", "under-way", "over"]),
  outcome: z.enum(drillOutcomes).nullable(),
  /** Why it ended so, or what it waits for. */
  why: z.string().nullable(),
  startAt: instantTextSchema,
  answerWithinMinutes: z.number(),
  repeatDays: z.int().nullable(),
  announced: z.boolean(),
  reason: z.string(),
  plannedBy: z.string(),
  plannedAt: instantTextSchema,
  startedAt: instantTextSchema.nullable(),
  endedAt: instantTextSchema.nullable(),
  /** The alarm that its trace raises by the rules in force when it began. */
  expected: z
    .object({ kind: z.enum(alarmKinds), severity: z.enum(alarmSeverities), afterSeconds: z.number() })
    .nullable(),
  raisedAt: instantTextSchema.nullable(),
  /** When the first message was handed over. */
  handedOverAt: instantTextSchema.nullable(),
  answeredAt: instantTextSchema.nullable(),
  answeredBy: z.string().nullable(),
});

/** A drill with everything that its record says. */
export const drillRecordSchema = drillSchema.extend({
  happenings: z.array(momentSchema),
  messages: z.array(
    z.object({
      id: z.string(),
      contact: z.string(),
      medium: z.string(),
      isCall: z.boolean(),
      owedAt: instantTextSchema,
      outcome: z.string().nullable(),
      events: z.array(
        z.object({
          at: instantTextSchema,
          event: z.string(),
          channel: z.string().nullable(),
          detail: z.string().nullable(),
        }),
      ),
    }),
  ),
  signatures: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      role: z.string(),
      at: instantTextSchema,
      meaning: z.string(),
      reason: z.string(),
      /** True while what was signed is what the record says. */
      stands: z.boolean(),
    }),
  ),
});
