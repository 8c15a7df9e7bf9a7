import type { AlarmKind } from "@coldkeep/core/alarms/alarm.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import { choosePolicy } from "@coldkeep/core/summons/choose-policy.ts";
import type { Policy } from "@coldkeep/core/summons/policy-section.ts";
import type { KeptAlarm } from "./kept-alarm.ts";

/** Alarms that say that calling people does not work. */
export const chainKinds: ReadonlySet<AlarmKind> = new Set([
  "notification-failing",
  "person-unreached",
  "nobody-on-call",
  "unanswered",
]);

/**
 * Who is called about an alarm. That calling does not work is told to everybody at once, because the policy may be what failed, unless a policy names the kind.
 */
export function policyOf(site: Site, alarm: KeptAlarm): Policy | null {
  const policies = site.policies ?? [];
  if (!chainKinds.has(alarm.kind)) return choosePolicy(policies, alarm);
  return choosePolicy(
    policies.filter(({ kinds }) => kinds?.includes(alarm.kind) === true),
    alarm,
  );
}
