import type { Services } from "../http/services.ts";
import { failingAfter } from "../summons/take-delivery.ts";

/** Does again what entries of before channels were told apart did: raises or clears the alarm about mails that cannot be handed over, where that changes. `worstTries`: failed tries of the worst obligation. */
export function judgeDelivery(
  { alarms, committer }: Pick<Services, "alarms" | "committer">,
  worstTries: number,
): void {
  const isFailing = worstTries >= failingAfter;
  const known = alarms.underWay().find((alarm) => alarm.kind === "notification-failing");
  if ((known?.state.condition ?? false) === isFailing) return;
  const body = new TextEncoder().encode(JSON.stringify({ worstTries }));
  committer.commit({ kind: "delivery", source: "mail", encoding: "identity", body }, (commit) => {
    const facts = () => ({
      subject: "mail",
      severity: "warning" as const,
      appliance: null,
      probe: null,
      text: `Mail cannot be handed over: ${worstTries} tries failed. People may not have been told`,
      figures: { of: "platform" as const, name: null, lastsMs: null, count: worstTries, reason: null },
    });
    alarms.judge(commit, "notification-failing", isFailing ? "on" : "off", facts, "mail");
  });
}
