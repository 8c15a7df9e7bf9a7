import { durationSchema } from "@coldkeep/core/settings/settings.ts";
import { dayMs, type DurationMs } from "@coldkeep/core/time/millis.ts";
import * as z from "zod";

/** How often the trail is reviewed where nothing is said. */
export const reviewEveryDefaultMs: DurationMs = 31 * dayMs;

/** What the settings say of the audit trail (docs/settings.md). */
export const trailSettingsSchema = z
  .strictObject({
    reviewEvery: durationSchema
      .default(reviewEveryDefaultMs)
      .refine((every) => every >= dayMs, "expected at least 1d"),
  })
  .default({ reviewEvery: reviewEveryDefaultMs });
