import * as z from "zod";
import { alarmPhases, alarmSeverities, type AlarmKind } from "../alarms/alarm.ts";
import { agitatorDelayMs } from "../alarms/describe-equipment.ts";
import { celsiusMax, celsiusMin } from "../readings/reading.ts";
import { applianceKinds, probeKinds } from "../site/site.ts";
import { alarmKinds } from "../alarms/alarm.ts";
import { idSchema } from "./ids.ts";
import { instantTextSchema } from "./instants.ts";

/** Most probes or channels that one `GET /v1/gateways/{id}/watch` may name; a gateway of more asks again for the rest. */
export const watchNamedMax = 200;

/** Most alarms in one report of a gateway. */
export const edgeAlarmsMax = 500;

/** Most calls of one alarm in a report: a day of a call every five minutes. */
export const edgeCallsMax = 300;

/** Largest report in bytes. */
export const edgeReportBytesMax = 2 * 1024 * 1024;

/** Kinds of alarm that a gateway can raise while it keeps watch alone. */
export const edgeAlarmKinds = [
  "temperature-high",
  "temperature-low",
  "temperature-warning-high",
  "temperature-warning-low",
  "probe-silent",
  "probe-fault",
  "power",
  "door",
  "agitator",
  "battery",
  "clock",
  "buffer",
] as const satisfies readonly AlarmKind[];

/** One of the kinds that a gateway can raise. */
export type EdgeAlarmKind = (typeof edgeAlarmKinds)[number];

/** How a gateway calls people: a contact that switches a siren, or a text message. */
export const edgeCallWays = ["siren", "sms"] as const;

/**
 * What became of a call. `delivered`: the network reports that it reached the phone. `sent`: the network took it and has said no more. `sounded`: the siren was
 * switched on. `failed`: none of these.
 */
export const edgeCallOutcomes = ["delivered", "sent", "sounded", "failed"] as const;

/** One of the outcomes of a call. */
export type EdgeCallOutcome = (typeof edgeCallOutcomes)[number];

const instantOrNoneSchema = instantTextSchema.nullable();
const celsiusOrNone = z.number().nullable();
const temperatureOrNone = z.number().min(celsiusMin).max(celsiusMax).nullable();
const durationMs = z.int().min(0);

/** A storage profile: the names are those of core/site/profile.ts, durations in milliseconds. */
export const wireProfileSchema = z.object({
  low: celsiusOrNone,
  high: celsiusOrNone,
  criticalLow: celsiusOrNone,
  criticalHigh: celsiusOrNone,
  deadband: z.number(),
  maxGap: durationMs,
  excursionAfter: durationMs,
  recoverAfter: durationMs,
  unmonitoredAfter: durationMs,
  alarmDelay: durationMs,
  trust: z
    .object({
      powerOn: z.boolean(),
      disconnected: z.boolean(),
      min: celsiusOrNone,
      max: celsiusOrNone,
      allZeroBeyond: celsiusOrNone,
      stuckAfter: durationMs.nullable(),
      maxJumpPerMinute: z.number().nullable(),
      believeAfter: z.int(),
    })
    .nullable()
    .optional(),
  alarms: z
    .object({
      warnLow: celsiusOrNone,
      warnHigh: celsiusOrNone,
      realarmAfter: durationMs.nullable(),
      offDelay: durationMs,
      latching: z.union([z.boolean(), z.array(z.enum(alarmKinds))]),
    })
    .optional(),
});

/** A probe and all that judges it. The first profile and the first offset apply to all earlier time too (`from` null). */
export const watchedProbeSchema = z.object({
  id: idSchema,
  kind: z.enum(probeKinds),
  appliance: idSchema,
  profiles: z.array(z.object({ from: instantOrNoneSchema, profile: wireProfileSchema })).min(1),
  offsets: z.array(z.object({ from: instantOrNoneSchema, celsius: z.number() })).min(1),
  /** The channels whose readings are this probe's, each from an instant until another; null: without an end on that side. */
  channels: z.array(z.object({ channel: idSchema, from: instantOrNoneSchema, to: instantOrNoneSchema })),
});

/** An appliance of which a probe is watched. `shortName` fits into a text message. */
export const watchedApplianceSchema = z.object({
  id: idSchema,
  name: z.string(),
  shortName: z.string(),
  kind: z.enum(applianceKinds),
  room: z.string().nullable(),
  circuit: z.string().nullable(),
  /** How long its door may stand open, milliseconds. */
  doorDelayMs: durationMs,
  /** How long its agitator may stand still, milliseconds; servers from before agitators do not say it. */
  agitatorDelayMs: durationMs.default(agitatorDelayMs),
  /** Nobody is called about it until then; null: it is in service. */
  outOfServiceUntil: instantOrNoneSchema,
});

/** An alarm that is under way at the server: whoever knows of it need not be called anew. */
export const watchedAlarmSchema = z.object({
  id: z.string(),
  kind: z.enum(alarmKinds),
  subject: z.string(),
  appliance: z.string().nullable(),
  probe: z.string().nullable(),
  severity: z.enum(alarmSeverities),
  text: z.string(),
  phase: z.enum(alarmPhases),
  raisedAt: instantTextSchema,
  /** True while what it is about lasts, as far as the server knows. */
  condition: z.boolean(),
  acknowledged: z.boolean(),
  acknowledgedBy: z.string().nullable(),
  awaited: z.boolean(),
  latched: z.boolean(),
  shelvedFrom: instantOrNoneSchema,
  shelvedUntil: instantOrNoneSchema,
  outOfServiceUntil: instantOrNoneSchema,
  calls: z.int(),
  lastCall: z.enum(["onset", "return"]).nullable(),
  clearsAt: instantOrNoneSchema,
  realarmAt: instantOrNoneSchema,
});

