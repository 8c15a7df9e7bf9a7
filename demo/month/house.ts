import { compareReadings, type Reading } from "@coldkeep/core/readings/reading.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import { composeInside, type Inside } from "@coldkeep/server/inside.ts";
import { makeTicker, type Ticker } from "@coldkeep/server/judging/ticker.ts";
import type { Database } from "@coldkeep/server/store/database.ts";
import type { Batch } from "./gateway.ts";

/** The server, which is stopped and started again on the same records, and beside it the simulation's own list of what it took. */
export interface House {
  /** Null while the server is down. */
  readonly inside: () => Inside | null;
  readonly down: () => void;
  /** Starts it where it is down. */
  readonly up: () => Inside;
  readonly take: (batch: Batch) => void;
  readonly tick: () => void;
  readonly restarts: () => number;
  /** Readings that were taken, by probe: in any order and with repeats. */
  readonly taken: ReadonlyMap<string, readonly Reading[]>;
}

/** Makes the house on records. */
export function makeHouse(database: Database, clock: Clock): House {
  const taken = new Map<string, Reading[]>();
  let running: { readonly inside: Inside; readonly ticker: Ticker } | null = null;
  let starts = 0;
  const start = (): { inside: Inside; ticker: Ticker } => {
    const inside = composeInside(database, clock);
    inside.begin(null);
    starts += 1;
    const fail = (error: unknown): never => {
      throw error;
    };
    return { inside, ticker: makeTicker(clock, inside.committer, inside.engine, fail) };
  };
  return {
    inside: () => running?.inside ?? null,
    down: () => {
      running = null;
    },
    up: () => {
      running ??= start();
      return running.inside;
    },
    take: ({ text, readings }) => {
      if (running === null) return;
      const body = new TextEncoder().encode(text);
      const answer = running.inside.takeBatch({ encoding: "identity", body, text, source: "mechelen-1" });
      const refused = new Set(answer.rejected.map(({ index }) => index));
      for (const [index, { probe, reading }] of readings.entries()) {
        if (refused.has(index)) continue;
        const list = taken.get(probe) ?? [];
        list.push(reading);
        taken.set(probe, list);
      }
    },
    tick: () => running?.ticker.tick(),
    restarts: () => starts - 1,
    taken,
  };
}

/** Readings in order and without repeats. */
export function inOrder(readings: readonly Reading[]): Reading[] {
  const sorted = readings.toSorted(compareReadings);
  return sorted.filter((each, index) => {
    const before = sorted[index - 1];
    return before === undefined || compareReadings(before, each) !== 0;
  });
}
