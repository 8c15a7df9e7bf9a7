import { canaryId, canaryPolicy } from "@coldkeep/core/canary/canary-section.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import { policyFor } from "@coldkeep/core/summons/choose-policy.ts";
import type { Policy } from "@coldkeep/core/summons/policy-section.ts";
import type { KeptAlarm } from "./kept-alarm.ts";

/** True for an alarm of the canary: it proves that people are called, and calls nobody but the canary's own address. */
export function isOfCanary({ appliance }: Pick<KeptAlarm, "appliance">): boolean {
  return appliance === canaryId;
}

/** The channels through which a test alarm did not arrive: people are told of that by others first. */
export function channelsInDoubt({ kind, figures }: Pick<KeptAlarm, "kind" | "figures">): readonly string[] {
  return kind === "canary-late" && figures?.of === "platform" ? (figures.name ?? "").split(", ") : [];
}

/** Who is called about an alarm; null where that is everybody at once. */
export function policyOf(site: Site, alarm: KeptAlarm): Policy | null {
  if (isOfCanary(alarm) && site.canary !== undefined) return canaryPolicy(site.canary);
  return policyFor(site.policies ?? [], alarm);
}
