import type { AlarmKind } from "@coldkeep/core/alarms/alarm.ts";
import type { AlarmTerms } from "@coldkeep/core/alarms/alarm-state.ts";
import type { EdgeWord } from "@coldkeep/core/alarms/edge-word.ts";
import { type AlarmStep, isOver, type Mutes } from "@coldkeep/core/alarms/lifecycle.ts";
import { meetWord, takeOver } from "@coldkeep/core/alarms/takeover.ts";
import type { EdgeAlarmFate } from "@coldkeep/core/contract/edge.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Commit } from "../journal/committer.ts";
import type { AlarmRows } from "./alarm-rows.ts";
import type { AlarmFacts, KeptAlarm } from "./kept-alarm.ts";

/** What a gateway says of one occurrence of an alarm, and what is known beside it. */
export interface EdgeOccurrence {
  readonly gateway: string;
  readonly id: string;
  readonly kind: AlarmKind;
  readonly facts: AlarmFacts;
  readonly terms: AlarmTerms;
  readonly word: EdgeWord;
  /** The alarm that stood for it when it was reported before; null: it was not. */
  readonly knownAs: string | null;
  /** False where a later word of the gateway came before: then only its calls are news. */
  readonly isNewest: boolean;
  readonly freshCalls: number;
  /** True where one of them tells of its coming on: perhaps again, after the server knew of its end. */
  readonly hasFreshOnset: boolean;
  /** The instant up to which the gateway had judged. */
  readonly asOf: EpochMs;
  /** The event time of the newest that the server itself knows of the subject; null: nothing. */
  readonly serverKnowsUntil: EpochMs | null;
}

/** What became of it: the alarm that rules. */
export interface EdgeOutcome {
  readonly alarm: KeptAlarm;
  readonly fate: EdgeAlarmFate;
}

/** What taking over needs of the book. */
export interface TakeoverParts {
  readonly rows: AlarmRows;
  readonly find: (commit: Commit, kind: AlarmKind, subject: string) => KeptAlarm | undefined;
  readonly keep: (
    commit: Commit,
    alarm: KeptAlarm,
    step: AlarmStep,
    actor: string,
    note: string | null,
  ) => KeptAlarm;
  readonly mutesOf: (commit: Commit, facts: AlarmFacts, suppressed: boolean) => Mutes;
  readonly hasParent: (commit: Commit, kind: AlarmKind, subject: string) => boolean;
}

/** Makes the taking over of alarms from gateways: the same alarm stays one, whoever saw it first. */
export function makeTakeover({
  rows,
  find,
  keep,
  mutesOf,
  hasParent,
}: TakeoverParts): (commit: Commit, occurrence: EdgeOccurrence) => EdgeOutcome {
  const adopt = (commit: Commit, occurrence: EdgeOccurrence, id: string): EdgeOutcome => {
    const { kind, facts, terms, word, gateway } = occurrence;
    const isSuppressed = kind !== "probe-silent" && hasParent(commit, kind, facts.subject);
    const step = takeOver(word, terms, mutesOf(commit, facts, isSuppressed), commit.at);
    const since = step.state.condition ? { edgeSince: word.raisedAt } : {};
    const alarm = keep(commit, { id, kind, ...facts, ...since, state: step.state }, step, gateway, null);
    return { alarm, fate: step.state.condition ? "taken-over" : "recorded" };
  };

  const meet = (commit: Commit, known: KeptAlarm, occurrence: EdgeOccurrence): KeptAlarm => {
    const { id, kind, facts, word, freshCalls, asOf, serverKnowsUntil, isNewest, gateway } = occurrence;
    if (!isNewest) {
      const calls = known.state.calls + freshCalls;
      return keep(commit, known, { state: { ...known.state, calls }, effects: [] }, gateway, null);
    }
    const isWorse = word.severity === "critical" && known.severity !== "critical";
    const step = meetWord(
      known.state,
      word,
      {
        freshCalls,
        isAnother:
          occurrence.hasFreshOnset ||
          (known.id !== id && occurrence.knownAs === null && known.state.raisedAt < word.raisedAt),
        serverKnowsBetter: serverKnowsUntil !== null && serverKnowsUntil >= (word.clearedAt ?? asOf),
        isSeenByGateway: kind === "probe-silent",
        isWorse,
      },
      commit.at,
    );
    const { edgeSince, ...rest } = known;
    const isNewlyOn = step.state.condition && !known.state.condition;
    const since = isNewlyOn ? word.raisedAt : step.state.condition ? edgeSince : undefined;
    const said = isNewlyOn || isWorse ? facts : {};
    const next = { ...rest, ...said, ...(since === undefined ? {} : { edgeSince: since }) };
    return keep(commit, next, step, gateway, null);
  };

  return (commit, occurrence) => {
    const { id, kind, facts, word, knownAs, isNewest, asOf, serverKnowsUntil } = occurrence;
    const own = rows.find(knownAs ?? id);
    const underWay = find(commit, kind, facts.subject);
    if (own === null && underWay === undefined) return adopt(commit, occurrence, id);
    if (own !== null && !isOver(own.state))
      return { alarm: meet(commit, own, occurrence), fate: own.id === id ? "known" : "joined" };
    if (underWay !== undefined && (own === null || word.clearedAt === null))
      return { alarm: meet(commit, underWay, occurrence), fate: "joined" };
    const isBack =
      word.clearedAt === null && isNewest && (serverKnowsUntil === null || serverKnowsUntil < asOf);
    if (own === null || isBack) return adopt(commit, occurrence, own?.id ?? id);
    return { alarm: meet(commit, own, { ...occurrence, isNewest: false }), fate: "known" };
  };
}
