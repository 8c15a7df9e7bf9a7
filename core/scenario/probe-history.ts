import { type ExcursionFigures, isGrowing, isSameExcursion } from "../engine/excursion.ts";
import { judge, present } from "../engine/judge.ts";
import { type ProbeState, unheardOf } from "../engine/probe-state.ts";
import { type Change, isTouched, type NeededRevision, reconcile } from "../engine/reconcile.ts";
import { type Checkpoint, rejudge } from "../engine/rejudge.ts";
import { compareReadings, isGood, type Reading } from "../readings/reading.ts";
import type { EpochMs } from "../time/millis.ts";
import type { ScenarioProbe } from "./scenario.ts";

/** An excursion on the record of a scenario. */
export interface KnownExcursion {
  readonly id: number;
  readonly figures: ExcursionFigures;
  readonly isWithdrawn: boolean;
}

/** A revision on that record. */
export interface KnownRevision {
  readonly excursion: number;
  readonly change: Change;
  readonly knownAt: EpochMs;
}

/** All that is known of one probe: the same engine, checkpoints and revisions as at the server, kept in a value. */
export interface ProbeHistory {
  readonly probe: ScenarioProbe;
  /** Sorted, without repeats. */
  readonly readings: readonly Reading[];
  readonly checkpoints: readonly Checkpoint[];
  readonly state: ProbeState;
  readonly excursions: readonly KnownExcursion[];
  readonly revisions: readonly KnownRevision[];
}

/** Readings between two checkpoints: few, so that scenarios pass many. */
const checkpointEvery = 16;

/** The history of a probe that has never been heard of. */
export function emptyHistory(probe: ScenarioProbe): ProbeHistory {
  return { probe, readings: [], checkpoints: [], state: unheardOf(), excursions: [], revisions: [] };
}

/** Takes readings that arrive at `at`, in any order; those known already change nothing. Pure. */
export function takeReadings(history: ProbeHistory, arriving: readonly Reading[], at: EpochMs): ProbeHistory {
  const { readings, fresh } = merge(history.readings, [...arriving].sort(compareReadings));
  const [first] = fresh;
  if (first === undefined) return history;
  const head = history.state.last?.at;
  const next = { ...history, readings };
  return head === undefined || first.at > head
    ? takeInOrder(next, fresh, at)
    : takeLate(next, fresh, first.at, at);
}

/** Judges the passing of time up to `at`. Pure. */
export function passTime(history: ProbeHistory, at: EpochMs): ProbeHistory {
  const computed = present(history.state, history.probe.rules, at);
  return record(history, { computed, before: history.state, met: null, isLate: false, known: [] }, at);
}

/** The first instant after `now` and before `until` at which time alone changes which excursions there are; null if none. */
export function nextSilenceDue(history: ProbeHistory, now: EpochMs, until: EpochMs): EpochMs | null {
  const keysAt = (at: EpochMs): string =>
    JSON.stringify(
      present(history.state, history.probe.rules, at).map(({ side, start, end }) => [side, start, end]),
    );
  const known = keysAt(now);
  let same = now;
  let other = until - 1;
  if (other <= now || keysAt(other) === known) return null;
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2);
    if (keysAt(middle) === known) same = middle;
    else other = middle;
  }
  return other;
}

/** The excursions of a probe as known at `at`, by start: those on record, what grows up to that instant. */
export function excursionsAt(history: ProbeHistory, at: EpochMs): ExcursionFigures[] {
  const current = present(history.state, history.probe.rules, at);
  return history.excursions
    .filter((each) => !each.isWithdrawn)
    .map(({ figures }) => upToDate(figures, current))
    .sort((a, b) => a.start - b.start || (a.side < b.side ? -1 : 1));
}

/** The excursions that one pass over all readings in order finds: what the record must say as well. */
export function foldedExcursions(history: ProbeHistory, at: EpochMs): ExcursionFigures[] {
  const { rules } = history.probe;
  const { state, ended } = judge(unheardOf(), history.readings, rules);
  return [...ended, ...present(state, rules, at)].sort(
    (a, b) => a.start - b.start || (a.side < b.side ? -1 : 1),
  );
}

function merge(
  known: readonly Reading[],
  arriving: readonly Reading[],
): { readings: Reading[]; fresh: Reading[] } {
  const fresh: Reading[] = [];
  let cut = known.length;
  while (cut > 0 && arriving[0] !== undefined && isAtOrAfter(known[cut - 1], arriving[0])) cut -= 1;
  const tail = known.slice(cut);
  const keys = new Set(tail.map(keyOf));
  for (const reading of arriving) {
    if (keys.has(keyOf(reading))) continue;
    keys.add(keyOf(reading));
    fresh.push(reading);
  }
  return { readings: [...known.slice(0, cut), ...[...tail, ...fresh].sort(compareReadings)], fresh };
}

