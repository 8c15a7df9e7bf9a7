import { type EpochMs, hourMs } from "@coldkeep/core/time/millis.ts";
import type { Database } from "../store/database.ts";
import { makeBatchLines, type Touched } from "./batch-lines.ts";
import { makeEventLines } from "./event-lines.ts";
import { openSiteThen } from "./site-then.ts";

/** An entry of the journal. */
export interface JournalRow {
  readonly seq: number;
  readonly at: EpochMs;
  readonly kind: string;
  readonly encoding: string;
  readonly body: Uint8Array;
}

/** A bounded stretch of the journal as lines. */
export interface JournalSlice {
  readonly lines: readonly string[];
  /** The last entry of it; that before it where there was nothing. */
  readonly upTo: number;
  /** When that entry was taken. */
  readonly takenAt: EpochMs;
  /** Readings older than the hour in which they were taken. */
  readonly late: readonly Touched[];
  /** True where it ended because it was long enough, and not because the journal did. */
  readonly isFull: boolean;
}

/** Reads the journal onwards, a slice at a time. */
export interface SliceReader {
  /** The entries after `seq`, up to and with `until`. */
  readonly next: (seq: number, until: number) => Promise<JournalSlice>;
  readonly close: () => void;
}

/** A slice ends with the entry that reaches this many lines. An entry has at most 10,000 readings. */
export const sliceLinesMax = 10_000;

/** Most entries of a slice, so that many without lines make no long turn. */
export const sliceEntriesMax = 1_000;

/** Opens the reading of slices. `newestSite`: by the newest site for all time, as a rebuild wants it. */
export function openSlices(
  database: Database,
  newestSite: boolean,
  linesMax: number = sliceLinesMax,
): (seq: number, until: number) => JournalSlice {
  const entries = database.prepare(
    "SELECT seq, at, kind, encoding, body FROM journal WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
  );
  const siteThen = openSiteThen(database, newestSite);
  const batchLines = makeBatchLines(database);
  const eventLines = makeEventLines(database);
  return (seq, until) => {
    const lines: string[] = [];
    const late: Touched[] = [];
    let upTo = seq;
    let takenAt = 0;
    let count = 0;
    for (const row of entries.iterate(seq, until, sliceEntriesMax)) {
      const entry = row as unknown as JournalRow;
      const book = siteThen(entry.at);
      if (entry.kind === "batch") {
        const batch = batchLines(entry, book);
        for (const each of batch.lines) lines.push(each);
        for (const each of batch.touched) if (isLate(each, entry.at)) late.push(each);
      }
      for (const each of eventLines(entry, book)) lines.push(each);
      upTo = entry.seq;
      takenAt = entry.at;
      count += 1;
      if (lines.length >= linesMax) break;
    }
    return { lines, upTo, takenAt, late, isFull: lines.length >= linesMax || count === sliceEntriesMax };
  };
}

function isLate({ from }: Touched, takenAt: EpochMs): boolean {
  return Math.floor(from / hourMs) < Math.floor(takenAt / hourMs);
}
