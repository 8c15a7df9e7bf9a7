import { canaryId } from "@coldkeep/core/canary/canary-section.ts";
import type { ChannelFact } from "@coldkeep/core/duty/reach.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import { chainKinds } from "@coldkeep/core/summons/choose-policy.ts";
import type { Watching } from "../alarms/alarm-lane.ts";
import type { AlarmRows } from "../alarms/alarm-rows.ts";
import type { KeptAlarm } from "../alarms/kept-alarm.ts";
import type { Commit } from "../journal/committer.ts";
import type { SummonsBook } from "./summons-book.ts";

/** What there is to call about and by. */
export interface ChainSight {
  readonly site: Pick<Site, "contacts">;
  readonly channels: readonly ChannelFact[];
  readonly summonses: Pick<SummonsBook, "isOpen" | "isCallingBy">;
}

/** True where what an alarm about calling is about is no more: a contact or a channel that was taken out, a call that is over. Nothing else would ever end it. */
export function isMoot(
  commit: Commit,
  { kind, subject }: Pick<KeptAlarm, "kind" | "subject">,
  { site, channels, summonses }: ChainSight,
): boolean {
  switch (kind) {
    case "person-unreached":
      return isGone(site, subject);
    case "notification-failing":
      return !channels.some(({ id }) => id === subject);
    case "unanswered":
      return !summonses.isOpen(commit, subject);
    case "nobody-on-call":
      return (
        subject.startsWith(policyPrefix) && !summonses.isCallingBy(commit, subject.slice(policyPrefix.length))
      );
    default:
      return false;
  }
}

/** True for a contact that the site has no more. Reports go to addresses, which are no contacts. */
export function isGone({ contacts }: ChainSight["site"], contact: string): boolean {
  return !contact.includes("@") && !contacts.some(({ id }) => id === contact);
}

/** What the subject of the alarm about a policy that found nobody begins with. */
const policyPrefix = "policy:";

/** Raises the alarms about calls that nobody could be found for, or that nobody answers. `answered` hears of those that somebody answered. */
export function watchSummonses(
  summonses: SummonsBook,
  rows: AlarmRows,
  { judge, find, answered }: Watching,
): void {
  summonses.hear({
    answered,
    found: (commit, { policy }, concern) => {
      if (policy?.id === canaryId) return;
      const subject = `${policyPrefix}${policy?.id ?? ""}`;
      // Who was told of the gap ahead is not told of it a second time, in the middle of what it leads to.
      const isKnown = find(commit, "nobody-on-call", `ahead:${policy?.id ?? ""}`)?.state.condition === true;
      const facts = () => ({
        subject,
        severity: "warning" as const,
        appliance: null,
        probe: null,
        text: `Nobody is on call: policy ${policy?.id ?? ""} found nobody who can be told`,
        figures: {
          of: "platform" as const,
          name: policy?.id ?? null,
          lastsMs: null,
          count: null,
          reason: null,
        },
      });
      if (concern === "off" || !isKnown) judge(commit, "nobody-on-call", concern, facts, subject);
    },
    unanswered: (commit, { id, state }, isOver) => {
      const alarms = Object.entries(state.alarms).flatMap(([alarm, standing]) =>
        standing === "open" || isOver ? (rows.find(alarm) ?? []) : [],
      );
      const [first] = alarms.filter(({ kind }) => !chainKinds.has(kind));
      // That nobody answers a call about calling would be called about without end.
      if (first === undefined && !isOver) return;
      const others = alarms.length > 1 ? ` and ${alarms.length - 1} more` : "";
      const facts = () => ({
        subject: id,
        severity: alarms.some(({ severity }) => severity === "critical")
          ? ("critical" as const)
          : ("warning" as const),
        appliance: first?.appliance ?? null,
        probe: null,
        text: `Nobody answers: ${first?.text ?? "the call is over"}${others}`,
        figures: {
          of: "unanswered" as const,
          first: first?.kind ?? null,
          others: Math.max(alarms.length - 1, 0),
        },
      });
      judge(commit, "unanswered", isOver ? "off" : "on", facts, id);
    },
  });
}
