import type { Services } from "../http/services.ts";

/** What the reports of periods are called in alarms. */
const subject = "period-reports";

/** How the reports that are made by themselves stand. */
export interface ReportFinding {
  /** In words, such as `October 2026`, which could not be made, and why; null where none waits. */
  readonly failed: { readonly title: string; readonly reason: string } | null;
}

/** Raises or clears the alarm about a report that is due and cannot be made, where that changes. */
export function judgeReports(
  { alarms, committer }: Pick<Services, "alarms" | "committer">,
  { failed }: ReportFinding,
): void {
  const known = alarms.underWay().find((alarm) => alarm.kind === "report-failing");
  if ((known?.state.condition ?? false) === (failed !== null)) return;
  const body = new TextEncoder().encode(JSON.stringify({ failed }));
  committer.commit({ kind: "report-failing", source: subject, encoding: "identity", body }, (commit) => {
    const facts = () => ({
      subject,
      severity: "warning" as const,
      appliance: null,
      probe: null,
      text: `The report of ${failed?.title ?? "a period"} could not be made: ${failed?.reason ?? ""}`,
    });
    alarms.judge(commit, "report-failing", failed === null ? "off" : "on", facts, subject);
  });
}
