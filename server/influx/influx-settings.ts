import { durationSchema } from "@coldkeep/core/settings/settings.ts";
import { dayMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import * as z from "zod";

/** The law's term for records of storage temperatures in the EU (2002/98/EC Art. 13: 15 years), with its leap days. Unit ms. */
export const legalTermMs = 15 * 366 * dayMs;

/** Where the history goes (docs/influx.md). */
export const influxSettingsSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  /** For 2.x and 3; for 1.8 `user:password` may stand here too. */
  token: z.string().min(1).optional(),
  /** For 1.x with accounts. */
  username: z.string().min(1).optional(),
  password: z.string().optional(),
  org: z.string().min(1).default("coldkeep"),
  /** Bucket, or database on 1.x and 3. */
  bucket: z.string().min(1).default("coldkeep"),
  /** Further behind than this is an alarm. */
  behindAfter: durationSchema.default(10 * minuteMs),
  /** How long readings must be kept there at the least; a retention policy that is shorter is warned of. */
  keepAtLeast: durationSchema.default(legalTermMs),
});

/** Where the history goes. */
export type InfluxSettings = z.output<typeof influxSettingsSchema>;

/** What a target is called in the records: another address, organisation or bucket is another target, which begins at the first entry. */
export function targetName({ url, org, bucket }: InfluxSettings): string {
  const { protocol, host, pathname } = new URL(url);
  return `influx ${protocol}//${host}${pathname.replace(/\/$/, "")} ${org} ${bucket}`;
}
