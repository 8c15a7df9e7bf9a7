import * as z from "zod";
import { alarmKinds, alarmPhases } from "../alarms/alarm.ts";
import { instantTextSchema, pageQuery } from "./instants.ts";

/** An alarm as the calls answer it. */
export const alarmSchema = z.object({
  id: z.string(),
  kind: z.enum(alarmKinds),
  phase: z.enum(alarmPhases),
  severity: z.enum(["critical", "warning"]),
  subject: z.string(),
  appliance: z.string().nullable(),
  probe: z.string().nullable(),
  text: z.string(),
  raisedAt: instantTextSchema,
  acknowledgedBy: z.string().nullable(),
  shelvedUntil: instantTextSchema.nullable(),
});

/** What alarms can be asked by. Those that are over (`normal`) are shown only when asked for. */
export const alarmQuerySchema = z.object({
  phase: z.enum(alarmPhases).optional(),
  ...pageQuery,
});

/** The body of an acknowledgement: who, and what will be done. */
export const acknowledgeSchema = z.object({
  by: z.string().min(1).max(100),
  note: z.string().max(1_000).optional(),
});

/** Longest time for which an alarm can be shelved, in minutes. Shelving changes who is called, never the record or the holds. */
export const shelveMinutesMax = 60;

/** The body of a shelving: who, for how long, why. */
export const shelveSchema = z.object({
  by: z.string().min(1).max(100),
  minutes: z.int().min(1).max(shelveMinutesMax),
  note: z.string().min(1).max(1_000),
});
