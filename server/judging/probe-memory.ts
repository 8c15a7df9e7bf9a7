import { type Checkpoint, checkpointEvery, rejudge } from "@coldkeep/core/engine/rejudge.ts";
import { type ProbeState, unheardOf } from "@coldkeep/core/engine/probe-state.ts";
import type { Reading } from "@coldkeep/core/readings/reading.ts";
import type { TimedReading } from "@coldkeep/core/readings/stamp.ts";
import { always } from "@coldkeep/core/site/dated.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { PlacedProbe } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";
import {
  columnsOf,
  openRoutedReadings,
  timeColumnsOf,
  type Route,
  type RoutedReadings,
} from "./routed-readings.ts";

/** What the server keeps in memory of a probe: it follows from the records and is rebuilt from them at each start. */
export interface ProbeMemory {
  readonly number: number;
  readonly probe: PlacedProbe;
  /** Where its readings are: the probe's stretches of channels, by their numbers. */
  readonly route: Route;
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

/** The stored readings and checkpoints of probes. Channels and probes have their numbers from one list: a probe is a channel of its own. */
export interface ReadingStore extends RoutedReadings {
  /** Readings between two checkpoints. */
  readonly checkpointEvery: number;
  readonly numberOf: (channel: string) => number;
  readonly routeOf: (probe: PlacedProbe) => Route;
  /** Stores a reading of a channel with the quality of its time; false where it was there already, which then stays as it is. */
  readonly insert: (channel: number, reading: TimedReading) => boolean;
  readonly has: (channel: number, reading: Reading) => boolean;
  readonly checkpointBefore: (probe: number, before: EpochMs) => Checkpoint | null;
  /** Checkpoints with `after < at <= until`, in order of time. */
  readonly checkpointsBetween: (probe: number, after: EpochMs, until: EpochMs) => Checkpoint[];
  readonly saveCheckpoint: (probe: number, checkpoint: Checkpoint) => void;
  /** Forgets checkpoints with `after < at <= until`. */
  readonly dropCheckpoints: (probe: number, after: EpochMs, until: EpochMs) => void;
  /** The state after all stored readings of a probe. */
  readonly restore: (
    probe: number,
    placed: PlacedProbe,
    route: Route,
  ) => { state: ProbeState; sinceCheckpoint: number };
}

/** Opens the stored readings. */
export function openReadingStore(database: Database, every: number = checkpointEvery): ReadingStore {
  const readings = openRoutedReadings(database);
  const insert = database.prepare(
    "INSERT OR IGNORE INTO readings (probe, at, value, fault, time_source, uncertainty_ms) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const find = database.prepare("SELECT 1 FROM readings WHERE probe = ? AND at = ? AND value = ?");
  const before = database.prepare(
    "SELECT at, state FROM checkpoints WHERE probe = ? AND at < ? ORDER BY at DESC LIMIT 1",
  );
  const between = database.prepare(
    "SELECT at, state FROM checkpoints WHERE probe = ? AND at > ? AND at <= ? ORDER BY at",
  );
  const drop = database.prepare("DELETE FROM checkpoints WHERE probe = ? AND at > ? AND at <= ?");
  const save = database.prepare(
    "INSERT INTO checkpoints (probe, at, state) VALUES (?, ?, ?) ON CONFLICT (probe, at) DO UPDATE SET state = excluded.state",
  );
  const findChannel = database.prepare("SELECT number FROM probes WHERE id = ?");
  const addChannel = database.prepare("INSERT INTO probes (id) VALUES (?)");
  const checkpointOf = (row: Record<string, unknown>): Checkpoint => ({
    at: Number(row["at"]),
    state: JSON.parse(String(row["state"])) as ProbeState,
  });
  const checkpointBefore = (probe: number, limit: EpochMs): Checkpoint | null => {
    const row = before.get(probe, limit);
    return row === undefined ? null : checkpointOf(row);
  };
  const numberOf = (channel: string): number => {
    if (findChannel.get(channel) === undefined) addChannel.run(channel);
    return Number(findChannel.get(channel)?.["number"]);
  };
  return {
    ...readings,
    checkpointEvery: every,
    numberOf,
    routeOf: ({ stretches }) =>
      stretches.map(({ channel, from, to }) => ({ channel: numberOf(channel), from, to })),
    insert: (channel, reading) =>
      insert.run(channel, reading.at, ...columnsOf(reading), ...timeColumnsOf(reading)) === 1,
    has: (channel, reading) => find.get(channel, reading.at, columnsOf(reading)[0]) !== undefined,
    checkpointBefore,
    checkpointsBetween: (probe, from, until) => between.all(probe, from, until).map(checkpointOf),
    saveCheckpoint: (probe, { at, state }) => void save.run(probe, at, JSON.stringify(state)),
    dropCheckpoints: (probe, from, until) => void drop.run(probe, from, until),
    restore: (probe, placed, route) => {
      const newest = checkpointBefore(probe, Number.MAX_SAFE_INTEGER);
      const from = newest === null ? Number.MIN_SAFE_INTEGER : newest.at + 1;
      const tail = readings.within(route, from, Number.MAX_SAFE_INTEGER);
      const start = newest?.state ?? unheardOf();
      const { state, sinceCheckpoint } = rejudge(start, tail, [], always.to, placed.rules, every);
      return { state, sinceCheckpoint };
    },
  };
}
