import * as z from "zod";
import { promiseMaxMs, shelveMaxMs } from "../alarms/alarm-state.ts";
import { alarmKinds, alarmPhases, alarmSeverities } from "../alarms/alarm.ts";
import { minuteMs } from "../time/millis.ts";
import { instantQuerySchema, instantTextSchema, pageQuery } from "./instants.ts";

/** An alarm as the calls answer it. */
export const alarmSchema = z.object({
  id: z.string(),
  kind: z.enum(alarmKinds),
  phase: z.enum(alarmPhases),
  severity: z.enum(alarmSeverities),
  subject: z.string(),
  appliance: z.string().nullable(),
  probe: z.string().nullable(),
  text: z.string(),
  raisedAt: instantTextSchema,
  acknowledgedBy: z.string().nullable(),
  /** What whoever took it on said that they would do, and by when. */
  promise: z.object({ what: z.string(), until: instantTextSchema }).nullable(),
  shelvedUntil: instantTextSchema.nullable(),
  outOfServiceUntil: instantTextSchema.nullable(),
  /** When people are called again if it lasts. */
  realarmAt: instantTextSchema.nullable(),
  calls: z.int(),
});

/** What alarms can be asked by. Those that are over (`normal`) are shown only when asked for. */
export const alarmQuerySchema = z.object({
  phase: z.enum(alarmPhases).optional(),
  ...pageQuery,
});

/** Longest time that a promise can name, in minutes. */
export const promiseMinutesMax: number = promiseMaxMs / minuteMs;

/** The body of an acknowledgement: who, and what will be done. */
export const acknowledgeSchema = z.object({
  by: z.string().min(1).max(100),
  note: z.string().max(1_000).optional(),
  /** What will be done, and within how many minutes: people are called again then if it is still on. */
  promise: z
    .object({ what: z.string().min(1).max(200), withinMinutes: z.int().min(1).max(promiseMinutesMax) })
    .optional(),
});

/** Longest time for which an alarm can be shelved, in minutes. Shelving changes who is called, never the record or the holds. */
export const shelveMinutesMax: number = shelveMaxMs / minuteMs;

/** The body of a shelving: who, for how long, why. */
export const shelveSchema = z.object({
  by: z.string().min(1).max(100),
  minutes: z.int().min(1).max(shelveMinutesMax),
  note: z.string().min(1).max(1_000),
});

/** The body of a reset or an unshelving: who, and why. */
export const personActSchema = z.object({
  by: z.string().min(1).max(100),
  note: z.string().max(1_000).optional(),
});

/**
 * The body of a taking out of service: who, why, until when. `unitsRemain` says that units stay inside on purpose: without it an appliance that is not
 * empty stays in service. The record, the excursions and the holds go on all the same.
 */
export const outOfServiceSchema = z.object({
  by: z.string().min(1).max(100),
  reason: z.string().min(1).max(1_000),
  until: instantQuerySchema,
  unitsRemain: z.boolean().default(false),
});

/** The body of a return to service. */
export const returnToServiceSchema = personActSchema;

/** An appliance's service as the calls answer it. */
export const serviceSchema = z.object({
  appliance: z.string(),
  inService: z.boolean(),
  outOfService: z
    .object({
      since: instantTextSchema,
      until: instantTextSchema,
      by: z.string(),
      reason: z.string(),
      unitsInside: z.int(),
    })
    .nullable(),
});
