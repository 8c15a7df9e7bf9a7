import * as z from "zod";
import type { ExcursionFigures } from "../engine/excursion.ts";
import { formatInstant } from "../time/millis.ts";
import { idSchema } from "./batch.ts";
import { instantOrNull, instantQuerySchema, instantTextSchema, pageQuery } from "./instants.ts";

const figures = {
  side: z.enum(["high", "low", "unmonitored"]),
  start: instantTextSchema,
  end: instantTextSchema.nullable(),
  outMs: z.int(),
  unknownMs: z.int(),
  extremeCelsius: z.number().nullable(),
  degreeMinutes: z.number(),
  provenGoodBefore: instantTextSchema.nullable(),
  provenGoodAfter: instantTextSchema.nullable(),
  critical: z.boolean(),
};

/** The figures of an excursion. */
export const figuresSchema = z.object(figures);

/** Where an excursion stands. Withdrawn ones are shown only when asked for. */
export const excursionStatuses = ["open", "closed", "withdrawn"] as const;

/** An excursion as the calls answer it; the names are those of design.md section 5. */
export const excursionSchema = z.object({
  id: z.string(),
  probe: z.string(),
  appliance: z.string(),
  status: z.enum(excursionStatuses),
  ...figures,
  revision: z.int(),
});

/** One revision of an excursion. */
export const revisionSchema = z.object({
  revision: z.int(),
  knownAt: instantTextSchema,
  change: z.string(),
  reason: z.string(),
  status: z.enum(excursionStatuses),
  ...figures,
});

/** Asks for what was known at an earlier instant instead of what is known now. */
const knownAtSchema = instantQuerySchema
  .optional()
  .describe(
    "Answers what was known at that instant: of each excursion the newest revision of that time. Excursions not known then are absent, and `status`, `from` and `to` select by what was known then. Of an excursion that was still open the figures are those which that revision recorded; they do not grow up to the instant asked for.",
  );

/** How one excursion can be asked for. */
export const knownAtQuerySchema = z.object({ knownAt: knownAtSchema });

/** What excursions can be asked by. `from` and `to` find those that overlap the window. */
export const excursionQuerySchema = z.object({
  probe: idSchema.optional(),
  appliance: idSchema.optional(),
  status: z.enum(excursionStatuses).optional(),
  from: instantQuerySchema.optional(),
  to: instantQuerySchema.optional(),
  knownAt: knownAtSchema,
  ...pageQuery,
});

/** Figures as they go over the wire. */
export function figuresOnWire(value: ExcursionFigures) {
  return {
    side: value.side,
    start: formatInstant(value.start),
    end: instantOrNull(value.end),
    outMs: value.outMs,
    unknownMs: value.unknownMs,
    extremeCelsius: value.extremeCelsius,
    degreeMinutes: value.degreeMinutes,
    provenGoodBefore: instantOrNull(value.provenGoodBefore),
    provenGoodAfter: instantOrNull(value.provenGoodAfter),
    critical: value.critical,
  };
}
