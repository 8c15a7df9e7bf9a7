import { durationSchema } from "@coldkeep/core/settings/settings.ts";
import { type DurationMs, secondMs } from "@coldkeep/core/time/millis.ts";
import * as z from "zod";

/** The folder is looked at this often at most. Unit ms. */
export const lookEveryMinMs: DurationMs = secondMs;

/** A folder whose CSV files are taken (docs/units.md). */
export const unitFolderSchema = z.strictObject({
  /** A folder that is there and that the server may write to. */
  path: z.string().min(1),
  every: durationSchema
    .default(10 * secondMs)
    .refine((every) => every >= lookEveryMinMs, "expected at least 1s"),
});

/** A folder whose CSV files are taken. */
export type UnitFolderSettings = z.output<typeof unitFolderSchema>;
