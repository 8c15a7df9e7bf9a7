import type { EdgeCallOutcome } from "../contract/edge.ts";
import type { EpochMs } from "../time/millis.ts";
import type { AlarmSeverity } from "./alarm.ts";
import type { CallAbout } from "./lifecycle.ts";

/** A call that a gateway made about an alarm. */
export interface EdgeCallFact {
  readonly at: EpochMs;
  readonly about: CallAbout;
  /** How bad the call said that it was. */
  readonly severity: AlarmSeverity;
  readonly outcome: EdgeCallOutcome;
}

/** What a gateway says of an occurrence of an alarm that it kept watch over while it was alone. */
export interface EdgeWord {
  readonly raisedAt: EpochMs;
  readonly clearedAt: EpochMs | null;
  readonly acknowledgedAt: EpochMs | null;
  readonly acknowledgedBy: string | null;
  readonly severity: AlarmSeverity;
  readonly calls: readonly EdgeCallFact[];
}

/**
 * Since when a person is known to know: a call that the network reports as delivered to the phone, or an acknowledgement. A siren that sounded and a message that the
 * network only took prove nothing about a person. `severity` critical: only calls that said so count. Null: nobody is known to know.
 */
export function reachedAt(word: EdgeWord, severity: AlarmSeverity = word.severity): EpochMs | null {
  const told = instantsReached(word, severity);
  return told.length === 0 ? null : Math.min(...told);
}

/** The last time that a person was reached about it while it was on; null: never. */
export function lastReachedAt(word: EdgeWord): EpochMs | null {
  const told = instantsReached(word, word.severity);
  return told.length === 0 ? null : Math.max(...told);
}

/** True where a person was told that it is over. */
export function isReturnTold({ calls }: EdgeWord): boolean {
  return calls.some(({ about, outcome }) => about === "return" && outcome === "delivered");
}

function instantsReached({ calls, acknowledgedAt }: EdgeWord, severity: AlarmSeverity): EpochMs[] {
  const lastOn = Math.max(0, ...calls.filter(({ about }) => about !== "return").map(({ at }) => at));
  // What was told before it had gone and come back says nothing of its coming back.
  const since = Math.max(
    0,
    ...calls.filter(({ about, at }) => about === "return" && at < lastOn).map(({ at }) => at),
  );
  const delivered = calls.filter(
    (call) =>
      call.outcome === "delivered" &&
      call.at > since &&
      call.about !== "return" &&
      (severity !== "critical" || call.severity === "critical"),
  );
  return [
    ...delivered.map(({ at }) => at),
    ...(acknowledgedAt === null || acknowledgedAt <= since ? [] : [acknowledgedAt]),
  ];
}
