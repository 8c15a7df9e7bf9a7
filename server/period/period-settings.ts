import * as z from "zod";

/** Most addresses that reports are mailed to. */
export const reportMailToMax = 20;

/** Reports of periods that the server makes by itself (docs/reports.md). */
export const periodSettingsSchema = z.strictObject({
  /** Of each month that has ended. */
  monthly: z.boolean().default(true),
  /** Of each year that has ended. */
  yearly: z.boolean().default(true),
  /** Addresses that each is mailed to. */
  mailTo: z.array(z.email()).max(reportMailToMax).default([]),
  /** A folder that is there; `reports` in the data folder where nothing is said. */
  folder: z.string().min(1).optional(),
  /** With mean kinetic temperatures. */
  mkt: z.boolean().default(false),
});

/** Reports of periods that the server makes by itself. */
export type PeriodSettings = z.output<typeof periodSettingsSchema>;
