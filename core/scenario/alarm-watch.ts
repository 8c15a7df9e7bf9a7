import type { AlarmKind } from "../alarms/alarm.ts";
import { alarmDueAt, whileParentLasts } from "../alarms/alarm-state.ts";
import {
  type AlarmInput,
  type AlarmState,
  type AlarmTerms,
  isOver,
  raiseAlarm,
  stepAlarm,
} from "../alarms/lifecycle.ts";
import { type Condition, probeConditions } from "../alarms/probe-conditions.ts";
import { termsOf } from "../alarms/terms.ts";
import { activeEpisode, type ProbeState } from "../engine/probe-state.ts";
import { ruleAt } from "../site/profile.ts";
import { type DurationMs, type EpochMs, minuteMs } from "../time/millis.ts";
import type { ProbeHistory } from "./probe-history.ts";

/** The alarms that follow from a probe's readings alone; only these can a scenario show. */
export const shownAlarmKinds = [
  "temperature-high",
  "temperature-low",
  "temperature-warning-high",
  "temperature-warning-low",
  "probe-silent",
  "probe-fault",
] as const satisfies readonly AlarmKind[];

/** One alarm of one probe that is under way. */
export interface WatchedAlarm {
  readonly probe: string;
  readonly kind: AlarmKind;
  /** True once people were told that the temperature is beyond critical. */
  readonly isCritical: boolean;
  readonly state: AlarmState;
}

/** The alarm that stands for another one while its condition lasts (suppression by design), and how long after. */
const standsFor: Partial<Record<AlarmKind, AlarmKind>> = {
  "temperature-warning-high": "temperature-high",
  "temperature-warning-low": "temperature-low",
};
const graceMs: DurationMs = minuteMs;

/** Brings the alarms of a probe in line with what calls for a person at `at`, as the server does for one probe. Pure. */
export function judgeAlarms(
  alarms: readonly WatchedAlarm[],
  { probe, state }: ProbeHistory,
  at: EpochMs,
): readonly WatchedAlarm[] {
  const { conditions } = probeConditions(state, probe.rules, at);
  const profile = ruleAt(probe.rules.profiles, at);
  return conditions.reduce((known, { kind, condition }) => {
    const isParent = (alarm: WatchedAlarm): boolean =>
      alarm.probe === probe.id && alarm.kind === standsFor[kind] && alarm.state.condition;
    const judged: Judged = {
      probe: probe.id,
      kind,
      condition,
      terms: termsOf(profile, kind),
      hasParent: known.some(isParent),
      isCritical: isBeyondCritical(state, kind),
    };
    return follow(known, judged, at);
  }, alarms);
}

/** How one alarm of a probe is to stand. */
interface Judged extends Pick<WatchedAlarm, "probe" | "kind" | "isCritical"> {
  readonly condition: Condition;
  readonly terms: AlarmTerms;
  readonly hasParent: boolean;
}

function isBeyondCritical(state: ProbeState, kind: AlarmKind): boolean {
  if (kind === "temperature-high") return activeEpisode(state, "high")?.critical === true;
  return kind === "temperature-low" && activeEpisode(state, "low")?.critical === true;
}

function follow(alarms: readonly WatchedAlarm[], judged: Judged, at: EpochMs): readonly WatchedAlarm[] {
  const { probe, kind, condition, terms, hasParent, isCritical } = judged;
  const found = alarms.find((alarm) => alarm.probe === probe && alarm.kind === kind);
  if (found === undefined) {
    if (condition !== "on") return alarms;
    const { state } = raiseAlarm(at, terms, { suppressed: hasParent, outOfServiceUntil: null });
    return [...alarms, { probe, kind, isCritical, state }];
  }
  const inputs = inputsFor(found.state, judged, at);
  const isWorse = condition === "on" && isCritical && found.state.condition && !found.isCritical;
  if (isWorse) inputs.push({ kind: "worsen" });
  const state = inputs.reduce((before, input) => stepAlarm(before, input, at).state, found.state);
  const next = { ...found, isCritical: condition === "on" ? isCritical : found.isCritical, state };
  return alarms.map((alarm) => (alarm === found ? next : alarm)).filter((alarm) => !isOver(alarm.state));
}

function inputsFor({ suppressedUntil }: AlarmState, judged: Judged, at: EpochMs): AlarmInput[] {
  const { condition, terms, hasParent } = judged;
  const inputs: AlarmInput[] = [];
  const isSuppressed = suppressedUntil === whileParentLasts;
  if (hasParent && !isSuppressed) inputs.push({ kind: "suppress" });
  if (!hasParent && isSuppressed) inputs.push({ kind: "unsuppress", until: at + graceMs });
  if (condition === "on") inputs.push({ kind: "onset", terms });
  if (condition === "off") inputs.push({ kind: "clear" });
  return inputs;
}

/** Applies an input to the alarms chosen; those that are over then leave the list. Pure. */
export function stepAlarms(
  alarms: readonly WatchedAlarm[],
  isMeant: (alarm: WatchedAlarm) => boolean,
  input: AlarmInput,
  at: EpochMs,
): readonly WatchedAlarm[] {
  return alarms
    .map((alarm) => (isMeant(alarm) ? { ...alarm, state: stepAlarm(alarm.state, input, at).state } : alarm))
    .filter((alarm) => !isOver(alarm.state));
}

/** The next instant after `now` at which an alarm of this probe changes by the mere passing of time; null if none does. */
export function nextAlarmDue(
  alarms: readonly WatchedAlarm[],
  history: ProbeHistory,
  now: EpochMs,
): EpochMs | null {
  const own = alarms.map((alarm) => alarmDueAt(alarm.state));
  const due = [probeConditions(history.state, history.probe.rules, now).dueAt, ...own];
  const coming = due.filter((at) => at !== null).filter((at) => at > now);
  return coming.length === 0 ? null : Math.min(...coming);
}
