import * as z from "zod";
import { idSchema } from "../contract/batch.ts";
import { celsiusMax, celsiusMin } from "../readings/reading.ts";
import { durationSchema } from "../settings/settings.ts";
import { believeAfterDefault } from "../trust/trust.ts";

const above0 = durationSchema.refine((length) => length > 0, "expected a duration longer than 0");
const celsius = z.number().min(celsiusMin).max(celsiusMax);

/** What must not be believed of a profile's sensors (docs/sensor-trust.md). */
export const trustSchema = z
  .strictObject({
    powerOn: z.boolean().default(false),
    disconnected: z.boolean().default(false),
    min: celsius.nullable().default(null),
    max: celsius.nullable().default(null),
    allZeroBeyond: z.number().min(0).max(100).nullable().default(null),
    stuckAfter: above0.nullable().default(null),
    maxJumpPerMinute: z.number().positive().max(1_000).nullable().default(null),
    believeAfter: z.int().min(2).max(100).default(believeAfterDefault),
  })
  .refine(({ min, max }) => min === null || max === null || min < max, {
    path: ["max"],
    message: "expected max to be above min",
  });

/** A probe's pair: another probe of the same appliance that must not say something else for long. */
export const pairSchema = z.strictObject({
  with: idSchema,
  /** Degrees Celsius. */
  difference: z.number().positive().max(500),
  after: above0,
});

/** A probe's pair as the site file writes it. */
export type PairSection = z.output<typeof pairSchema>;
