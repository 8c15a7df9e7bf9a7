import * as z from "zod";
import { type Contact, contactSchema } from "../duty/contact-section.ts";
import { languages, type Medium } from "../duty/media.ts";
import { durationSchema } from "../settings/settings.ts";
import { dayMs, type DurationMs, hourMs, minuteMs, secondMs } from "../time/millis.ts";
import type { Policy } from "../summons/policy-section.ts";
import type { Profile } from "../site/profile.ts";

/** The name of everything that the canary has: its appliance, probe, contact, policy, gateway and token. No site may give it to anything else. */
export const canaryId = "coldkeep-canary";

/** What its messages call its appliance. */
export const canaryName = "Canary (test)";

/** Exactly at this it is out of range, degrees Celsius. */
const canaryLimit = 8;

/** What the virtual refrigerator measures while all is well, and while it breaches, degrees Celsius. */
export const canaryCelsius = { good: 4, hot: 20 } as const;

/** Longer than any breach of the canary: so much time out of range, or unknown, would make an excursion of it. */
const neverMs: DurationMs = 3_650 * dayMs;

/** How often it breaches at most and at least. */
export const canaryEveryMs = { least: 5 * minuteMs, most: 7 * dayMs } as const;

/** How long its message may take, beyond the delay of its alarm. */
export const canaryWithinMs = { least: 10 * secondMs, most: 6 * hourMs } as const;

/** Longest delay of its alarm. */
export const canaryDelayMaxMs: DurationMs = 10 * minuteMs;

const between = ({ least, most }: { readonly least: DurationMs; readonly most: DurationMs }, said: string) =>
  durationSchema.refine((length) => length >= least && length <= most, said);

/** The virtual refrigerator that breaches every so often, through the whole chain to an address at which it is received again (docs/alerts.md). */
export const canarySchema = z
  .strictObject({
    /** Comes into the mailbox that the server's settings name. */
    email: contactSchema.shape.email,
    /** A number whose short messages come in through one of the server's own channels. */
    phone: contactSchema.shape.phone,
    language: z.enum(languages).optional(),
    every: between(canaryEveryMs, "expected 5m to 7d").default(hourMs),
    /** So long after the sample, and after the delay of its alarm, it is late. */
    within: between(canaryWithinMs, "expected 10s to 6h").default(2 * minuteMs),
    /** The configured delay, which its times do not count: it proves that deadlines are kept. */
    alarmDelay: durationSchema
      .refine((length) => length <= canaryDelayMaxMs, "expected at most 10m")
      .default(10 * secondMs),
  })
  .refine(({ email, phone }) => email !== undefined || phone !== undefined, {
    path: ["email"],
    message: "expected an address at which it is received: email, phone or both",
  })
  .refine(({ every, within, alarmDelay }) => every >= 2 * (within + alarmDelay), {
    path: ["every"],
    message:
      "expected at least twice within and alarmDelay together, so that each breach ends before the next",
  });

/** The canary of a site. */
export type CanarySection = z.output<typeof canarySchema>;

/** By what it is to be received: each breach must come in by all of these. */
export function canaryMedia({ email, phone }: CanarySection): Medium[] {
  return [
    ...(email === undefined ? [] : (["email"] as const)),
    ...(phone === undefined ? [] : (["sms"] as const)),
  ];
}

/** Whom its alarm calls. */
export function canaryContact(section: CanarySection): Contact {
  const { email, phone, language } = section;
  return {
    id: canaryId,
    name: canaryName,
    email,
    phone,
    by: canaryMedia(section),
    ...(language === undefined ? {} : { language }),
  };
}

/** How its alarm calls: once, and nobody else. */
export function canaryPolicy({ within }: CanarySection): Policy {
  return {
    id: canaryId,
    steps: [{ after: 0, call: [{ contact: canaryId }] }],
    deliverWithin: Math.min(within, 2 * minuteMs),
  };
}

/** By what its readings are judged: nothing in it can become critical or an excursion, and its silence calls nobody. */
export function canaryProfile({ alarmDelay }: CanarySection): Profile {
  return {
    low: null,
    high: canaryLimit,
    criticalLow: null,
    criticalHigh: null,
    deadband: 0,
    maxGap: neverMs,
    excursionAfter: neverMs,
    recoverAfter: secondMs,
    unmonitoredAfter: neverMs,
    alarmDelay,
  };
}
