import * as z from "zod";
import { exposureKinds } from "../exposure/exposure.ts";
import { idSchema } from "./batch.ts";
import { instantTextSchema, pageQuery } from "./instants.ts";

/** A donation identification number as the feed writes it: the 13 characters of ISBT 128, or another numbering's up to 30. */
export const dinSchema = z.string().regex(/^[A-Z0-9]{5,30}$/, "expected 5 to 30 capital letters and digits");

/**
 * A product code: the 8 characters of ISBT 128, in which collection type and division may be small letters, with a division of 6 behind `99`; or another
 * numbering's up to 20.
 */
export const productCodeSchema = z
  .string()
  .regex(
    /^([A-Z0-9]{3,20}|[A-Z][A-Z0-9]{4}[A-Za-z0-9]([A-Z0-9][a-z0-9]|99[A-Za-z0-9]{6}))$/,
    "expected 3 to 20 capital letters and digits, or a product code of ISBT 128",
  );

/** Where a unit stands. `held`: quarantined because of an excursion, wherever it is now. */
export const unitStatuses = ["available", "held", "issued", "released", "discarded", "other-use"] as const;

/** The body of `PUT /v1/units/{din}/{productCode}`. */
export const unitDetailsSchema = z.object({
  description: z.string().max(200).optional(),
  expires: z.string().max(40).optional(),
});

/** The body of `POST /v1/movements`: from `at` on the unit is in that appliance, or in none. */
export const movementSchema = z.object({
  din: dinSchema,
  productCode: productCodeSchema,
  at: instantTextSchema,
  appliance: idSchema.nullable(),
  reason: z.string().max(200).default(""),
});

/** The answer to a movement: the excursions that hold the unit after it. */
export const movementAnswerSchema = z.object({
  din: z.string(),
  productCode: z.string(),
  heldBy: z.array(z.string()),
});

/** Most units and most movements in one feed. */
export const feedEntriesMax = 2_000;

/** Largest feed in bytes. */
export const feedBytesMax = 2 * 1024 * 1024;

/** A unit in a feed. */
export const feedUnitSchema = z.object({
  din: dinSchema,
  productCode: productCodeSchema,
  ...unitDetailsSchema.shape,
});

/**
 * The body of `POST /v1/units/feed`: units, then movements, taken together. Each entry is checked by itself (`feedUnitSchema`, `movementSchema`), so that one that cannot be
 * taken is refused alone.
 */
export const feedSchema = z.object({
  units: z.array(z.unknown()).max(feedEntriesMax).default([]),
  movements: z.array(z.unknown()).max(feedEntriesMax).default([]),
});

/** The answer to a feed, after the commit. Entries that were known already changed nothing. */
export const feedAnswerSchema = z.object({
  units: z.object({ taken: z.int(), known: z.int() }),
  movements: z.object({ taken: z.int(), known: z.int() }),
  refused: z.array(
    z.object({ list: z.enum(["units", "movements"]), index: z.int(), code: z.string(), why: z.string() }),
  ),
  /** Units that a movement put on hold or that it found on hold. */
  held: z.array(z.object({ din: z.string(), productCode: z.string(), excursions: z.array(z.string()) })),
});

/** A unit in a list. */
export const unitSchema = z.object({
  din: z.string(),
  productCode: z.string(),
  description: z.string().nullable(),
  expires: z.string().nullable(),
  status: z.enum(unitStatuses),
  appliance: z.string().nullable(),
});

/** Where a unit was. `to` is null while it is there, as far as is known. */
export const residenceSchema = z.object({
  appliance: z.string(),
  from: instantTextSchema,
  to: instantTextSchema.nullable(),
});

/** A unit's quarantine because of one excursion. `exposed` is false where a revision shows that it never was; a person still releases it. */
export const holdSchema = z.object({
  excursion: z.string(),
  since: instantTextSchema,
  exposed: z.boolean(),
  releasedAt: instantTextSchema.nullable(),
});

const totals = {
  count: z.int(),
  /** How long the exposures lasted together, and the longest of them; those that touch are one. */
  lengthMs: z.int(),
  longestLengthMs: z.int(),
  outMs: z.int(),
  longestOutMs: z.int(),
  unknownMs: z.int(),
  /** Time out if all that is unknown was out. */
  worstCaseMs: z.int(),
  minCelsius: z.number().nullable(),
  maxCelsius: z.number().nullable(),
  degreeMinutes: z.number(),
};

/**
 * What a unit went through, over its life and all its residences: in appliances and transport boxes that an excursion held it in, and under `byKind` each kind by itself: in storage
 * during an excursion, between two appliances, in transport (`outMs`: beyond the limits of the box), and of platelets without agitation, which the others may hold too.
 */
export const ledgerSchema = z.object({
  ...totals,
  byKind: z.record(z.enum(exposureKinds), z.object(totals)),
  exposures: z.array(
    z.object({
      kind: z.enum(exposureKinds),
      place: z.string().nullable(),
      start: instantTextSchema,
      end: instantTextSchema,
      causes: z.array(z.string()),
      /** The limits from which `outMs` was reckoned, degrees Celsius. */
      limits: z.object({ low: z.number().nullable(), high: z.number().nullable() }),
      outMs: z.int(),
      longestOutMs: z.int(),
      unknownMs: z.int(),
      minCelsius: z.number().nullable(),
      maxCelsius: z.number().nullable(),
      degreeMinutes: z.number(),
    }),
  ),
  /** The assumption that it is still there because no movement says otherwise; null where it is in no appliance. */
  stillIn: z.object({ appliance: z.string(), since: instantTextSchema }).nullable(),
  outSince: instantTextSchema.nullable(),
});

/** What rules say of a unit: advice, by name and source, with the figures that were compared. A person decides. */
export const adviceSchema = z.object({
  component: z.string().nullable(),
  componentFrom: z.enum(["settings", "appliance"]).nullable(),
  rules: z.array(
    z.object({
      rule: z.string(),
      title: z.string(),
      source: z.string(),
      edition: z.string(),
      verdict: z.enum(["within", "exceeded", "cannot-tell"]),
      figures: z.array(z.string()),
    }),
  ),
});

/** A decision about a held unit: a person's, never the system's. */
export const dispositionSchema = z.object({
  decision: z.enum(["release", "discard"]),
  by: z.string().min(1).max(100),
  reason: z.string().min(1).max(1_000),
});

/** One unit, whole. */
export const unitDetailSchema = z.object({
  ...unitSchema.shape,
  residences: z.array(residenceSchema),
  ledger: ledgerSchema,
  advice: adviceSchema,
  holds: z.array(holdSchema),
  dispositions: z.array(
    z.object({ decision: z.string(), by: z.string(), reason: z.string(), at: instantTextSchema }),
  ),
});

/** What units can be asked by. */
export const unitQuerySchema = z.object({
  status: z.enum(unitStatuses).optional(),
  appliance: idSchema.optional(),
  ...pageQuery,
});
