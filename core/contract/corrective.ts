import * as z from "zod";
import {
  causeCharactersMax,
  correctiveCharactersMax,
  correctiveOutcomes,
  ownerCharactersMax,
} from "../corrective/corrective-action.ts";
import { instantTextSchema } from "./instants.ts";

const daySchema = z.iso.date();
const textSchema = z.string().trim().min(1).max(correctiveCharactersMax);
const nameSchema = z.string().trim().min(1).max(ownerCharactersMax);

/** The body of `POST /v1/excursions/{id}/actions`. `by`: whom a machine speaks for; a person that is signed in is named as who they are. */
export const plannedActionSchema = z.object({
  what: textSchema,
  /** Who sees to it: a login, or any name. */
  owner: z.union([z.object({ login: z.string().min(1).max(100) }), z.object({ name: nameSchema })]),
  /** By the end of which day, at the site. */
  due: daySchema,
  /** The cause that it answers; null where none is known. */
  cause: z.string().trim().min(1).max(causeCharactersMax).nullable().default(null),
  by: nameSchema.optional(),
});

/** The body of `POST /v1/actions/{number}/end`. */
export const endedActionSchema = z.discriminatedUnion("outcome", [
  z.object({
    outcome: z.literal("done"),
    /** The result. */
    note: textSchema,
    doneBy: nameSchema,
    /** On which day, at the site. */
    doneOn: daySchema,
    by: nameSchema.optional(),
  }),
  z.object({
    outcome: z.literal("cancelled"),
    /** Why it is not done. */
    note: textSchema,
    by: nameSchema.optional(),
  }),
]);

/** A corrective action as it is answered. */
export const correctiveActionSchema = z.object({
  number: z.int(),
  excursion: z.string(),
  what: z.string(),
  owner: z.object({ login: z.string().nullable(), name: z.string() }),
  due: daySchema,
  cause: z.string().nullable(),
  state: z.enum(["open", "overdue", ...correctiveOutcomes]),
  plannedBy: z.string(),
  plannedAt: instantTextSchema,
  end: z
    .object({
      outcome: z.enum(correctiveOutcomes),
      note: z.string(),
      doneBy: z.string().nullable(),
      doneOn: daySchema.nullable(),
      by: z.string(),
      at: instantTextSchema,
    })
    .nullable(),
});
