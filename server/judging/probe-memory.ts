import { type Checkpoint, checkpointEvery, rejudge } from "@coldkeep/core/engine/rejudge.ts";
import { type ProbeState, unheardOf } from "@coldkeep/core/engine/probe-state.ts";
import type { Fault, Reading } from "@coldkeep/core/readings/reading.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { PlacedProbe } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";

/** What the server keeps in memory of a probe: it follows from the records and is rebuilt from them at each start. */
export interface ProbeMemory {
  readonly number: number;
  readonly probe: PlacedProbe;
  readonly state: ProbeState;
  /** Readings judged since the newest checkpoint. */
  readonly sinceCheckpoint: number;
  /** True while excursions on record may still change without late readings. */
  readonly live: boolean;
  /** When a reading of it was last taken, in processing time. */
  readonly heardAt: EpochMs;
  /** Since when only old readings have been arriving, in processing time; null while what is known is fresh or silence was judged. */
  readonly staleSince: EpochMs | null;
  /** When silence or a timer is next to be judged; null if nothing is due. */
  readonly dueAt: EpochMs | null;
}

/** A fault is stored under this value, so that it sorts before every temperature (design.md section 5, Evidence). */
export const faultValue = -1_000_000;

/** A reading's key and columns in the records. */
export function columnsOf(reading: Reading): readonly [value: number, fault: string | null] {
  return "celsius" in reading ? [reading.celsius, null] : [faultValue, reading.fault];
}

/** A reading from its columns. */
export function readingOf(row: { at: number; value: number; fault: string | null }): Reading {
  return row.fault === null ? { at: row.at, celsius: row.value } : { at: row.at, fault: row.fault as Fault };
}

/** The stored readings and checkpoints of probes. */
export interface ReadingStore {
  /** Readings between two checkpoints. */
  readonly checkpointEvery: number;
  readonly numberOf: (probe: string) => number;
  /** Stores a reading; false where it was there already. */
  readonly insert: (probe: number, reading: Reading) => boolean;
  readonly readingsAfter: (probe: number, after: EpochMs) => Reading[];
  readonly checkpointBefore: (probe: number, before: EpochMs) => Checkpoint | null;
  readonly checkpointsAfter: (probe: number, after: EpochMs) => Checkpoint[];
  readonly saveCheckpoint: (probe: number, checkpoint: Checkpoint) => void;
  /** The state after all stored readings of a probe. */
  readonly restore: (probe: number, placed: PlacedProbe) => { state: ProbeState; sinceCheckpoint: number };
}

/** Opens the stored readings. */
export function openReadingStore(database: Database, every: number = checkpointEvery): ReadingStore {
  const insert = database.prepare(
    "INSERT OR IGNORE INTO readings (probe, at, value, fault) VALUES (?, ?, ?, ?)",
  );
  const after = database.prepare(
    "SELECT at, value, fault FROM readings WHERE probe = ? AND at > ? ORDER BY at, value",
  );
  const before = database.prepare(
    "SELECT at, state FROM checkpoints WHERE probe = ? AND at < ? ORDER BY at DESC LIMIT 1",
  );
  const later = database.prepare("SELECT at, state FROM checkpoints WHERE probe = ? AND at > ? ORDER BY at");
  const save = database.prepare(
    "INSERT INTO checkpoints (probe, at, state) VALUES (?, ?, ?) ON CONFLICT (probe, at) DO UPDATE SET state = excluded.state",
  );
  const findProbe = database.prepare("SELECT number FROM probes WHERE id = ?");
  const addProbe = database.prepare("INSERT INTO probes (id) VALUES (?)");
  const checkpointOf = (row: Record<string, unknown>): Checkpoint => ({
    at: Number(row["at"]),
    state: JSON.parse(String(row["state"])) as ProbeState,
  });
  const readingsAfter = (probe: number, from: EpochMs): Reading[] =>
    (after.all(probe, from) as unknown as { at: number; value: number; fault: string | null }[]).map(
      readingOf,
    );
  const checkpointBefore = (probe: number, limit: EpochMs): Checkpoint | null => {
    const row = before.get(probe, limit);
    return row === undefined ? null : checkpointOf(row);
  };
  return {
    checkpointEvery: every,
    numberOf: (probe) => {
      addProbeIfNew(probe);
      return Number(findProbe.get(probe)?.["number"]);
    },
    insert: (probe, reading) => insert.run(probe, reading.at, ...columnsOf(reading)) === 1,
    readingsAfter,
    checkpointBefore,
    checkpointsAfter: (probe, from) => later.all(probe, from).map(checkpointOf),
    saveCheckpoint: (probe, { at, state }) => void save.run(probe, at, JSON.stringify(state)),
    restore: (probe, placed) => {
      const newest = checkpointBefore(probe, Number.MAX_SAFE_INTEGER);
      const start = newest?.state ?? unheardOf();
      const tail = readingsAfter(probe, newest?.at ?? Number.MIN_SAFE_INTEGER);
      const { state, sinceCheckpoint } = rejudge(
        start,
        tail,
        [],
        Number.MAX_SAFE_INTEGER,
        placed.rules,
        every,
      );
      return { state, sinceCheckpoint };
    },
  };

  function addProbeIfNew(probe: string): void {
    if (findProbe.get(probe) === undefined) addProbe.run(probe);
  }
}
