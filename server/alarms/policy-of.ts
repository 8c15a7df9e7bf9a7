import type { Site } from "@coldkeep/core/site/site.ts";
import { policyFor } from "@coldkeep/core/summons/choose-policy.ts";
import type { Policy } from "@coldkeep/core/summons/policy-section.ts";
import type { KeptAlarm } from "./kept-alarm.ts";

/** Who is called about an alarm; null where that is everybody at once. */
export function policyOf(site: Site, alarm: KeptAlarm): Policy | null {
  return policyFor(site.policies ?? [], alarm);
}
