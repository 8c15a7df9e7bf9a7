import * as z from "zod";
import { idSchema } from "../contract/batch.ts";
import { durationSchema } from "../settings/settings.ts";
import { celsiusMax, celsiusMin } from "../readings/reading.ts";

/** Kinds of appliance. */
export const applianceKinds = ["refrigerator", "freezer", "incubator", "transport-box", "room"] as const;

/** A kind of appliance. */
export type ApplianceKind = (typeof applianceKinds)[number];

/** Kinds of measuring point. */
export const probeKinds = ["air", "buffered", "product"] as const;

/** A kind of measuring point. */
export type ProbeKind = (typeof probeKinds)[number];

/** Most probes that one site file may name. */
export const siteProbesMax = 20_000;

const limit = z.number().min(celsiusMin).max(celsiusMax).nullable().default(null);

const instantSchema = z.iso
  .datetime({ offset: true })
  .transform((text) => Temporal.Instant.from(text).epochMilliseconds);

const above0 = durationSchema.refine((length) => length > 0, "expected a duration longer than 0");

/** One version of a storage profile as the site file writes it. */
export const profileVersionSchema = z
  .strictObject({
    from: instantSchema.optional(),
    low: limit,
    high: limit,
    criticalLow: limit,
    criticalHigh: limit,
    deadband: z.number().min(0).max(50).default(0),
    maxGap: above0,
    excursionAfter: durationSchema,
    recoverAfter: above0,
    unmonitoredAfter: durationSchema,
    alarmDelay: durationSchema,
    source: z.string().max(400).optional(),
    edition: z.string().max(100).optional(),
  })
  .refine((profile) => profile.low === null || profile.high === null || profile.low < profile.high, {
    path: ["high"],
    message: "expected high to be above low",
  })
  .refine(
    (profile) => profile.low === null || profile.criticalLow === null || profile.criticalLow <= profile.low,
    {
      path: ["criticalLow"],
      message: "expected criticalLow at or below low",
    },
  )
  .refine(
    (profile) =>
      profile.high === null || profile.criticalHigh === null || profile.criticalHigh >= profile.high,
    {
      path: ["criticalHigh"],
      message: "expected criticalHigh at or above high",
    },
  );

/** One version of a storage profile, with its legal source and edition. */
export type ProfileVersion = z.output<typeof profileVersionSchema>;

/** One version, or a list of versions of which each later one says `from` when it applies. */
const profileSchema = z.preprocess(
  (versions) => (Array.isArray(versions) ? versions : [versions]),
  z
    .array(profileVersionSchema)
    .min(1)
    .max(100)
    .refine(
      (versions) => versions.slice(1).every((version) => version.from !== undefined),
      "each version after the first says from when it applies",
    ),
);

const probeSchema = z.strictObject({
  id: idSchema,
  kind: z.enum(probeKinds).default("buffered"),
  /** Overrides the appliance's profile for this probe. */
  profile: idSchema.optional(),
});

const applianceSchema = z.strictObject({
  id: idSchema,
  name: z.string().min(1).max(100),
  kind: z.enum(applianceKinds),
  profile: idSchema,
  probes: z.array(probeSchema).min(1).max(32),
});

const contactSchema = z.strictObject({
  id: idSchema,
  name: z.string().min(1).max(100),
  email: z.email(),
});

/** The site file: master data as code (docs/site-file.md). */
export const siteSchema = z
  .strictObject({
    site: idSchema,
    timeZone: z.string().refine(isTimeZone, "expected an IANA time zone such as Europe/Brussels"),
    profiles: z.record(idSchema, profileSchema),
    appliances: z.array(applianceSchema).min(1).max(5_000),
    contacts: z.array(contactSchema).max(500).default([]),
  })
  .superRefine(checkReferences);

/** A site as its file describes it, checked. */
export type Site = z.output<typeof siteSchema>;

/** One appliance of a site. */
export type Appliance = Site["appliances"][number];

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone.length > 0;
  } catch {
    return false;
  }
}

interface Referring {
  readonly profiles: Readonly<Record<string, unknown>>;
  readonly appliances: readonly {
    readonly id: string;
    readonly profile: string;
    readonly probes: readonly { readonly id: string; readonly profile?: string | undefined }[];
  }[];
  readonly contacts: readonly { readonly id: string }[];
}

function checkReferences(site: Referring, context: z.core.$RefinementCtx): void {
  const complain = (path: PropertyKey[], message: string): void => {
    context.issues.push({ code: "custom", path, message, input: site });
  };
  const seen = new Set<string>();
  const unique = (kind: string, id: string, path: PropertyKey[]): void => {
    if (seen.has(`${kind} ${id}`)) complain(path, `a second ${kind} with the id "${id}"`);
    seen.add(`${kind} ${id}`);
  };
  const known = (profile: string, path: PropertyKey[]): void => {
    if (!Object.hasOwn(site.profiles, profile)) complain(path, `no profile "${profile}" under profiles`);
  };
  for (const [index, appliance] of site.appliances.entries()) {
    unique("appliance", appliance.id, ["appliances", index, "id"]);
    known(appliance.profile, ["appliances", index, "profile"]);
    for (const [at, probe] of appliance.probes.entries()) {
      unique("probe", probe.id, ["appliances", index, "probes", at, "id"]);
      if (probe.profile !== undefined) known(probe.profile, ["appliances", index, "probes", at, "profile"]);
    }
  }
  for (const [index, contact] of site.contacts.entries())
    unique("contact", contact.id, ["contacts", index, "id"]);
}
