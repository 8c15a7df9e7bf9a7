import type { ProbeState } from "../engine/probe-state.ts";
import { activeEpisode } from "../engine/probe-state.ts";
import { type ProbeRules, ruleAt } from "../site/profile.ts";
import type { EpochMs } from "../time/millis.ts";
import type { AlarmKind } from "./alarm.ts";

/** How one alarm condition of a probe stands: on, off, or unchanged from what it was (inside the deadband). */
export type Condition = "on" | "off" | "unchanged";

/** A probe's alarm conditions at an instant. */
export interface ProbeConditions {
  readonly conditions: readonly { readonly kind: AlarmKind; readonly condition: Condition }[];
  /** The next instant at which a condition comes on if no reading arrives; null if none will. */
  readonly dueAt: EpochMs | null;
}

/**
 * Judges what calls for a person at `now` (design.md section 5, Alarms): temperature after `alarmDelay` out of range, at once beyond critical, off only
 * inside the deadband; silence longer than `maxGap` and `alarmDelay` together; a fault that lasts `alarmDelay`. Pure.
 */
export function probeConditions(state: ProbeState, rules: ProbeRules, now: EpochMs): ProbeConditions {
  const { last } = state;
  if (last === null) return { conditions: [], dueAt: null };
  const { alarmDelay, maxGap } = ruleAt(rules.profiles, last.at);
  const high = temperature(state, "high", alarmDelay);
  const low = temperature(state, "low", alarmDelay);
  const silentFrom = last.at + maxGap + alarmDelay + 1;
  const faultFrom = last.celsius === null ? Math.max(state.unknownFrom ?? last.at, 0) + alarmDelay : null;
  const timed: readonly [AlarmKind, EpochMs | null, Condition][] = [
    ["temperature-high", high.from, high.otherwise],
    ["temperature-low", low.from, low.otherwise],
    ["probe-silent", silentFrom, "off"],
    ["probe-fault", faultFrom, "off"],
  ];
  const coming = timed.map(([, from]) => from).filter((from) => from !== null && from > now);
  return {
    conditions: timed.map(([kind, from, otherwise]) => ({
      kind,
      condition: from !== null && from <= now ? "on" : otherwise,
    })),
    dueAt: coming.length === 0 ? null : Math.min(...coming.map(Number)),
  };
}

interface Temperature {
  /** From when on the condition is on; null where nothing is out of range. */
  readonly from: EpochMs | null;
  readonly otherwise: Condition;
}

function temperature(state: ProbeState, side: "high" | "low", alarmDelay: number): Temperature {
  const episode = activeEpisode(state, side);
  if (episode === undefined) return { from: null, otherwise: "off" };
  if (!episode.out) return { from: null, otherwise: episode.stretchFrom === null ? "unchanged" : "off" };
  return { from: episode.critical ? episode.runFrom : episode.runFrom + alarmDelay, otherwise: "unchanged" };
}
