import { durationSchema } from "@coldkeep/core/settings/settings.ts";
import { type DurationMs, hourMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import * as z from "zod";

/** Backups are made at most this often. Unit ms. */
export const everyMinMs: DurationMs = minuteMs;

/** Most backups that are kept in one folder. */
export const keepMax = 100_000;

/** Backups that the server makes by itself (docs/backup.md). */
export const backupSettingsSchema = z.strictObject({
  /** A folder that is there. */
  to: z.string().min(1),
  every: durationSchema.default(hourMs).refine((every) => every >= everyMinMs, "expected at least 1m"),
  /** The oldest beyond this number are removed. */
  keep: z.int().min(1).max(keepMax).default(48),
  /** Checks each as a restore would before it counts. */
  verify: z.boolean().default(true),
});

/** Backups that the server makes by itself. */
export type BackupSettings = z.output<typeof backupSettingsSchema>;
