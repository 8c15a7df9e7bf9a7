import { compareReadings, type Reading } from "@coldkeep/core/readings/reading.ts";
import { isUnknownAfter, judge, present } from "@coldkeep/core/engine/judge.ts";
import type { ExcursionFigures } from "@coldkeep/core/engine/excursion.ts";
import type { ProbeState } from "@coldkeep/core/engine/probe-state.ts";
import { settledAt } from "@coldkeep/core/engine/settle.ts";
import { underWay } from "@coldkeep/core/engine/reconcile.ts";
import { probeConditions } from "@coldkeep/core/alarms/probe-conditions.ts";
import { always, type Span } from "@coldkeep/core/site/dated.ts";
import type { ProbeRules } from "@coldkeep/core/site/profile.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { AlarmBook } from "../alarms/alarm-book.ts";
import type { Cause, ExcursionRecorder } from "../excursions/recorder.ts";
import type { Commit } from "../journal/committer.ts";
import { nextDue } from "./deadlines.ts";
import { judgeStretch, type StretchJudged } from "./judge-stretch.ts";
import type { ProbeMemory, ReadingStore } from "./probe-memory.ts";

/** How many readings of a batch were new and how many were known already. */
export interface Taken {
  readonly accepted: number;
  readonly duplicates: number;
}

/** What judging needs. */
export interface JudgingParts {
  readonly store: ReadingStore;
  readonly recorder: ExcursionRecorder;
  readonly alarms: AlarmBook;
}

/** What is judged anew: the state to go on with, what became final, and over which stretch that was compared. */
interface Outcome {
  readonly state: ProbeState;
  readonly sinceCheckpoint: number;
  readonly ended: readonly ExcursionFigures[];
  readonly before: ProbeState;
  readonly met: ProbeState | null;
  readonly cause: Cause;
  /** After this instant readings and rules are what they were; null where there is nothing to compare with. */
  readonly changedUntil: EpochMs | null;
}

/**
 * Takes readings of one probe inside a commit: stores them, judges what they touch, brings excursions, holds and alarms up to date. Late ones go before those that
 * follow the newest, so that a batch with both judges anew only what the late ones touch. Returns the probe's memory as it is to be once the commit is durable.
 */
export function takeReadings(
  parts: JudgingParts,
  commit: Commit,
  memory: ProbeMemory,
  readings: readonly Reading[],
): { taken: Taken; memory: ProbeMemory } {
  const head = memory.state.last?.at ?? Number.MAX_SAFE_INTEGER;
  const late = readings.filter((reading) => reading.at <= head);
  const ahead = readings.filter((reading) => reading.at > head);
  let accepted = 0;
  let next = memory;
  for (const part of late.length === 0 || ahead.length === 0 ? [readings] : [late, ahead]) {
    const fresh = storeNew(parts.store, memory, part);
    accepted += fresh.length;
    next = judgeFresh(parts, commit, next, fresh);
  }
  return { taken: { accepted, duplicates: readings.length - accepted }, memory: next };
}

/** Judges what new readings of one probe touch, after they were stored. They are in the order of `compareReadings`, without repeats. */
export function judgeFresh(
  parts: JudgingParts,
  commit: Commit,
  memory: ProbeMemory,
  fresh: readonly Reading[],
): ProbeMemory {
  if (fresh.length === 0) return { ...memory, heardAt: commit.at };
  const outcome = judgeNew(parts.store, memory, fresh);
  return record(parts, commit, { ...memory, heardAt: commit.at }, outcome);
}

/** Judges silence and timers of one probe at the commit's time. */
export function tickProbe(parts: JudgingParts, commit: Commit, memory: ProbeMemory): ProbeMemory {
  const outcome: Outcome = {
    state: memory.state,
    sinceCheckpoint: memory.sinceCheckpoint,
    ended: [],
    before: memory.state,
    met: null,
    cause: "silence",
    changedUntil: null,
  };
  return record(parts, commit, memory, outcome, commit.at);
}

/**
 * Judges a probe's past anew, because its rules or channels are others in `span` than before. `before` is what was known of the probe, null where the site has it
 * from now on; `memory` has the rules and channels in force from now on.
 */
export function judgeAnew(
  parts: JudgingParts,
  commit: Commit,
  before: ProbeMemory | null,
  memory: ProbeMemory,
  span: Span,
): ProbeMemory {
  const isDue = before !== null && before.dueAt !== null && before.dueAt <= commit.at;
  if (isDue && before.staleSince === null) recordSilence(parts, commit, before);
  const start = parts.store.checkpointBefore(memory.number, span.from);
  const judged = judgeStretch(parts.store, memory, start, span.to, (state) =>
    underWay(state).every((key) => key.start >= span.to),
  );
  const outcome = outcomeOf(memory, judged, span.to, "rules");
  const rulesBefore = before?.probe.rules ?? memory.probe.rules;
  return record(parts, commit, memory, outcome, memory.staleSince === null ? commit.at : null, rulesBefore);
}

