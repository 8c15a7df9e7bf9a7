import * as z from "zod";
import type { ExcursionFigures } from "../engine/excursion.ts";
import { excursionStatuses, figuresOnWire, figuresSchema } from "./excursions.ts";

/** Largest site file that a call takes, in bytes. */
export const siteBytesMax = 8 * 1024 * 1024;

/** Most differences and most excursions that an answer about a change of the site lists. */
export const siteChangesListedMax = 1_000;

/** How a site is posted. */
export const siteQuerySchema = z.object({
  dryRun: z.stringbool().default(false).describe("Only says what would change, and changes nothing"),
});

/** What a change of the site changed, or would change. */
export const siteChangeSchema = z.object({
  site: z.string(),
  dryRun: z.boolean(),
  differences: z.array(z.object({ path: z.string(), from: z.unknown(), to: z.unknown() })),
  differencesTotal: z.int().describe("The list names at most 1,000 of them"),
  revisions: z.array(
    z.object({
      excursion: z.string(),
      probe: z.string(),
      appliance: z.string(),
      change: z.string(),
      status: z.enum(excursionStatuses),
      before: figuresSchema.nullable(),
      after: figuresSchema,
      units: z.int().describe("Units with a hold of it, those no longer taken for exposed included"),
      exposed: z.int().describe("Units that it holds as exposed"),
    }),
  ),
  revisionsTotal: z.int().describe("The list names at most 1,000 of them, the earliest excursions"),
  units: z.int().describe("Units with a hold of any of these excursions"),
});

/** What became of a site that a token of role `api` posted and that touches limits: a proposal, in force once somebody else approved it. */
export const siteProposalSchema = siteChangeSchema
  .pick({ site: true, differences: true, differencesTotal: true })
  .extend({ proposal: z.string().describe("Its page is /site/proposals/{proposal}") });

/** Figures for an answer, null staying null. */
export function figuresOrNull(figures: ExcursionFigures | null) {
  return figures === null ? null : figuresOnWire(figures);
}
