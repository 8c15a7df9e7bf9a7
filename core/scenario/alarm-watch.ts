import type { AlarmKind } from "../alarms/alarm.ts";
import { alarmDueAt, standardTerms } from "../alarms/alarm-state.ts";
import {
  type AlarmInput,
  type AlarmState,
  type AlarmTerms,
  isOver,
  raiseAlarm,
  stepAlarm,
} from "../alarms/lifecycle.ts";
import { probeConditions } from "../alarms/probe-conditions.ts";
import { type Profile, ruleAt } from "../site/profile.ts";
import type { EpochMs } from "../time/millis.ts";
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
  readonly state: AlarmState;
}

/** Brings the alarms of a probe in line with what calls for a person at `at`. Pure. */
export function judgeAlarms(
  alarms: readonly WatchedAlarm[],
  history: ProbeHistory,
  at: EpochMs,
): readonly WatchedAlarm[] {
  const { conditions } = probeConditions(history.state, history.probe.rules, at);
  const last = history.state.last?.at ?? at;
  const profile = ruleAt(history.probe.rules.profiles, last);
  let next = alarms;
  for (const { kind, condition } of conditions) {
    if (condition === "unchanged") continue;
    const alarm = { probe: history.probe.id, kind };
    next = setCondition(next, alarm, condition === "on", termsOf(profile, kind), at);
  }
  return next;
}

function termsOf({ alarms }: Profile, kind: AlarmKind): AlarmTerms {
  if (alarms === undefined) return standardTerms;
  const { realarmAfter, offDelay, latching } = alarms;
  return {
    realarmAfter: realarmAfter ?? standardTerms.realarmAfter,
    offDelay,
    latching: typeof latching === "boolean" ? latching : latching.includes(kind),
  };
}

function setCondition(
  alarms: readonly WatchedAlarm[],
  which: Pick<WatchedAlarm, "probe" | "kind">,
  on: boolean,
  terms: AlarmTerms,
  at: EpochMs,
): readonly WatchedAlarm[] {
  const isIt = ({ probe, kind }: WatchedAlarm): boolean => probe === which.probe && kind === which.kind;
  if (!alarms.some(isIt)) return on ? [...alarms, { ...which, state: raiseAlarm(at, terms).state }] : alarms;
  const input: AlarmInput = on ? { kind: "onset", terms } : { kind: "clear" };
  return stepAlarms(alarms, isIt, input, at);
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
