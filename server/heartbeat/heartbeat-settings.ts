import { durationSchema } from "@coldkeep/core/settings/settings.ts";
import { minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import * as z from "zod";

/** Whom the server tells again and again that it lives, so that somebody else calls when it does not (docs/alerts.md). */
export const heartbeatSettingsSchema = z.strictObject({
  /** Asked with GET as long as all is well. What it answers beyond 2xx does not matter. Counts as a secret: whoever knows it can feign that this server lives. */
  url: z.url({ protocol: /^https?$/ }),
  every: durationSchema
    .refine((length) => length >= 10 * secondMs, "expected at least 10s")
    .default(minuteMs),
});

/** The settings of the heartbeat, checked. */
export type HeartbeatSettings = z.output<typeof heartbeatSettingsSchema>;
