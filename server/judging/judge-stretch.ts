import type { ExcursionFigures } from "@coldkeep/core/engine/excursion.ts";
import { type ProbeState, unheardOf } from "@coldkeep/core/engine/probe-state.ts";
import { type Checkpoint, rejudge } from "@coldkeep/core/engine/rejudge.ts";
import { always } from "@coldkeep/core/site/dated.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { ProbeMemory, ReadingStore } from "./probe-memory.ts";

/** Most readings of a probe that are in memory at one time while its past is judged anew. */
export const pieceReadingsMax = 8_192;

/** What judging a stretch of the past anew gave. */
export interface StretchJudged {
  /** The state at its beginning and at its end: the head's, or that where what was known stands again. */
  readonly before: ProbeState;
  readonly state: ProbeState;
  /** True where the stretch ends before the head, because from there on everything is as it was. */
  readonly isMet: boolean;
  readonly ended: readonly ExcursionFigures[];
  /** Readings judged since the newest checkpoint. */
  readonly sinceCheckpoint: number;
}

/**
 * Judges a probe's readings from a checkpoint on anew, piece by piece, so that years of them take no more memory than a day. Brings the checkpoints up to
 * date: those that do not hold any more are replaced.
 *
 * @param start the last checkpoint before anything changed; null: from the first reading
 * @param changedUntil the instant after which readings and rules are what they were
 * @param mayMeet whether all may stand as it was after a state that equals the one known there
 */
export function judgeStretch(
  store: ReadingStore,
  { number, route, probe }: Pick<ProbeMemory, "number" | "route" | "probe">,
  start: Checkpoint | null,
  changedUntil: EpochMs,
  mayMeet: (state: ProbeState) => boolean,
): StretchJudged {
  const before = start?.state ?? unheardOf();
  const ended: ExcursionFigures[] = [];
  let state = before;
  let after = start?.at ?? always.from;
  let size = Math.min(2 * store.checkpointEvery, pieceReadingsMax);
  for (;;) {
    const end = store.nthAfter(route, after, size);
    const until = end ?? always.to;
    const readings = store.within(route, after + 1, until);
    const instants = new Set(readings.map((reading) => reading.at));
    const old = store.checkpointsBetween(number, after, until).filter(({ at }) => instants.has(at));
    const judged = rejudge(state, readings, old, changedUntil, probe.rules, store.checkpointEvery);
    const { metAt } = judged;
    state = judged.state;
    ended.push(...judged.ended);
    store.dropCheckpoints(number, after, metAt === null ? until : metAt - 1);
    for (const checkpoint of judged.checkpoints) store.saveCheckpoint(number, checkpoint);
    if (metAt !== null && mayMeet(state)) return { before, state, isMet: true, ended, sinceCheckpoint: 0 };
    if (metAt === null && end === null) {
      return { before, state, isMet: false, ended, sinceCheckpoint: judged.sinceCheckpoint };
    }
    if (metAt === null) store.saveCheckpoint(number, { at: until, state });
    after = metAt ?? until;
    size = Math.min(2 * size, pieceReadingsMax);
  }
}
