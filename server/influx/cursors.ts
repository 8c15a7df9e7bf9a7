import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Database } from "../store/database.ts";

/** A line that InfluxDB would not take, with what it said. */
export interface Aside {
  readonly line: string;
  readonly reason: string;
  /** The instant of the reading that the line holds; null for other lines. */
  readonly readingAt: EpochMs | null;
}

/** Lines set aside that are kept at most; with more the projection stops and says so, since something else must be wrong. */
export const asidesMax = 10_000;

/** How far a projection has got, in the operational records. */
export interface CursorStore {
  /** The last entry that is projected; null where this target was never written to. */
  readonly read: () => number | null;
  readonly move: (seq: number, asides: readonly Aside[], at: EpochMs) => void;
  /** Keeps lines that were set aside by somebody who does not move the cursor. */
  readonly keepAsides: (asides: readonly Aside[], at: EpochMs) => void;
  /** Begins anew: nothing is projected. */
  readonly reset: (at: EpochMs) => void;
  readonly asides: () => number;
  /** True where the line of some reading with `from <= at <= to` was set aside. */
  readonly hasAside: (from: EpochMs, to: EpochMs) => boolean;
}

/** Opens the cursor of a target. */
export function openCursor(database: Database, name: string): CursorStore {
  const read = database.prepare("SELECT seq FROM projection_cursors WHERE name = ?");
  const save = database.prepare(
    `INSERT INTO projection_cursors (name, seq, moved_at) VALUES (?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET seq = excluded.seq, moved_at = excluded.moved_at`,
  );
  const insert = database.prepare(
    "INSERT INTO projection_asides (name, line, reason, reading_at, at) VALUES (?, ?, ?, ?, ?)",
  );
  const forget = database.prepare("DELETE FROM projection_asides WHERE name = ?");
  const count = database.prepare("SELECT count(*) AS n FROM projection_asides WHERE name = ?");
  const find = database.prepare(
    "SELECT 1 FROM projection_asides WHERE name = ? AND reading_at >= ? AND reading_at <= ? LIMIT 1",
  );
  const keep = (asides: readonly Aside[], at: EpochMs): void => {
    for (const { line, reason, readingAt } of asides) insert.run(name, line, reason, readingAt, at);
  };
  return {
    keepAsides: (asides, at) => database.transaction(() => keep(asides, at)),
    read: () => {
      const seq = read.get(name)?.["seq"];
      return typeof seq === "number" ? seq : null;
    },
    move: (seq, asides, at) =>
      database.transaction(() => {
        keep(asides, at);
        save.run(name, seq, at);
      }),
    reset: (at) =>
      database.transaction(() => {
        forget.run(name);
        save.run(name, 0, at);
      }),
    asides: () => Number(count.get(name)?.["n"] ?? 0),
    hasAside: (from, to) => find.get(name, from, to) !== undefined,
  };
}
