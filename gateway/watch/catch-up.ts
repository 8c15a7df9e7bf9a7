import type { Clock } from "@coldkeep/core/time/clock.ts";
import type { BufferEntry, ReadingBuffer } from "../buffer/buffer.ts";

/** Entries of the buffer that are gone through at a time after a restart; other work comes between. */
export const pieceEntries = 2_000;

/** Entries that may come in meanwhile; what is beyond is taken out of turn. */
export const waitingMax = 50_000;

/** Goes through what a buffer holds after a restart, so that what was known then is known again. */
export interface CatchUp {
  readonly isGoing: () => boolean;
  /** True where entries that have just come in wait for their turn; false where they are to be taken now. */
  readonly hold: (entries: readonly BufferEntry[]) => boolean;
  /** Begins after an entry. `done` is called once, when all is taken. */
  readonly start: (after: number, done: () => void) => void;
  readonly stop: () => void;
}

/** Makes a catching up in bounded memory, a piece at a time. */
export function catchUp(
  buffer: ReadingBuffer,
  clock: Clock,
  take: (entries: readonly BufferEntry[]) => void,
): CatchUp {
  let waiting: (readonly BufferEntry[])[] | null = null;
  let waitingEntries = 0;
  let cancel = (): void => {};
  return {
    isGoing: () => waiting !== null,
    hold: (entries) => {
      if (waiting === null || waitingEntries + entries.length > waitingMax) return false;
      waitingEntries += entries.length;
      waiting.push(entries);
      return true;
    },
    start: (from, done) => {
      const end = buffer.lastEntry();
      waiting = [];
      const go = (after: number): void => {
        const { entries, last } = buffer.entriesAfter(after, pieceEntries);
        take(entries);
        if (last !== null && last < end) {
          cancel = clock.after(0, () => go(last));
          return;
        }
        const missed = waiting ?? [];
        waiting = null;
        for (const each of missed) take(each);
        done();
      };
      go(from);
    },
    stop: () => cancel(),
  };
}