/**
 * What a gateway needs to keep watch by itself: the answer to `GET /v1/gateways/{id}/watch`, which it keeps on disk. `version` changes with the content; it is the
 * answer's ETag too, and asking with `If-None-Match` is answered with 304 while nothing changed.
 */
export const watchSchema = z.object({
  version: z.string(),
  site: idSchema,
  /** IANA name: people read local time. */
  timeZone: z.string(),
  appliances: z.array(watchedApplianceSchema),
  probes: z.array(watchedProbeSchema),
  alarms: z.array(watchedAlarmSchema),
});

/** How a watch is asked for. `probes`: ids as the gateway sends them (probes or channels), parted by commas; without it those that this gateway last fed. */
export const watchQuerySchema = z.object({
  probes: z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(idSchema).min(1).max(watchNamedMax))
    .optional(),
});

/** One call that a gateway made. `at`: when it came to its outcome, since that is when somebody was reached. `to`: a number or a name of the contact, null for a siren. `about` as the server's calls: it came on, is still on, is back. */
export const edgeCallSchema = z.object({
  at: instantTextSchema,
  by: z.enum(edgeCallWays),
  to: z.string().min(1).max(100).nullable(),
  about: z.enum(["onset", "again", "return"]).default("onset"),
  /** How bad it said that it is: a person who was told of a warning has not been told that it is critical. */
  severity: z.enum(alarmSeverities).default("warning"),
  outcome: z.enum(edgeCallOutcomes),
});

/**
 * An alarm that a gateway raised while it was alone, or one of the server's that it went on with. `id` is made by the rule of core/alarms/identity.ts, or is the server's.
 * All instants are of the gateway's clock. `clearedAt` null: it is still on. Calls are all those so far, in any order.
 */
export const edgeAlarmSchema = z.object({
  id: z.string().min(1).max(200),
  kind: z.enum(edgeAlarmKinds),
  subject: idSchema,
  severity: z.enum(alarmSeverities).default("warning"),
  /** What it says to a person. */
  text: z.string().min(1).max(300).optional(),
  /** Of an alarm about a temperature: what was measured last and what it is beyond, degrees Celsius; gateways from before that do not say it. */
  celsius: temperatureOrNone.optional(),
  beyond: temperatureOrNone.optional(),
  raisedAt: instantTextSchema,
  clearedAt: instantOrNoneSchema,
  acknowledgedAt: instantOrNoneSchema,
  acknowledgedBy: z.string().min(1).max(100).nullable(),
  calls: z.array(edgeCallSchema).max(edgeCallsMax),
});

/**
 * The body of `POST /v1/gateways/{id}/edge-alarms`. `asOf`: the instant up to which the gateway has judged. The same report again changes nothing; a later one of the same
 * alarm adds to it. A gateway reports before it sends the readings of the time it was alone.
 */
export const edgeReportSchema = z.object({
  asOf: instantTextSchema,
  alarms: z.array(edgeAlarmSchema).max(edgeAlarmsMax),
});

/** Why one alarm of a report is refused while its neighbours are taken; listed in docs/errors.md. */
export const edgeAlarmRefusals = [
  "edge-alarm.shape-invalid",
  "edge-alarm.subject-unknown",
  "edge-alarm.id-invalid",
  "edge-alarm.at-future",
  "edge-alarm.at-too-old",
] as const;

/** One of the reasons for refusing a reported alarm. */
export type EdgeAlarmRefusal = (typeof edgeAlarmRefusals)[number];

/**
 * What became of a reported alarm. `taken-over`: the server goes on with it under its id. `recorded`: it was over, and is on record with its history. `joined`: another
 * alarm stood for it, whose id rules from now on. `known`: it is the server's own, or was reported before.
 */
export const edgeAlarmFates = ["taken-over", "recorded", "joined", "known"] as const;

/** One of the fates of a reported alarm. */
export type EdgeAlarmFate = (typeof edgeAlarmFates)[number];

/** The answer to a report, sent only after its commit. `alarm` is the id that rules. */
export const edgeAnswerSchema = z.object({
  alarms: z.array(
    z.object({
      id: z.string(),
      alarm: z.string(),
      fate: z.enum(edgeAlarmFates),
      phase: z.enum(alarmPhases),
    }),
  ),
  rejected: z.array(z.object({ index: z.int(), code: z.enum(edgeAlarmRefusals) })),
});

/** What a gateway needs to keep watch, as it goes over the wire. */
export type WireWatch = z.infer<typeof watchSchema>;

/** A probe of a watch on the wire. */
export type WireWatchedProbe = z.infer<typeof watchedProbeSchema>;

/** An alarm of a watch on the wire. */
export type WireWatchedAlarm = z.infer<typeof watchedAlarmSchema>;

/** A call as a gateway reports it. */
export type EdgeCall = z.output<typeof edgeCallSchema>;

/** An alarm as a gateway reports it. */
export type EdgeAlarm = z.output<typeof edgeAlarmSchema>;

/** A gateway's report. */
export type EdgeReport = z.output<typeof edgeReportSchema>;

/** The answer to a gateway's report. */
export type EdgeAnswer = z.infer<typeof edgeAnswerSchema>;
