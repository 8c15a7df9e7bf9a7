import { choiceCharactersMax, choicesMax } from "@coldkeep/core/contract/choices.ts";
import type { DecisionKind } from "@coldkeep/core/contract/dispositions.ts";
import { components } from "@coldkeep/core/exposure/rule.ts";
import { adviceRules } from "@coldkeep/core/exposure/rules.ts";
import { standardNumberings } from "@coldkeep/core/numbering/numbering.ts";
import { numberingSchema } from "@coldkeep/core/numbering/numbering-settings.ts";
import { columns } from "@coldkeep/core/unit-feed/columns.ts";
import * as z from "zod";
import { unitFolderSchema } from "../unit-folder/folder-settings.ts";

/** Causes to begin with: those of Directive 2005/61/EC Annex III, said more plainly. */
const causesByDefault = [
  "Equipment failure",
  "Power failure",
  "Door left open",
  "Human error",
  "Sensor or monitoring failure",
  "Other",
] as const;

/** Reasons to begin with, for each kind of decision. */
const reasonsByDefault = {
  release: [
    "Within the rules that apply",
    "Shown not exposed",
    "Another measurement shows that it stayed in range",
    "Assessed and accepted by the responsible physician",
  ],
  concession: [
    "Needed for a patient, and no other unit fits",
    "Rare blood group or antigens",
    "Little beyond the rule, and no harm expected",
  ],
  discard: [
    "Beyond what the rules allow",
    "What it went through cannot be shown",
    "Visibly changed",
    "Came back outside of a controlled place",
    "Expired",
  ],
  "other-use": ["Quality control", "Research or validation", "Training"],
} as const satisfies Readonly<Record<DecisionKind, readonly string[]>>;

const choicesSchema = z.array(z.string().trim().min(1).max(choiceCharactersMax)).max(choicesMax);

const ruleIds = adviceRules.map(({ id }) => id);

/** What a site says about its units (docs/units.md). */
export const unitSettingsSchema = z.strictObject({
  /** Which component a product is, by the beginning of its code; the first that fits counts. */
  components: z
    .array(z.strictObject({ product: z.string().min(1).max(20), component: z.enum(components) }))
    .max(1_000)
    .default([]),
  /** Causes of excursions that people choose from, to begin with: until a quality officer changes the list in the pages. Other words can always be said. */
  causes: choicesSchema.default([...causesByDefault]),
  /** The same for the reasons for decisions, by kind. */
  reasons: z
    .strictObject({
      release: choicesSchema.default([...reasonsByDefault.release]),
      concession: choicesSchema.default([...reasonsByDefault.concession]),
      discard: choicesSchema.default([...reasonsByDefault.discard]),
      "other-use": choicesSchema.default([...reasonsByDefault["other-use"]]),
    })
    .prefault({}),
  /** The rules that are held against units as advice, by id; those that are on by themselves where nothing is said. */
  rules: z.array(z.enum(ruleIds)).max(100).optional(),
  /** Which numbers units carry, where files, FHIR and scans are read; ISBT 128 where nothing is said. */
  numbering: numberingSchema.default(standardNumberings),
  /** A folder whose CSV files are taken. */
  folder: unitFolderSchema.optional(),
  fhir: z
    .strictObject({
      /** Identifier systems, beside those of ISBT 128, whose values are numbers of units. */
      dinSystems: z.array(z.string().min(1).max(200)).max(20).default([]),
      /** Who labels the products here, for the MPHO identifier in what goes out. */
      facility: z
        .string()
        .regex(/^[A-NP-Z1-9][A-NP-Z0-9]{2}\d{2}$/, "expected the 5 characters of a facility of ISBT 128")
        .nullable()
        .default(null),
    })
    .prefault({}),
  /** How CSV files are written here. */
  csv: z
    .strictObject({
      dateOrder: z.enum(["iso", "day-first"]).default("iso"),
      /** The user's own headings, by column. */
      headings: z.partialRecord(z.enum(columns), z.string().min(1).max(100)).default({}),
    })
    .prefault({}),
});

/** What a site says about its units, checked. */
export type UnitSettings = z.output<typeof unitSettingsSchema>;
