import * as z from "zod";
import { alarmKinds } from "../alarms/alarm.ts";
import { canaryId, canarySchema } from "../canary/canary-section.ts";
import { idSchema } from "../contract/batch.ts";
import { durationSchema } from "../settings/settings.ts";
import { celsiusMax, celsiusMin } from "../readings/reading.ts";
import { dayMs, type DurationMs, type EpochMs, hourMs } from "../time/millis.ts";
import { isTimeZone } from "../time/time-zone.ts";
import { contactSchema } from "../duty/contact-section.ts";
import { checkDuty, type DutyPlan, dutySections } from "../duty/duty-section.ts";
import { languages } from "../duty/media.ts";
import { checkPolicies, policiesMax, type Policy, policySchema } from "../summons/policy-section.ts";
import { channelPlan, stretchesByProbe } from "./channels.ts";
import { pairSchema, trustSchema } from "./trust-section.ts";

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

const warnLimit = z.number().min(celsiusMin).max(celsiusMax).optional();

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
    /** Beyond these people are told as an advice, before the limit is reached. */
    warnLow: warnLimit,
    warnHigh: warnLimit,
    /** People are called again this long after a call while it lasts. */
    realarmAfter: above0.optional(),
    /** How long it must be back before the alarm returns. */
    alarmOffDelay: durationSchema.optional(),
    /** Whether its alarms stay until a person resets them: all, or the kinds listed. */
    latching: z.union([z.boolean(), z.array(z.enum(alarmKinds))]).optional(),
    /** What must not be believed of the sensors (docs/sensor-trust.md). */
    trust: trustSchema.nullable().optional(),
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
  )
  .refine(
    ({ warnHigh, high, warnLow, low }) =>
      isInside(warnHigh, high, 1) && isInside(warnLow, low, -1) && isInside(warnLow, warnHigh ?? null, 1),
    { path: ["warnHigh"], message: "expected low <= warnLow < warnHigh <= high" },
  );

/** True where a warning limit does not lie beyond the limit on its side. */
function isInside(warning: number | undefined, other: number | null, sign: 1 | -1): boolean {
  return warning === undefined || other === null || warning * sign <= other * sign;
}

/** One version of a storage profile, with its legal source and edition. */
export type ProfileVersion = z.output<typeof profileVersionSchema>;

/** One version, or a list of versions in order of time of which each later one says `from` when it applies. */
function versionsOf<Schema extends z.ZodType<{ readonly from?: EpochMs | undefined }>>(version: Schema) {
  return z.preprocess(
    (versions) => (Array.isArray(versions) ? versions : [versions]),
    z
      .array(version)
      .min(1)
      .max(100)
      .refine(
        (versions) =>
          versions
            .slice(1)
            .every(
              ({ from }, index) =>
                from !== undefined && from > (versions[index]?.from ?? Number.MIN_SAFE_INTEGER),
            ),
        "each version after the first says from when it applies, in order of time",
      ),
  );
}

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

/** Which profile applies: its name, or a list of names of which each later one says `from` when it takes over. */
const profileNameSchema = z.union([
  idSchema,
  versionsOf(z.strictObject({ name: idSchema, from: instantSchema.optional() })),
]);

/** Largest calibration offset in degrees Celsius: a sensor that is further off than this is broken. */
export const offsetMax = 20;

/** Most points of one calibration. */
export const calibrationPointsMax = 20;

const pointCelsius = z.number().min(celsiusMin).max(celsiusMax);

/**
 * What a calibration found. `offset` is added to what the sensor says; `uncertainty` in degrees Celsius, `due` the day of the next one. `points` are what was
 * measured: the reference beside what the sensor said, degrees Celsius; `by` did it on the day `date`.
 */
const calibrationSchema = z.strictObject({
  from: instantSchema.optional(),
  offset: z.number().min(-offsetMax).max(offsetMax),
  certificate: z.string().min(1).max(200).optional(),
  uncertainty: z.number().min(0).max(offsetMax).optional(),
  due: z.iso.date().optional(),
  by: z.string().min(1).max(100).optional(),
  date: z.iso.date().optional(),
  points: z
    .array(z.strictObject({ reference: pointCelsius, reading: pointCelsius }))
    .min(1)
    .max(calibrationPointsMax)
    .optional(),
});

/** One version of a probe's calibration. */
export type CalibrationVersion = z.output<typeof calibrationSchema>;

/** Storage profiles by name, each one version or a dated list of them. */
export const profilesSchema = z.record(idSchema, profileSchema);

const probeSchema = z.strictObject({
  id: idSchema,
  kind: z.enum(probeKinds).default("buffered"),
  /** Overrides the appliance's profile for this probe. */
  profile: profileNameSchema.optional(),
  /** None is an offset of 0. */
  calibration: versionsOf(calibrationSchema).optional(),
  /** The probe of the same appliance that this one is compared with. */
  pair: pairSchema.optional(),
});

const applianceSchema = z.strictObject({
  id: idSchema,
  name: z.string().min(1).max(100),
  kind: z.enum(applianceKinds),
  profile: profileNameSchema,
  /** Where it stands and what feeds it: appliances that share one fail together, and people are called once about that. */
  room: idSchema.optional(),
  circuit: idSchema.optional(),
  /** How long its door may stand open before people are called. */
  doorDelay: durationSchema.optional(),
  /** How long its agitator may stand still before people are called. */
  agitatorDelay: durationSchema.optional(),
  probes: z.array(probeSchema).min(1).max(32),
});

/** Most stretches of channels that may make up one probe's readings. */
export const probeStretchesMax = 100;

/** A device's channel: its readings are those of the probe that it is assigned to at their time; null while it measures nothing here. */
const channelSchema = z.strictObject({
  id: idSchema,
  assignments: versionsOf(z.strictObject({ probe: idSchema.nullable(), from: instantSchema.optional() })),
});

