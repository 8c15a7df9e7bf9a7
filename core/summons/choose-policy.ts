import type { AlarmKind, AlarmSeverity } from "../alarms/alarm.ts";
import { minuteMs } from "../time/millis.ts";
import type { Policy } from "./policy-section.ts";
import type { Escalation } from "./summons.ts";

/** What a policy is chosen by. */
export interface AlarmMark {
  readonly kind: AlarmKind;
  readonly severity: AlarmSeverity;
  readonly appliance: string | null;
}

/** How long after the last step silence is an alarm, where a policy with several steps or repetitions says nothing else. */
export const standardAnswerWithinMs = 10 * minuteMs;

/** The policy that applies to an alarm: the first that fits; null where none does, which means that everybody is called at once. */
export function choosePolicy(policies: readonly Policy[], mark: AlarmMark): Policy | null {
  return policies.find((policy) => fits(policy, mark)) ?? null;
}

/** Alarms that say that calling people does not work. */
export const chainKinds: ReadonlySet<AlarmKind> = new Set([
  "notification-failing",
  "person-unreached",
  "nobody-on-call",
  "unanswered",
  "canary-late",
]);

/**
 * By which policy people are called about an alarm. That calling does not work is told to everybody at once, because the policy may be what failed, unless a policy names the kind.
 */
export function policyFor(policies: readonly Policy[], mark: AlarmMark): Policy | null {
  if (!chainKinds.has(mark.kind)) return choosePolicy(policies, mark);
  return choosePolicy(
    policies.filter(({ kinds }) => kinds?.includes(mark.kind) === true),
    mark,
  );
}

function fits({ appliances, kinds, severities }: Policy, { kind, severity, appliance }: AlarmMark): boolean {
  if (appliances !== undefined && (appliance === null || !appliances.includes(appliance))) return false;
  if (kinds !== undefined && !kinds.includes(kind)) return false;
  return severities === undefined || severities.includes(severity);
}

/** The timing of a policy; without one, a single step at once that is repeated only when the alarm itself asks for people again. */
export function escalationOf(policy: Policy | null): Escalation {
  if (policy === null) return { stepsAfterMs: [0], repeatEveryMs: null, answerWithinMs: null };
  const isEscalating = policy.steps.length > 1 || policy.repeatEvery !== undefined;
  const standard = isEscalating ? standardAnswerWithinMs : null;
  return {
    stepsAfterMs: policy.steps.map(({ after }) => after),
    repeatEveryMs: policy.repeatEvery ?? null,
    answerWithinMs: policy.answerWithin ?? standard,
  };
}
