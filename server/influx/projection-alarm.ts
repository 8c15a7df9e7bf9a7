import { type DurationMs, formatDuration } from "@coldkeep/core/time/millis.ts";
import type { Services } from "../http/services.ts";

/** What the projection is called in alarms. */
const subject = "influxdb";

/** How far the projection is behind, as it is judged. */
export interface ProjectionFinding {
  readonly isBehind: boolean;
  /** Age of the oldest entry that is not projected. */
  readonly behindMs: DurationMs;
  /** What keeps it; null where it is merely slow. */
  readonly reason: string | null;
}

/** Raises or clears the alarm about the history that is behind, where that changes. */
export function judgeProjection(
  { alarms, committer }: Pick<Services, "alarms" | "committer">,
  finding: ProjectionFinding,
): void {
  const { isBehind, behindMs, reason } = finding;
  const known = alarms.underWay().find((alarm) => alarm.kind === "projection-behind");
  if ((known?.state.condition ?? false) === isBehind) return;
  const body = new TextEncoder().encode(JSON.stringify({ isBehind, behindMs, reason }));
  committer.commit({ kind: "projection", source: subject, encoding: "identity", body }, (commit) => {
    const facts = () => ({
      subject,
      severity: "warning" as const,
      appliance: null,
      probe: null,
      text: `History in InfluxDB is ${formatDuration(behindMs)} behind${reason === null ? "" : `: ${reason}`}. Alarms and excursions do not depend on it`,
      figures: { of: "platform" as const, name: null, lastsMs: behindMs, count: null, reason: reason },
    });
    alarms.judge(commit, "projection-behind", isBehind ? "on" : "off", facts, subject);
  });
}
