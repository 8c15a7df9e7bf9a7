import { chainKinds } from "@coldkeep/core/summons/choose-policy.ts";
import type { AlarmBook } from "../alarms/alarm-book.ts";
import type { AlarmRows } from "../alarms/alarm-rows.ts";
import type { SummonsBook } from "./summons-book.ts";

/** Raises the alarms about calls that nobody could be found for, or that nobody answers. */
export function watchSummonses(
  summonses: SummonsBook,
  rows: AlarmRows,
  judge: AlarmBook["judge"],
  find: AlarmBook["find"],
): void {
  summonses.hear({
    found: (commit, { policy }, concern) => {
      const subject = `policy:${policy?.id ?? ""}`;
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
      const alarms = Object.keys(state.alarms).flatMap((alarm) => rows.find(alarm) ?? []);
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
