import type { EpochMs } from "@coldkeep/core/time/millis.ts";

/** Batches that are told apart at most; beyond that the oldest two are taken as one, which only makes the answer more careful. */
export const pendingMax = 10_000;

/** From which instant of event time on there may be readings that are not projected yet. */
export interface Pending {
  /** A batch was taken whose oldest reading is of this instant. */
  readonly note: (seq: number, oldest: EpochMs) => void;
  /** Entries up to this one are projected. */
  readonly settle: (seq: number) => void;
  /** Everything at or after this instant may be missing; `Number.MAX_SAFE_INTEGER` where nothing is. */
  readonly from: () => EpochMs;
}

/** Begins with nothing known of the entries after `cursor`, up to `head`. */
export function openPending(cursor: number, head: number): Pending {
  let waiting: { seq: number; oldest: EpochMs }[] =
    cursor < head ? [{ seq: head, oldest: Number.MIN_SAFE_INTEGER }] : [];
  return {
    note: (seq, oldest) => {
      waiting.push({ seq, oldest });
      const [first, second] = waiting;
      if (waiting.length > pendingMax && first !== undefined && second !== undefined) {
        const joined = { seq: second.seq, oldest: Math.min(first.oldest, second.oldest) };
        waiting = [joined, ...waiting.slice(2)];
      }
    },
    settle: (seq) => {
      waiting = waiting.filter((each) => each.seq > seq);
    },
    from: () => waiting.reduce((least, { oldest }) => Math.min(least, oldest), Number.MAX_SAFE_INTEGER),
  };
}