/** One channel of a site. */
export type Channel = z.output<typeof channelSchema>;

/** Shortest time that gaps on duty may be looked for ahead. Unit ms. */
export const gapsAheadMinMs: DurationMs = hourMs;

/** Longest one: pages look no further. Unit ms. */
export const gapsAheadMaxMs: DurationMs = 14 * dayMs;

/** The site file: master data as code (docs/site-file.md). */
export const siteSchema = z
  .strictObject({
    site: idSchema,
    timeZone: z.string().refine(isTimeZone, "expected an IANA time zone such as Europe/Brussels"),
    profiles: profilesSchema,
    appliances: z.array(applianceSchema).min(1).max(5_000),
    channels: z.array(channelSchema).max(siteProbesMax).optional(),
    contacts: z.array(contactSchema).max(500).default([]),
    /** In which messages are written to whom nothing else is said of. */
    language: z.enum(languages).optional(),
    ...dutySections,
    /** Gaps on duty that begin within this are an alarm; 72 hours where left out. */
    gapsAhead: durationSchema
      .refine((length) => length >= gapsAheadMinMs && length <= gapsAheadMaxMs, "expected between 1h and 14d")
      .optional(),
    /** Who is called about what; without any, all contacts at once. */
    policies: z.array(policySchema).max(policiesMax).optional(),
    /** A virtual refrigerator that proves, again and again, that alarms reach people. */
    canary: canarySchema.optional(),
  })
  .superRefine(checkReferences);

/** A site as its file describes it, checked. */
export type Site = z.output<typeof siteSchema>;

/** One appliance of a site. */
export type Appliance = Site["appliances"][number];

/** How an appliance or a probe names its profile. */
export type ProfileName = z.output<typeof profileNameSchema>;

/** The names of the profiles that apply over time; the first applies to all earlier time too. */
export function profileNames(
  profile: ProfileName,
): readonly { readonly name: string; readonly from?: EpochMs | undefined }[] {
  return typeof profile === "string" ? [{ name: profile }] : profile;
}

interface Referring extends DutyPlan {
  readonly profiles: Readonly<Record<string, unknown>>;
  readonly appliances: readonly {
    readonly id: string;
    readonly profile: ProfileName;
    readonly probes: readonly {
      readonly id: string;
      readonly profile?: ProfileName | undefined;
      readonly pair?: { readonly with: string } | undefined;
    }[];
  }[];
  readonly channels?: readonly Channel[] | undefined;
  readonly policies?: readonly Policy[] | undefined;
}

function checkReferences(site: Referring, context: z.core.$RefinementCtx): void {
  const complain = (path: PropertyKey[], message: string): void => {
    context.issues.push({ code: "custom", path, message, input: site });
  };
  const seen = new Set<string>();
  const unique = (kind: string, id: string, path: PropertyKey[]): void => {
    if (seen.has(`${kind} ${id}`)) complain(path, `a second ${kind} with the id "${id}"`);
    if (id === canaryId) complain(path, `the id "${id}" is the canary's`);
    seen.add(`${kind} ${id}`);
  };
  const known = (profile: ProfileName, path: PropertyKey[]): void => {
    for (const { name } of profileNames(profile)) {
      if (!Object.hasOwn(site.profiles, name)) complain(path, `no profile "${name}" under profiles`);
    }
  };
  for (const [index, appliance] of site.appliances.entries()) {
    unique("appliance", appliance.id, ["appliances", index, "id"]);
    known(appliance.profile, ["appliances", index, "profile"]);
    for (const [at, probe] of appliance.probes.entries()) {
      unique("probe", probe.id, ["appliances", index, "probes", at, "id"]);
      if (probe.profile !== undefined) known(probe.profile, ["appliances", index, "probes", at, "profile"]);
      const partner = probe.pair?.with;
      const isPaired = appliance.probes.some(({ id }) => id === partner && id !== probe.id);
      if (partner !== undefined && !isPaired)
        complain(
          ["appliances", index, "probes", at, "pair", "with"],
          "expected another probe of the appliance",
        );
    }
  }
  for (const [index, contact] of site.contacts.entries())
    unique("contact", contact.id, ["contacts", index, "id"]);
  checkDuty(site, complain);
  const references = {
    appliances: idsOf(site.appliances),
    contacts: idsOf(site.contacts),
    teams: idsOf(site.teams ?? []),
    rotas: idsOf(site.rotas ?? []),
  };
  for (const [index, { id }] of (site.policies ?? []).entries())
    if (id === canaryId) complain(["policies", index, "id"], `the id "${id}" is the canary's`);
  checkPolicies(site.policies ?? [], references, (path, message) => complain(["policies", ...path], message));
  const probes = site.appliances.flatMap((appliance) => appliance.probes.map((probe) => probe.id));
  const placed = new Set(probes);
  for (const [index, channel] of (site.channels ?? []).entries()) {
    unique("channel", channel.id, ["channels", index, "id"]);
    for (const [at, { probe }] of channel.assignments.entries()) {
      if (probe === null || placed.has(probe)) continue;
      complain(["channels", index, "assignments", at, "probe"], `no probe "${probe}" under appliances`);
    }
  }
  for (const [probe, stretches] of stretchesByProbe(probes, channelPlan(site.channels ?? []))) {
    if (stretches.length <= probeStretchesMax) continue;
    complain(
      ["channels"],
      `probe "${probe}" has ${stretches.length} stretches of channels, at most ${probeStretchesMax}`,
    );
  }
}

function idsOf(list: readonly { readonly id: string }[]): ReadonlySet<string> {
  return new Set(list.map(({ id }) => id));
}
