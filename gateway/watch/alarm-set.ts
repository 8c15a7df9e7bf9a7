import {
  type AlarmState,
  type AlarmTerms,
  isAsJudged,
  isDueBy,
  standardTerms,
  whileParentLasts,
} from "@coldkeep/core/alarms/alarm-state.ts";
import type { AlarmSeverity } from "@coldkeep/core/alarms/alarm.ts";
import { causesOf, urgencyOf } from "@coldkeep/core/alarms/causes.ts";
import type { AlarmFacts } from "@coldkeep/core/alarms/describe.ts";
import { type Call, gather, type GatherState, nextFlush } from "@coldkeep/core/alarms/gathering.ts";
import { alarmIdentity } from "@coldkeep/core/alarms/identity.ts";
import {
  type AlarmInput,
  type AlarmStep,
  type CallAbout,
  isOver,
  raiseAlarm,
  stepAlarm,
} from "@coldkeep/core/alarms/lifecycle.ts";
import { strongerKind, suppressionGraceMs } from "@coldkeep/core/alarms/parents.ts";
import type { Condition } from "@coldkeep/core/alarms/probe-conditions.ts";
import { termsOf } from "@coldkeep/core/alarms/terms.ts";
import { toldSeverity } from "@coldkeep/core/alarms/told-severity.ts";
import { type EdgeAlarmKind, edgeAlarmKinds, type WireWatchedAlarm } from "@coldkeep/core/contract/edge.ts";
import { stateFromWire } from "@coldkeep/core/contract/watch-on-wire.ts";
import { ruleAt } from "@coldkeep/core/site/profile.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { callText } from "./call-text.ts";
import type { PlannedProbe, WatchPlan } from "./plan.ts";

/** An alarm as a gateway keeps it while it is alone. Plain data. */
export interface EdgeAlarm extends AlarmFacts {
  readonly id: string;
  readonly kind: EdgeAlarmKind;
  readonly state: AlarmState;
  /** When what it is about was gone; null while it lasts. */
  readonly clearedAt: EpochMs | null;
  /** When a person took it on at the gateway; null where nobody did. */
  readonly acknowledgedAt: EpochMs | null;
  /** True where it is the server's and nothing has happened to it here. */
  readonly isUntouched: boolean;
}

/** All alarms of the time alone, those that are over included, and what is being gathered. Plain data. */
export interface AlarmSet {
  readonly alarms: ReadonlyMap<string, EdgeAlarm>;
  readonly gathering: GatherState;
}

/** An alarm that a call tells of. */
export interface CallMember {
  readonly alarm: string;
  readonly number: number;
  readonly about: CallAbout;
  /** How bad the call says that it is. */
  readonly severity: AlarmSeverity;
}

/** A call that is owed to people. Plain data. */
export interface OwedCall {
  readonly id: string;
  readonly at: EpochMs;
  readonly text: string;
  readonly about: CallAbout;
  /** True where somebody has to act and not only to know. */
  readonly isPressing: boolean;
  readonly members: readonly CallMember[];
}

/** What one step came to; nothing of it counts before it is on disk. */
export interface AlarmSetStep {
  readonly set: AlarmSet;
  readonly changed: readonly EdgeAlarm[];
  /** Alarms that are no longer remembered, because there are too many. */
  readonly dropped: readonly string[];
  readonly owed: readonly OwedCall[];
  readonly isGatheringChanged: boolean;
}

/** Most alarms that are remembered until the server has them; beyond it those that were over first are forgotten, and counted. */
export const edgeAlarmsKeptMax = 2_000;

/** A set without alarms. */
export const noAlarms: AlarmSet = { alarms: new Map(), gathering: [] };

/** One step of a set in the making. */
export interface AlarmSetWork {
  readonly judge: (
    kind: EdgeAlarmKind,
    subject: string,
    condition: Condition,
    facts: () => AlarmFacts,
    probe: PlannedProbe | undefined,
  ) => void;
  /** What was a warning of its kind has become critical. */
  readonly worsen: (kind: EdgeAlarmKind, subject: string, facts: () => AlarmFacts) => void;
  /** Meets deadlines. `facts` says anew what an alarm that lasts says by now. */
  readonly tick: (facts: (alarm: EdgeAlarm) => AlarmFacts | null) => void;
  /** A person takes on an alarm, or all of them; returns how many. */
  readonly acknowledge: (id: string | null, by: string) => number;
  readonly result: () => AlarmSetStep;
}

