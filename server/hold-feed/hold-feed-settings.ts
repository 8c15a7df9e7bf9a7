import { durationSchema } from "@coldkeep/core/settings/settings.ts";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import * as z from "zod";

/** Where the blood-bank system is told of holds (docs/hold-feed.md). */
export const holdFeedSettingsSchema = z.strictObject({
  /** How it is told: posts of our own, or bundles for a FHIR server. */
  format: z.enum(["json", "fhir"]).default("json"),
  /** Takes posts of how units stand and answers which it has taken over; of a FHIR server its base address. */
  url: z.url({ protocol: /^https?$/ }),
  /** Sent as a bearer token. */
  token: z.string().min(16).optional(),
  /** Unconfirmed for longer than this is an alarm. */
  confirmWithin: durationSchema
    .refine((length) => length >= minuteMs, "expected at least 1m")
    .default(10 * minuteMs),
});

/** The settings of the feed of holds, checked. */
export type HoldFeedSettings = z.output<typeof holdFeedSettingsSchema>;