/** Brings the record up to what the silence until now means by the rules that applied, so that a change of rules is told apart from it. */
function recordSilence({ recorder }: JudgingParts, commit: Commit, { probe, state }: ProbeMemory): void {
  const computed = present(state, probe.rules, commit.at);
  recorder.bringUpToDate(commit, probe, { computed, before: state, met: null, cause: "silence", known: [] });
}

function storeNew(store: ReadingStore, memory: ProbeMemory, readings: readonly Reading[]): Reading[] {
  const sorted = readings.length < 2 ? readings : [...readings].sort(compareReadings);
  return sorted.filter((reading) => store.insert(memory.number, reading));
}

function judgeNew(store: ReadingStore, memory: ProbeMemory, fresh: readonly Reading[]): Outcome {
  const first = fresh[0];
  const head = memory.state.last?.at;
  if (first === undefined || head === undefined || first.at > head) return judgeInOrder(store, memory, fresh);
  return judgeLate(store, memory, first.at, head, fresh);
}

function judgeInOrder(store: ReadingStore, memory: ProbeMemory, fresh: readonly Reading[]): Outcome {
  const { state, ended } = judge(memory.state, fresh, memory.probe.rules);
  let sinceCheckpoint = memory.sinceCheckpoint + fresh.length;
  if (sinceCheckpoint >= store.checkpointEvery && state.last !== null) {
    store.saveCheckpoint(memory.number, { at: state.last.at, state });
    sinceCheckpoint = 0;
  }
  return {
    state,
    sinceCheckpoint,
    ended,
    before: memory.state,
    met: null,
    cause: "readings",
    changedUntil: null,
  };
}

function judgeLate(
  store: ReadingStore,
  memory: ProbeMemory,
  firstAt: EpochMs,
  head: EpochMs,
  fresh: readonly Reading[],
): Outcome {
  const lateUntil = fresh.reduce((latest, reading) => (reading.at <= head ? reading.at : latest), firstAt);
  const start = store.checkpointBefore(memory.number, firstAt);
  const hasNewHead = (fresh[fresh.length - 1]?.at ?? 0) > head;
  const changedUntil = hasNewHead ? always.to : lateUntil;
  const judged = judgeStretch(store, memory, start, changedUntil, () => true);
  return outcomeOf(memory, judged, changedUntil, "late readings");
}

function outcomeOf(memory: ProbeMemory, judged: StretchJudged, changedUntil: EpochMs, cause: Cause): Outcome {
  const { before, state, isMet, ended, sinceCheckpoint } = judged;
  return {
    state: isMet ? memory.state : state,
    sinceCheckpoint: isMet ? memory.sinceCheckpoint : sinceCheckpoint,
    ended,
    before,
    met: isMet ? state : null,
    cause,
    changedUntil,
  };
}

/**
 * True where the past changed and the head did not, so that alarms and timers stand as they are. Whether the states met at a checkpoint must not matter for them: where checkpoints lie
 * depends on when the process was started.
 */
function isHeadAsItWas({ state: known }: ProbeMemory, { met, state, changedUntil }: Outcome): boolean {
  if (met !== null) return true;
  const head = known.last?.at;
  if (changedUntil === null || head === undefined || changedUntil > head) return false;
  return JSON.stringify(state) === JSON.stringify(known);
}

function record(
  parts: JudgingParts,
  commit: Commit,
  memory: ProbeMemory,
  outcome: Outcome,
  silenceUntil: EpochMs | null = null,
  rulesBefore: ProbeRules = memory.probe.rules,
): ProbeMemory {
  const { rules } = memory.probe;
  const { state } = outcome;
  const lastAt = state.last?.at ?? commit.at;
  const asOf = silenceUntil ?? (memory.live ? commit.at : Math.min(commit.at, lastAt));
  const current = present(state, rules, asOf);
  const isAnew = outcome.cause === "late readings" || outcome.cause === "rules";
  if (memory.live || outcome.ended.length > 0 || current.length > 0 || isAnew) {
    parts.recorder.bringUpToDate(commit, memory.probe, {
      computed: outcome.met === null ? [...outcome.ended, ...current] : outcome.ended,
      before: outcome.before,
      met: outcome.met,
      cause: outcome.cause,
      known: isAnew ? present(memory.state, rulesBefore, asOf) : [],
    });
  }
  if (isHeadAsItWas(memory, outcome)) return { ...memory, sinceCheckpoint: outcome.sinceCheckpoint };
  const isFresh = !isUnknownAfter(state, rules, commit.at) || state.last?.celsius === null;
  const conditions = probeConditions(state, rules, commit.at);
  const isSettled = isFresh || silenceUntil !== null;
  if (isSettled) parts.alarms.judgeProbe(commit, memory.probe, state, conditions.conditions);
  const staleSince = isSettled ? null : (memory.staleSince ?? commit.at);
  const dueAt =
    staleSince === null ? nextDue(state, rules, asOf, conditions.dueAt) : settledAt(commit.at, staleSince);
  return {
    ...memory,
    state,
    sinceCheckpoint: outcome.sinceCheckpoint,
    live: current.length > 0,
    staleSince,
    dueAt,
  };
}