/** The kinds of which a stronger one can stand for others come first. */
const isEdgeKind = (kind: string): kind is EdgeAlarmKind =>
  (edgeAlarmKinds as readonly string[]).includes(kind);

/** Takes over the server's alarms that are under way, of what the gateway watches: they go on by the same lifecycle. Pure. */
export function takeOver(plan: WatchPlan, subjects: ReadonlySet<string>, at: EpochMs): AlarmSet {
  const alarms = plan.alarms.flatMap((alarm): [string, EdgeAlarm][] =>
    isEdgeKind(alarm.kind) && subjects.has(alarm.subject)
      ? [[alarm.id, fromServer(alarm, alarm.kind, plan, at)]]
      : [],
  );
  return { alarms: new Map(alarms), gathering: [] };
}

function fromServer(alarm: WireWatchedAlarm, kind: EdgeAlarmKind, plan: WatchPlan, at: EpochMs): EdgeAlarm {
  const { id, subject, severity, appliance, probe, text } = alarm;
  const state = stateFromWire(alarm, termsFor(plan, plan.probes.get(probe ?? ""), appliance, kind, at));
  const clearedAt = state.condition ? null : at;
  return {
    id,
    kind,
    subject,
    severity,
    appliance,
    probe,
    text,
    state,
    clearedAt,
    acknowledgedAt: null,
    isUntouched: true,
  };
}

/** The terms of an alarm as the profile of its probe says, or that of the first probe of its appliance. */
function termsFor(
  plan: WatchPlan,
  probe: PlannedProbe | undefined,
  appliance: string | null,
  kind: EdgeAlarmKind,
  at: EpochMs,
): AlarmTerms {
  const place = probe ?? [...plan.probes.values()].find((each) => each.appliance === appliance);
  return place === undefined ? standardTerms : termsOf(ruleAt(place.rules.profiles, at), kind);
}

