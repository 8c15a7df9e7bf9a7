import { type DurationMs, formatDuration } from "@coldkeep/core/time/millis.ts";
import type { Services } from "../http/services.ts";

/** What the feed of holds is called in alarms. */
const subject = "hold-feed";

/** How the feed of holds stands, as it is judged. */
export interface HoldFeedFinding {
  readonly isUnconfirmed: boolean;
  /** Units of which the blood-bank system has not confirmed how they stand. */
  readonly units: number;
  /** How long the oldest of them has been owed. */
  readonly behindMs: DurationMs;
  /** What went wrong with the latest try; null where nothing did. */
  readonly reason: string | null;
}

/** Raises or clears the alarm about holds that the blood-bank system does not confirm, where that changes: until it does, it may issue what is held here. */
export function judgeHoldFeed(
  { alarms, committer }: Pick<Services, "alarms" | "committer">,
  finding: HoldFeedFinding,
): void {
  const { isUnconfirmed, units, behindMs, reason } = finding;
  const known = alarms.underWay().find((alarm) => alarm.kind === "holds-unconfirmed");
  if ((known?.state.condition ?? false) === isUnconfirmed) return;
  const body = new TextEncoder().encode(JSON.stringify({ isUnconfirmed, units, behindMs, reason }));
  committer.commit({ kind: "hold-feed", source: subject, encoding: "identity", body }, (commit) => {
    const facts = () => ({
      subject,
      severity: "warning" as const,
      appliance: null,
      probe: null,
      text: `The blood-bank system has not confirmed how ${units} ${units === 1 ? "unit stands" : "units stand"} for ${formatDuration(behindMs)}${reason === null ? "" : `: ${reason}`}. It may still issue them`,
      figures: { of: "platform" as const, name: null, lastsMs: behindMs, count: units, reason: reason },
    });
    alarms.judge(commit, "holds-unconfirmed", isUnconfirmed ? "on" : "off", facts, subject);
  });
}
