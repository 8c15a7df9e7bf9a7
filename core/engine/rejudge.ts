import type { Reading } from "../readings/reading.ts";
import type { ProbeRules } from "../site/profile.ts";
import type { EpochMs } from "../time/millis.ts";
import type { ExcursionFigures } from "./excursion.ts";
import { judge } from "./judge.ts";
import type { ProbeState } from "./probe-state.ts";

/** The state of a probe after all its readings up to and including the instant `at`. */
export interface Checkpoint {
  readonly at: EpochMs;
  readonly state: ProbeState;
}

/** Readings between two checkpoints: a late reading costs at most these before it, and what it touches after it. */
export const checkpointEvery = 256;

/** What judging anew from a checkpoint gave. */
export interface Rejudged {
  /** The state after the last reading judged: the head's, unless the states met. */
  readonly state: ProbeState;
  /** Qualified excursions that became final on the way. */
  readonly ended: readonly ExcursionFigures[];
  /** Checkpoints to write: new ones, and old ones whose state is another now. */
  readonly checkpoints: readonly Checkpoint[];
  /** The instant of the old checkpoint at which the new state met the old one, so that all after it stands; null if none did. */
  readonly metAt: EpochMs | null;
  /** Readings judged since the last checkpoint. */
  readonly sinceCheckpoint: number;
}

/**
 * Judges all readings after a checkpoint anew, because late ones (the latest of them at `lateUntil`) have come among them. Stops as soon as the state
 * after an instant equals the one recorded there: nothing later can then be different. Pure.
 *
 * @param start the state at the checkpoint before the first late reading
 * @param readings all readings after that checkpoint, sorted, the late ones included
 * @param old the checkpoints known after it, sorted by time
 * @param every readings after which a new checkpoint is due
 */
export function rejudge(
  start: ProbeState,
  readings: Iterable<Reading>,
  old: readonly Checkpoint[],
  lateUntil: EpochMs,
  rules: ProbeRules,
  every: number = checkpointEvery,
): Rejudged {
  let state = start;
  let run: Reading[] = [];
  let sinceCheckpoint = 0;
  let next = 0;
  const ended: ExcursionFigures[] = [];
  const checkpoints: Checkpoint[] = [];
  const flush = (): void => {
    const judged = judge(state, run, rules);
    state = judged.state;
    ended.push(...judged.ended);
    run = [];
  };
  const mark = (): boolean => {
    flush();
    const at = state.last?.at;
    const known = old[next];
    sinceCheckpoint = 0;
    if (at === undefined) return false;
    if (known?.at === at) {
      next += 1;
      if (at >= lateUntil && JSON.stringify(known.state) === JSON.stringify(state)) return true;
    }
    checkpoints.push({ at, state });
    return false;
  };
  for (const reading of readings) {
    const before = run[run.length - 1]?.at ?? state.last?.at;
    const isNewInstant = before !== undefined && reading.at > before && run.length > 0;
    if (isNewInstant && (old[next]?.at === before || sinceCheckpoint >= every) && mark()) {
      return { state, ended, checkpoints, metAt: before, sinceCheckpoint };
    }
    run.push(reading);
    sinceCheckpoint += 1;
  }
  flush();
  const head = state.last?.at;
  if (head !== undefined && old[next]?.at === head) checkpoints.push({ at: head, state });
  return { state, ended, checkpoints, metAt: null, sinceCheckpoint };
}
