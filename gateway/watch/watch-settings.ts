import * as z from "zod";
import { dayMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { duration } from "../settings/fields.ts";

/** How the gateway keeps watch while the server is out of reach. */
export const watchSettingsSchema = z.strictObject({
  /** How long the server must be out of reach. Range [1s, 7d], default 10m. */
  after: duration(secondMs, 7 * dayMs, "10m"),
  /** A site file on this box, for a gateway that has never had a connection. */
  site: z.string().min(1).optional(),
});

/** The settings of the watch after checking. Durations are milliseconds. */
export type WatchSettings = z.output<typeof watchSettingsSchema>;