/** Begins a step at an instant. */
export function beginStep(before: AlarmSet, plan: WatchPlan, gateway: string, at: EpochMs): AlarmSetWork {
  const alarms = new Map(before.alarms);
  const underWay = new Map<string, EdgeAlarm>();
  for (const alarm of alarms.values()) if (!isOver(alarm.state)) underWay.set(keyOf(alarm), alarm);
  const changed = new Map<string, EdgeAlarm>();
  const asked: Call[] = [];

  function keep(alarm: EdgeAlarm, step: AlarmStep): EdgeAlarm {
    const isTaken = step.effects.some(({ kind }) => kind === "acknowledged");
    const kept: EdgeAlarm = {
      ...alarm,
      state: step.state,
      clearedAt: step.state.condition ? null : (alarm.clearedAt ?? at),
      acknowledgedAt: step.state.acknowledged ? (isTaken ? at : alarm.acknowledgedAt) : null,
      isUntouched: false,
    };
    alarms.set(kept.id, kept);
    changed.set(kept.id, kept);
    if (isOver(kept.state)) underWay.delete(keyOf(kept));
    else underWay.set(keyOf(kept), kept);
    for (const effect of step.effects) if (effect.kind === "call") ask(kept, effect.number, effect.about);
    return kept;
  }

  function ask(alarm: EdgeAlarm, number: number, about: CallAbout): void {
    const place = alarm.appliance === null ? undefined : plan.appliances.get(alarm.appliance);
    const { circuit = null, room = null } = place ?? {};
    const causes = causesOf(alarm.kind, { appliance: alarm.appliance, gateway, circuit, room });
    asked.push({ alarm: alarm.id, number, about, urgency: urgencyOf(alarm, about), causes });
  }

  function step(alarm: EdgeAlarm, input: AlarmInput, facts: AlarmFacts | null = null): EdgeAlarm {
    const next = stepAlarm(alarm.state, input, at);
    if (next.state === alarm.state) return alarm;
    if (facts === null) return keep(alarm, next);
    const severity = toldSeverity(alarm.severity, facts.severity, alarm.state, next);
    return keep({ ...alarm, ...facts, severity }, next);
  }

  function raise(kind: EdgeAlarmKind, facts: AlarmFacts, terms: AlarmTerms, suppressed: boolean): void {
    const until =
      facts.appliance === null ? null : (plan.appliances.get(facts.appliance)?.outOfServiceUntil ?? null);
    const outOfServiceUntil = until !== null && until > at ? until : null;
    const raised = raiseAlarm(at, terms, { suppressed, outOfServiceUntil });
    const id = alarmIdentity(
      kind,
      facts.subject,
      at,
      (taken) => alarms.has(taken) || plan.alarms.some((alarm) => alarm.id === taken),
    );
    const fresh = {
      id,
      kind,
      ...facts,
      state: raised.state,
      clearedAt: null,
      acknowledgedAt: null,
      isUntouched: false,
    };
    keep(fresh, raised);
  }

  function followParent(alarm: EdgeAlarm, hasParent: boolean): EdgeAlarm {
    const { suppressedUntil } = alarm.state;
    if (hasParent && suppressedUntil !== whileParentLasts) return step(alarm, { kind: "suppress" });
    if (hasParent || suppressedUntil !== whileParentLasts) return alarm;
    return step(alarm, { kind: "unsuppress", until: at + suppressionGraceMs });
  }

  function settle(): { gathering: GatherState; owed: OwedCall[] } {
    const { state, messages } = gather(before.gathering, asked, at);
    const owed = messages.flatMap(({ causes, calls }): OwedCall[] => {
      const told = calls.flatMap((call) => {
        const alarm = alarms.get(call.alarm);
        return alarm === undefined ? [] : [{ alarm, call }];
      });
      const [first] = told;
      if (first === undefined) return [];
      return [
        {
          id: `${first.alarm.id}.${first.call.number}`,
          at,
          text: callText(told, causes, gateway, plan),
          about: first.call.about,
          isPressing: told.some(
            ({ alarm, call }) => call.about !== "return" && alarm.severity !== "advisory",
          ),
          members: told.map(({ alarm: { severity }, call: { alarm, number, about } }) => ({
            alarm,
            number,
            about,
            severity,
          })),
        },
      ];
    });
    return { gathering: state, owed };
  }

  /** Forgets what was over first beyond `edgeAlarmsKeptMax`. */
  function forget(): string[] {
    if (alarms.size <= edgeAlarmsKeptMax) return [];
    const over = [...alarms.values()].filter(({ state }) => isOver(state));
    const oldest = over
      .sort((a, b) => (a.clearedAt ?? 0) - (b.clearedAt ?? 0))
      .slice(0, alarms.size - edgeAlarmsKeptMax);
    for (const { id } of oldest) {
      alarms.delete(id);
      changed.delete(id);
    }
    return oldest.map(({ id }) => id);
  }

  return {
    judge: (kind, subject, condition, facts, probe) => {
      const stronger = strongerKind[kind];
      const parent = stronger === undefined ? undefined : underWay.get(`${stronger} ${subject}`);
      const hasParent = parent?.state.condition === true;
      const found = underWay.get(`${kind} ${subject}`);
      const termsOfKind = (appliance: string | null) => termsFor(plan, probe, appliance, kind, at);
      if (found === undefined) {
        if (condition !== "on") return;
        const known = facts();
        raise(kind, known, termsOfKind(known.appliance), hasParent);
        return;
      }
      const known = followParent(found, hasParent);
      if (condition === "unchanged" || isAsJudged(known.state, condition, at)) return;
      if (condition === "on") step(known, { kind: "onset", terms: termsOfKind(known.appliance) }, facts());
      else step(known, { kind: "clear" });
    },
    worsen: (kind, subject, facts) => {
      const known = underWay.get(`${kind} ${subject}`);
      if (known === undefined || known.severity === "critical" || !known.state.condition) return;
      step(known, { kind: "worsen" }, facts());
    },
    tick: (facts) => {
      for (const alarm of [...underWay.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
        if (isDueBy(alarm.state, at))
          step(alarm, { kind: "tick" }, alarm.state.condition ? facts(alarm) : null);
      }
    },
    acknowledge: (id, by) => {
      const asked = [...underWay.values()].filter(
        (alarm) => (id === null || alarm.id === id) && !alarm.state.acknowledged,
      );
      for (const alarm of asked) step(alarm, { kind: "acknowledge", by });
      return asked.length;
    },
    result: () => {
      const { gathering, owed } = settle();
      const dropped = forget();
      return {
        set: { alarms, gathering },
        changed: [...changed.values()],
        dropped,
        owed,
        isGatheringChanged: JSON.stringify(gathering) !== JSON.stringify(before.gathering),
      };
    },
  };
}

/** When something is next due by time alone; null if nothing is. */
export function isSetDue({ alarms, gathering }: AlarmSet, at: EpochMs): boolean {
  const flushAt = nextFlush(gathering);
  return (flushAt !== null && flushAt <= at) || [...alarms.values()].some(({ state }) => isDueBy(state, at));
}

function keyOf({ kind, subject }: EdgeAlarm): string {
  return `${kind} ${subject}`;
}
