import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { type EpochMs, formatInstant } from "@coldkeep/core/time/millis.ts";
import { standingClock } from "@coldkeep/core/time/standing-clock.ts";
import { composeInside, type Inside } from "../inside.ts";
import type { EntryInput, EntryKind } from "../journal/journal.ts";
import { type Database, openDatabase } from "../store/database.ts";
import { applyEntry } from "./apply-entry.ts";
import { hashState, type StateHash } from "./state-hash.ts";

/** What replaying found. */
export interface ReplayResult {
  readonly entries: number;
  readonly live: StateHash;
  readonly replayed: StateHash;
  /** Parts of the state that differ; none means that the live state follows from the journal. */
  readonly differing: readonly string[];
}

interface JournalRow {
  readonly seq: number;
  readonly at: number;
  readonly kind: string;
  readonly source: string;
  readonly encoding: string;
  readonly body: Uint8Array;
  readonly hash: string;
}

/**
 * Folds the journal of live records from nothing into fresh ones and compares the two states by hash. Sees one moment of the live records, also while a server
 * works on them. `progress` is told now and then how far it is. Throws `replay.diverged` at the first entry that cannot be done again as it was.
 */
export function replay(live: Database, progress: (done: number, of: number) => void): ReplayResult {
  return live.snapshot(() => {
    const fresh = openDatabase(":memory:");
    try {
      const { inside, entries } = foldJournal(live, fresh, progress);
      const probes = [...(inside.site()?.probes.keys() ?? [])];
      const known = composeInside(live, standingClock(inside.clock.epochMs));
      const liveHash = hashState(live, known.engine, probes);
      const replayed = hashState(fresh, inside.engine, probes);
      const differing = Object.keys(liveHash.parts).filter(
        (part) => liveHash.parts[part] !== replayed.parts[part],
      );
      return { entries, live: liveHash, replayed, differing };
    } finally {
      fresh.close();
    }
  });
}

function foldJournal(
  live: Database,
  fresh: Database,
  progress: (done: number, of: number) => void,
): { inside: Inside; entries: number } {
  const of = Number(live.prepare("SELECT count(*) AS n FROM journal").get()?.["n"] ?? 0);
  const rows = live.prepare("SELECT seq, at, kind, source, encoding, body, hash FROM journal ORDER BY seq");
  let now: EpochMs = 0;
  const inside = composeInside(
    fresh,
    standingClock(() => now),
  );
  let done = 0;
  for (const values of rows.iterate()) {
    const row = values as unknown as JournalRow;
    now = row.at;
    again(inside, row);
    done += 1;
    if (done % 1_000 === 0 || done === of) progress(done, of);
  }
  return { inside, entries: done };
}

function again(inside: Inside, { seq, at, kind, source, encoding, body, hash }: JournalRow): void {
  const input: EntryInput = { at, kind: kind as EntryKind, source, encoding, body };
  const where = `journal entry ${seq} (${kind}, ${formatInstant(at)})`;
  try {
    applyEntry(inside, input);
  } catch (cause) {
    throw new CodedError("replay.diverged", `Replaying failed at ${where}: ${String(cause)}`, { cause });
  }
  const head = inside.journal.head();
  if (head.sequence !== seq || head.hash !== hash) {
    throw new CodedError(
      "replay.diverged",
      `Replaying gave another journal than the one on record at ${where}: the record was changed, or this program judges otherwise than the one that wrote it.`,
    );
  }
}
