import type { ProbeState } from "../engine/probe-state.ts";
import { activeEpisode } from "../engine/probe-state.ts";
import { type ProbeRules, type Profile, ruleAt } from "../site/profile.ts";
import type { EpochMs } from "../time/millis.ts";
import type { AlarmKind } from "./alarm.ts";
import { hasWarnings, isInsideWarning } from "./warning.ts";

/** How one alarm condition of a probe stands: on, off, or unchanged from what it was (inside the deadband). */
export type Condition = "on" | "off" | "unchanged";

/** How each of a probe's alarm conditions stands. */
export type ConditionList = readonly { readonly kind: AlarmKind; readonly condition: Condition }[];

/** A probe's alarm conditions at an instant. */
export interface ProbeConditions {
  readonly conditions: ConditionList;
  /** The next instant at which a condition comes on if no reading arrives; null if none will. */
  readonly dueAt: EpochMs | null;
}

/** The conditions of a probe about which there is nothing to say, one list for all, so that it is quickly recognised. */
export const quietConditions: ConditionList = [
  { kind: "temperature-high", condition: "off" },
  { kind: "temperature-low", condition: "off" },
  { kind: "temperature-warning-high", condition: "off" },
  { kind: "temperature-warning-low", condition: "off" },
  { kind: "probe-silent", condition: "off" },
  { kind: "probe-fault", condition: "off" },
];

/**
 * Judges what calls for a person at `now` (design.md section 5, Alarms): temperature after `alarmDelay` out of range, at once beyond critical, off only
 * inside the deadband; the same beyond a warning limit; silence longer than `maxGap` and `alarmDelay` together; a fault that lasts `alarmDelay`. Pure.
 */
export function probeConditions(state: ProbeState, rules: ProbeRules, now: EpochMs): ProbeConditions {
  const { last } = state;
  if (last === null) return { conditions: [], dueAt: null };
  const profile = ruleAt(rules.profiles, last.at);
  const { alarmDelay, maxGap } = profile;
  const silentFrom = last.at + maxGap + alarmDelay + 1;
  const warns = hasWarnings(profile);
  if (last.celsius !== null && state.episodes.length === 0 && !warns && silentFrom > now)
    return { conditions: quietConditions, dueAt: silentFrom };
  const faultFrom = last.celsius === null ? Math.max(state.unknownFrom ?? last.at, 0) + alarmDelay : null;
  const timed: readonly Timed[] = [
    temperature(state, "high", alarmDelay),
    temperature(state, "low", alarmDelay),
    warningOn("high", last.celsius, state.warning?.highFrom ?? null, profile),
    warningOn("low", last.celsius, state.warning?.lowFrom ?? null, profile),
    { kind: "probe-silent", from: silentFrom, otherwise: "off" },
    { kind: "probe-fault", from: faultFrom, otherwise: "off" },
  ];
  const coming = timed.map(({ from }) => from).filter((from) => from !== null && from > now);
  return {
    conditions: timed.map(({ kind, from, otherwise }) => ({
      kind,
      condition: from !== null && from <= now ? "on" : otherwise,
    })),
    dueAt: coming.length === 0 ? null : Math.min(...coming.map(Number)),
  };
}

interface Timed {
  readonly kind: AlarmKind;
  /** From when on the condition is on; null where nothing brings it on. */
  readonly from: EpochMs | null;
  readonly otherwise: Condition;
}

function temperature(state: ProbeState, side: "high" | "low", alarmDelay: number): Timed {
  const kind = side === "high" ? "temperature-high" : "temperature-low";
  const episode = activeEpisode(state, side);
  if (episode === undefined) return { kind, from: null, otherwise: "off" };
  if (!episode.out)
    return { kind, from: null, otherwise: episode.stretchFrom === null ? "unchanged" : "off" };
  const from = episode.critical ? episode.runFrom : episode.runFrom + alarmDelay;
  return { kind, from, otherwise: "unchanged" };
}

/** While the temperature is unknown a warning neither comes nor goes: silence and faults have alarms of their own. */
function warningOn(
  side: "high" | "low",
  celsius: number | null,
  beyondFrom: EpochMs | null,
  profile: Profile,
): Timed {
  const kind = side === "high" ? "temperature-warning-high" : "temperature-warning-low";
  if (celsius === null) return { kind, from: null, otherwise: "unchanged" };
  if (beyondFrom !== null) return { kind, from: beyondFrom + profile.alarmDelay, otherwise: "unchanged" };
  return { kind, from: null, otherwise: isInsideWarning(side, celsius, profile) ? "off" : "unchanged" };
}
