import * as z from "zod";
import { faultWords } from "../readings/reading.ts";
import { timeSources } from "../readings/stamp.ts";
import { instantQuerySchema, instantTextSchema } from "./instants.ts";

/** A window of a probe's history. */
export const windowQuerySchema = z
  .object({ from: instantQuerySchema, to: instantQuerySchema })
  .refine(({ from, to }) => from <= to, { path: ["to"], message: "expected to at or after from" });

/** Most points that one call answers. */
export const pointsMax = 10_000;

/** A window and how many points to thin it to. */
export const readingsQuerySchema = z
  .object({
    from: instantQuerySchema,
    to: instantQuerySchema,
    maxPoints: z.coerce.number().int().min(3).max(pointsMax).default(1_000),
  })
  .refine(({ from, to }) => from <= to, { path: ["to"], message: "expected to at or after from" });

/** Where a reading's time comes from, and how far the true time may lie from it on either side. */
const timeFields = {
  timeSource: z.enum(timeSources).optional(),
  uncertaintyMs: z.int().optional(),
};

/**
 * History of a probe, thinned so that extremes survive. `total` counts the readings of the window before thinning. The quality of a reading's time is given where the gateway
 * said it and nothing was thinned out.
 */
export const readingsAnswerSchema = z.object({
  probe: z.string(),
  total: z.int(),
  readings: z.array(
    z.union([
      z.object({ at: instantTextSchema, celsius: z.number(), ...timeFields }),
      /** `said`: what the sensor said all the same, where a temperature is distrusted. */
      z.object({
        at: instantTextSchema,
        fault: z.enum(faultWords),
        said: z.number().optional(),
        ...timeFields,
      }),
    ]),
  ),
});

/** How a window's time divides: together exactly `to - from`. */
export const coverageSchema = z.object({
  inMs: z.int(),
  lowMs: z.int(),
  highMs: z.int(),
  unknownMs: z.int(),
  pendingMs: z.int(),
});
