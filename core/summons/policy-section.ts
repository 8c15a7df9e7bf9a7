import * as z from "zod";
import { alarmKinds, alarmSeverities } from "../alarms/alarm.ts";
import { idSchema } from "../contract/batch.ts";
import { media } from "../duty/media.ts";
import { durationSchema } from "../settings/settings.ts";
import { type DurationMs, minuteMs } from "../time/millis.ts";

/** Most policies of a site, steps of a policy, and callees of a step. */
export const policiesMax = 100;
/** Most steps of one policy. */
export const policyStepsMax = 20;
/** Most people, teams and rotas that one step names. */
export const stepCalleesMax = 20;

/** How long a message may stay unconfirmed before the next way to the person is tried, where a policy says nothing else. */
export const standardDeliverWithinMs: DurationMs = 2 * minuteMs;

const above0 = durationSchema.refine((length) => length > 0, "expected a duration longer than 0");

/** Whom a step calls: one contact, all of a team, or whoever is on duty in a rota at that moment. */
export const calleeSchema = z.union([
  z.strictObject({ contact: idSchema }),
  z.strictObject({ team: idSchema }),
  z.strictObject({ rota: idSchema }),
]);

/** Whom a step calls. */
export type Callee = z.output<typeof calleeSchema>;

const stepSchema = z.strictObject({
  /** How long after the call began, if nobody has answered by then. */
  after: durationSchema.default(0),
  call: z.array(calleeSchema).min(1).max(stepCalleesMax),
  /** By these ways at the same time; where left out, by all that each person has. */
  by: z.array(z.enum(media)).min(1).max(media.length).optional(),
});

/** Who is called about which alarms, in which order, until somebody answers (docs/alerts.md). */
export const policySchema = z
  .strictObject({
    id: idSchema,
    /** What it is for; each left out means all. The first policy that fits applies. */
    appliances: z.array(idSchema).min(1).max(5_000).optional(),
    kinds: z.array(z.enum(alarmKinds)).min(1).optional(),
    severities: z.array(z.enum(alarmSeverities)).min(1).optional(),
    steps: z.array(stepSchema).min(1).max(policyStepsMax),
    /** The last step is called again this often until somebody answers. */
    repeatEvery: above0.optional(),
    /** How long after the last step's first call silence is an alarm of its own. */
    answerWithin: above0.optional(),
    deliverWithin: above0.default(standardDeliverWithinMs),
    /** Where somebody takes a call on: tells those who were told of it by telephone, in a short message. As if true where left out. */
    tellOthers: z.boolean().optional(),
    /** Gathers into one message a day at this local time instead of calling: for what presses nobody. */
    digestAt: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "expected a time of day such as 07:30")
      .optional(),
  })
  .refine(({ steps }) => steps.every(({ after }, index) => after > (steps[index - 1]?.after ?? -1)), {
    path: ["steps"],
    message: "expected each step to come after the one before it",
  })
  .refine(
    ({ digestAt, steps, repeatEvery }) =>
      digestAt === undefined || (steps.length === 1 && repeatEvery === undefined),
    {
      path: ["digestAt"],
      message: "expected one step and no repeatEvery where messages are gathered for a time of day",
    },
  )
  .refine(
    ({ digestAt, severities }) =>
      digestAt === undefined || (severities?.length === 1 && severities[0] === "advisory"),
    {
      path: ["digestAt"],
      message: "expected severities: [advisory], because whatever presses more must not wait",
    },
  );

/** One policy. */
export type Policy = z.output<typeof policySchema>;

/** One step of a policy. */
export type PolicyStep = Policy["steps"][number];

/** What a site has that policies may name. */
export interface PolicyReferences {
  readonly appliances: ReadonlySet<string>;
  readonly contacts: ReadonlySet<string>;
  readonly teams: ReadonlySet<string>;
  readonly rotas: ReadonlySet<string>;
}

/** Tells of each name in the policies that stands for nothing, with its path below `policies`. */
export function checkPolicies(
  policies: readonly Policy[],
  known: PolicyReferences,
  complain: (path: PropertyKey[], message: string) => void,
): void {
  const ids = new Set<string>();
  for (const [index, policy] of policies.entries()) {
    if (ids.has(policy.id)) complain([index, "id"], `a second policy with the id "${policy.id}"`);
    ids.add(policy.id);
    for (const [at, appliance] of (policy.appliances ?? []).entries())
      if (!known.appliances.has(appliance))
        complain([index, "appliances", at], `no appliance "${appliance}"`);
    for (const [step, { call }] of policy.steps.entries()) {
      for (const [at, callee] of call.entries()) {
        const missing = missingOf(callee, known);
        if (missing !== null) complain([index, "steps", step, "call", at], missing);
      }
    }
  }
}

function missingOf(callee: Callee, known: PolicyReferences): string | null {
  if ("contact" in callee)
    return known.contacts.has(callee.contact) ? null : `no contact "${callee.contact}"`;
  if ("team" in callee) return known.teams.has(callee.team) ? null : `no team "${callee.team}"`;
  return known.rotas.has(callee.rota) ? null : `no rota "${callee.rota}"`;
}
