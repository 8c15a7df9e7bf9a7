import type { AlarmFacts } from "@coldkeep/core/alarms/describe.ts";
import { lateAt, type CanaryRun } from "@coldkeep/core/canary/canary-run.ts";
import type { Medium } from "@coldkeep/core/duty/media.ts";
import { formatDuration } from "@coldkeep/core/time/millis.ts";
import { localTime } from "../alarms/messages.ts";
import type { Database } from "../store/database.ts";
import { canaryMessages } from "./canary-reads.ts";

/** What the alarm says about a breach whose message has not come in: how far it got, and through which channel. */
export function lateFacts(
  database: Database,
  run: CanaryRun,
  waits: readonly Medium[],
  timeZone: string,
): Omit<AlarmFacts, "subject"> {
  const made = canaryMessages(database, run.sampleAt, Number.MAX_SAFE_INTEGER);
  const missed = made.filter(({ medium }) => waits.includes(medium));
  const channels = [...new Set(missed.flatMap((message) => message.channels))];
  const ways = waits.map((medium) => {
    const message = made.find((each) => each.medium === medium);
    if (message === undefined) return `${medium}, no message was made`;
    const { handedOverAt: at, channels: by } = message;
    if (at === null) return `${medium}, no channel took it`;
    return `${medium}, taken by ${by.join(" and ")} at ${localTime(at, timeZone)}`;
  });
  const within = formatDuration(lateAt(run) - run.sampleAt);
  const reason = `The test alarm of ${localTime(run.sampleAt, timeZone)} did not come in within ${within}: ${ways.join("; ")}`;
  return {
    severity: "warning",
    appliance: null,
    probe: null,
    text: reason,
    figures: {
      of: "platform",
      name: (channels.length === 0 ? waits : channels).join(", "),
      lastsMs: null,
      count: null,
      reason,
    },
  };
}