/** Equal for readings that are one and the same: two faults at one instant are, whatever their word. */
function keyOf(reading: Reading): string {
  return `${reading.at} ${isGood(reading) ? reading.celsius : "fault"}`;
}

function isAtOrAfter(reading: Reading | undefined, other: Reading): boolean {
  return reading !== undefined && compareReadings(reading, other) >= 0;
}

function takeInOrder(history: ProbeHistory, fresh: readonly Reading[], at: EpochMs): ProbeHistory {
  const { rules } = history.probe;
  const { state, ended } = judge(history.state, fresh, rules);
  const lastMark = history.checkpoints.at(-1)?.at ?? Number.MIN_SAFE_INTEGER;
  const isDue = (history.readings.at(-checkpointEvery)?.at ?? lastMark) > lastMark;
  const mark = isDue && state.last !== null ? [{ at: state.last.at, state }] : [];
  const computed = [...ended, ...present(state, rules, at)];
  const found = { computed, before: history.state, met: null, isLate: false, known: [] };
  return record({ ...history, state, checkpoints: [...history.checkpoints, ...mark] }, found, at);
}

function takeLate(
  history: ProbeHistory,
  fresh: readonly Reading[],
  firstAt: EpochMs,
  at: EpochMs,
): ProbeHistory {
  const { rules } = history.probe;
  const head = history.state.last?.at ?? firstAt;
  const start = history.checkpoints.findLast((each) => each.at < firstAt);
  const from = start?.at ?? Number.MIN_SAFE_INTEGER;
  const hasNewHead = (fresh.at(-1)?.at ?? firstAt) > head;
  const lateUntil = fresh.findLast((reading) => reading.at <= head)?.at ?? firstAt;
  const judged = rejudge(
    start?.state ?? unheardOf(),
    history.readings.filter((reading) => reading.at > from),
    history.checkpoints.filter((each) => each.at > from),
    hasNewHead ? Number.MAX_SAFE_INTEGER : lateUntil,
    rules,
    checkpointEvery,
  );
  const isMet = judged.metAt !== null;
  const state = isMet ? history.state : judged.state;
  const found: Finding = {
    computed: isMet ? judged.ended : [...judged.ended, ...present(state, rules, at)],
    before: start?.state ?? unheardOf(),
    met: isMet ? judged.state : null,
    isLate: true,
    known: present(history.state, rules, at),
  };
  return record(
    { ...history, state, checkpoints: replaced(history.checkpoints, judged.checkpoints) },
    found,
    at,
  );
}

function replaced(old: readonly Checkpoint[], written: readonly Checkpoint[]): Checkpoint[] {
  const byInstant = new Map([...old, ...written].map((each) => [each.at, each]));
  return [...byInstant.values()].sort((a, b) => a.at - b.at);
}

/** What the readings now say of a stretch of a probe's history. */
interface Finding {
  readonly computed: readonly ExcursionFigures[];
  readonly before: ProbeState;
  readonly met: ProbeState | null;
  readonly isLate: boolean;
  readonly known: readonly ExcursionFigures[];
}

function record(history: ProbeHistory, finding: Finding, at: EpochMs): ProbeHistory {
  const recorded = history.excursions
    .filter((each) => !each.isWithdrawn && isTouched(each.figures, finding))
    .map((each) => ({ id: String(each.id), figures: upToDate(each.figures, finding.known) }));
  return reconcile(recorded, finding.computed, finding.isLate).reduce(
    (next, needed) => write(next, needed, at),
    history,
  );
}

function write(history: ProbeHistory, needed: NeededRevision, at: EpochMs): ProbeHistory {
  const isWithdrawn = needed.change === "withdrawn" || needed.change === "merged";
  const id = needed.id === null ? history.excursions.length : Number(needed.id);
  const excursions = [...history.excursions];
  excursions[id] = { id, figures: needed.figures, isWithdrawn };
  const revision: KnownRevision = { excursion: id, change: needed.change, knownAt: at };
  return { ...history, excursions, revisions: [...history.revisions, revision] };
}

/** A growing excursion's figures on record are those of its last revision; this is what they have grown to. */
function upToDate(figures: ExcursionFigures, known: readonly ExcursionFigures[]): ExcursionFigures {
  return isGrowing(figures) ? (known.find((each) => isSameExcursion(each, figures)) ?? figures) : figures;
}
