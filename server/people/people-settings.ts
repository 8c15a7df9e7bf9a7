import { personRoles } from "@coldkeep/core/people/roles.ts";
import { durationSchema } from "@coldkeep/core/settings/settings.ts";
import { hourMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import * as z from "zod";
import { oidcSettingsSchema } from "../oidc/oidc-settings.ts";

const between = (least: number, most: number) =>
  durationSchema.refine((length) => length >= least && length <= most, "out of range");

/** `people` in the server's settings (docs/settings.md). */
export const peopleSettingsSchema = z.strictObject({
  secondFactor: z
    .strictObject({
      /** Roles that cannot work without a second factor. */
      required: z.array(z.enum(personRoles)).default(["quality", "administrator"]),
    })
    .default({ required: ["quality", "administrator"] }),
  /** A session ends after so long without activity. */
  idleEnd: between(minuteMs, 24 * hourMs).default(15 * minuteMs),
  /** A session ends after so long in any case. */
  sessionMax: between(minuteMs, 24 * hourMs).default(12 * hourMs),
  /** A password must be changed after so long; never where left out. */
  passwordMaxAge: durationSchema.optional(),
  /** Single sign-on by OpenID Connect. */
  oidc: oidcSettingsSchema.optional(),
});

/** `people` in the server's settings, checked. */
export type PeopleSettings = z.output<typeof peopleSettingsSchema>;
