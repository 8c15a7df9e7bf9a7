import { type DurationMs, formatDuration } from "@coldkeep/core/time/millis.ts";
import type { Services } from "../http/services.ts";

/** What backups are called in alarms. */
const subject = "backup";

/** How the backups stand, as they are judged. */
export interface BackupFinding {
  readonly isOverdue: boolean;
  /** Age of the newest good backup; null where there is none. */
  readonly ageMs: DurationMs | null;
  /** Why the latest try failed; null where it did not. */
  readonly reason: string | null;
}

/** Raises or clears the alarm about backups that do not get made, where that changes. */
export function judgeBackups(
  { alarms, committer }: Pick<Services, "alarms" | "committer">,
  { isOverdue, ageMs, reason }: BackupFinding,
): void {
  const known = alarms.underWay().find((alarm) => alarm.kind === "backup-overdue");
  if ((known?.state.condition ?? false) === isOverdue) return;
  const body = new TextEncoder().encode(JSON.stringify({ isOverdue, ageMs, reason }));
  committer.commit({ kind: "backup", source: subject, encoding: "identity", body }, (commit) => {
    const since = ageMs === null ? "There is no good backup" : `No good backup for ${formatDuration(ageMs)}`;
    const facts = () => ({
      subject,
      severity: "warning" as const,
      appliance: null,
      probe: null,
      text: `${since}${reason === null ? "" : `: ${reason}`}`,
      figures: { of: "platform" as const, name: null, lastsMs: ageMs, count: null, reason: reason },
    });
    alarms.judge(commit, "backup-overdue", isOverdue ? "on" : "off", facts, subject);
  });
}
