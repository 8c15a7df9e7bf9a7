import * as z from "zod";
import { dinSchema, productCodeSchema } from "./units.ts";
import { instantTextSchema } from "./instants.ts";

/** Most units in one message to the blood-bank system. */
export const holdMessageUnitsMax = 500;

/** How one unit stands, as the blood-bank system is told: the whole of it, so that the newest message alone says what is. */
export const holdMessageSchema = z.object({
  din: dinSchema,
  productCode: productCodeSchema,
  /** Grows with each change of the unit's holds; what is confirmed is this. */
  sequence: z.int(),
  changedAt: instantTextSchema,
  status: z.string(),
  isHeld: z.boolean(),
  appliance: z.string().nullable(),
  holds: z.array(z.object({ excursion: z.string(), since: instantTextSchema, exposed: z.boolean() })),
});

/** How one unit stands. */
export type HoldMessage = z.output<typeof holdMessageSchema>;

/** What is posted to the blood-bank system. */
export const holdPostSchema = z.object({
  site: z.string(),
  units: z.array(holdMessageSchema).max(holdMessageUnitsMax),
});

/**
 * What the blood-bank system answers with a 200: the units that it has taken over, each with the sequence that it was told. A unit that is not among them stays owed and is
 * told again.
 */
export const holdConfirmationSchema = z.object({
  confirmed: z
    .array(z.object({ din: dinSchema, productCode: productCodeSchema, sequence: z.int() }))
    .max(holdMessageUnitsMax),
});

/** Confirmations of a post. */
export type HoldConfirmation = z.output<typeof holdConfirmationSchema>["confirmed"];
