import type { EdgeAlarm, EdgeCall, EdgeCallOutcome } from "@coldkeep/core/contract/edge.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { EdgeRecord } from "./edge-register.ts";

/** Most calls of one alarm that are kept of all reports together; further ones are not taken. */
export const edgeCallsKeptMax = 5_000;

/** A gateway's word about an alarm that says something new, or is its first. */
export interface EdgeNews {
  readonly gateway: string;
  /** All that was said so far, the new included. */
  readonly report: EdgeAlarm;
  readonly before: EdgeRecord | null;
  /** Calls that were not known before. */
  readonly fresh: readonly EdgeCall[];
  /** False where a later word came before: then only its calls are news. */
  readonly isNewest: boolean;
  readonly asOf: EpochMs;
}

/** What a word says beyond what is known; null where it says nothing new. `asOf`: the instant up to which the gateway had judged. */
export function newsOf(
  before: EdgeRecord | null,
  gateway: string,
  alarm: EdgeAlarm,
  asOf: EpochMs,
): EdgeNews | null {
  if (before === null) return { gateway, before, asOf, isNewest: true, ...joinCalls(alarm, [], alarm.calls) };
  const isNewest = asOf >= before.asOf;
  const joined = joinCalls(isNewest ? alarm : before.report, before.report.calls, alarm.calls);
  if (JSON.stringify(joined.report) === JSON.stringify(before.report)) return null;
  return { gateway, before, isNewest, asOf: Math.max(asOf, before.asOf), ...joined };
}

const ranks: Readonly<Record<EdgeCallOutcome, number>> = { failed: 0, sounded: 1, sent: 1, delivered: 2 };

/** The calls known and said, each with the better of its outcomes, in the order of their times whatever order they came in. */
function joinCalls(
  report: EdgeAlarm,
  known: readonly EdgeCall[],
  said: readonly EdgeCall[],
): Pick<EdgeNews, "report" | "fresh"> {
  const calls = new Map(known.map((call) => [keyOf(call), call]));
  const fresh: EdgeCall[] = [];
  for (const call of said) {
    const before = calls.get(keyOf(call));
    if (before === undefined && calls.size >= edgeCallsKeptMax) continue;
    if (before === undefined) fresh.push(call);
    if (before === undefined || ranks[call.outcome] > ranks[before.outcome]) calls.set(keyOf(call), call);
  }
  const sorted = [...calls].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, call]) => call);
  return { report: { ...report, calls: sorted }, fresh };
}

/** Names a call within an alarm. */
function keyOf({ at, by, to, about }: EdgeCall): string {
  return JSON.stringify([at, by, to, about]);
}
