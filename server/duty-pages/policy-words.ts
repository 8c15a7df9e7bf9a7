import type { Site } from "@coldkeep/core/site/site.ts";
import type { Policy } from "@coldkeep/core/summons/policy-section.ts";
import { formatDuration } from "@coldkeep/core/time/millis.ts";
import { alarmWords, severityWords } from "../pages/words.ts";
import { calleeWords, mediumWords } from "./duty-words.ts";

/** What a policy is for, in words. */
export function aboutWords(site: Pick<Site, "appliances">, policy: Policy): string {
  const { appliances, kinds, severities } = policy;
  const parts = [
    severities === undefined
      ? null
      : severities.map((severity) => severityWords[severity].toLowerCase()).join(" or "),
    kinds === undefined ? null : kinds.map((kind) => alarmWords[kind].toLowerCase()).join(", "),
    appliances === undefined
      ? null
      : `of ${appliances.map((id) => site.appliances.find((each) => each.id === id)?.name ?? id).join(", ")}`,
  ];
  return parts.filter((part) => part !== null).join(": ") || "every alarm";
}

/** The steps of a policy, each in words. */
export function stepWords(site: Site, { steps }: Pick<Policy, "steps">): string[] {
  return steps.map(({ after, call, by }) => {
    const who = call.map((callee) => calleeWords(site, callee)).join(", ");
    const how = by === undefined ? "" : ` by ${by.map((medium) => mediumWords[medium]).join(" and ")}`;
    return `${after === 0 ? "at once" : `after ${formatDuration(after)}`}: ${who}${how}`;
  });
}

/** What else a policy says, each in words. */
export function timingWords({
  repeatEvery,
  answerWithin,
  deliverWithin,
  digestAt,
  tellOthers = true,
}: Policy): string[] {
  const parts = [
    repeatEvery === undefined ? null : `the last step again every ${formatDuration(repeatEvery)}`,
    answerWithin === undefined
      ? null
      : `an alarm where nobody answers within ${formatDuration(answerWithin)} of it`,
    digestAt === undefined ? null : `gathered into one message a day at ${digestAt}`,
    `the next way where no report comes within ${formatDuration(deliverWithin)}`,
    tellOthers ? null : "others are not told that somebody has taken it on",
  ];
  return parts.filter((part) => part !== null);
}

/** A policy in one sentence, for lists of changes. */
export function policyWords(site: Site, policy: Policy): string {
  return [aboutWords(site, policy), ...stepWords(site, policy), ...timingWords(policy)].join("; ");
}
