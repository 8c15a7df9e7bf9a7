import type { Coverage } from "@coldkeep/core/engine/excursion.ts";
import { type DurationMs, type EpochMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import type { Database } from "../store/database.ts";

/** An hour whose time is not divided yet, because what comes next decides it, is looked at again after this long. Unit ms. */
export const undecidedMs: DurationMs = minuteMs;

/** How an hour of a probe divides, as it was last found; the revision counts what was found before. */
export interface CoverageHour {
  /** The probe's number in the records. */
  readonly probe: number;
  readonly hour: EpochMs;
  readonly revision: number;
  readonly inMs: DurationMs;
  readonly lowMs: DurationMs;
  readonly highMs: DurationMs;
  readonly unknownMs: DurationMs;
}

/** The hours' coverage in the records: what is to be looked at, what was found, and what InfluxDB has of it. */
export interface CoverageStore {
  /** An hour is over for these probes. */
  readonly add: (probes: readonly number[], hour: EpochMs) => void;
  /** Hours that begin with `from <= hour <= to` are to be looked at again. */
  readonly again: (probe: number, from: EpochMs, to: EpochMs) => void;
  readonly due: (now: EpochMs, limit: number) => { readonly probe: number; readonly hour: EpochMs }[];
  /** What was found of an hour: a new revision where it differs from what was known, and nothing to decide later. */
  readonly found: (probe: number, hour: EpochMs, coverage: Coverage, now: EpochMs) => void;
  readonly unwritten: (limit: number) => CoverageHour[];
  readonly written: (hours: readonly CoverageHour[]) => void;
  /** Forgets all. */
  readonly clear: () => void;
}

/** Opens the hours. */
export function openCoverage(database: Database): CoverageStore {
  const add = database.prepare(
    `INSERT OR IGNORE INTO coverage_hours (probe, hour, revision, in_ms, low_ms, high_ms, unknown_ms, written, due_at)
     VALUES (?, ?, 0, 0, 0, 0, 0, 1, 0)`,
  );
  const again = database.prepare(
    "UPDATE coverage_hours SET due_at = 0 WHERE probe = ? AND hour >= ? AND hour <= ?",
  );
  const due = database.prepare(
    "SELECT probe, hour FROM coverage_hours WHERE due_at IS NOT NULL AND due_at <= ? ORDER BY due_at LIMIT ?",
  );
  const later = database.prepare("UPDATE coverage_hours SET due_at = ? WHERE probe = ? AND hour = ?");
  const found = database.prepare(
    `UPDATE coverage_hours SET due_at = NULL,
       written = CASE WHEN revision > 0 AND in_ms = ?3 AND low_ms = ?4 AND high_ms = ?5 AND unknown_ms = ?6 THEN written ELSE 0 END,
       revision = CASE WHEN revision > 0 AND in_ms = ?3 AND low_ms = ?4 AND high_ms = ?5 AND unknown_ms = ?6 THEN revision ELSE revision + 1 END,
       in_ms = ?3, low_ms = ?4, high_ms = ?5, unknown_ms = ?6 WHERE probe = ?1 AND hour = ?2`,
  );
  const unwritten = database.prepare(
    `SELECT probe, hour, revision, in_ms AS inMs, low_ms AS lowMs, high_ms AS highMs, unknown_ms AS unknownMs
     FROM coverage_hours WHERE written = 0 LIMIT ?`,
  );
  const written = database.prepare(
    "UPDATE coverage_hours SET written = 1 WHERE probe = ? AND hour = ? AND revision = ?",
  );
  const clear = database.prepare("DELETE FROM coverage_hours");
  return {
    add: (probes, hour) => {
      for (const probe of probes) add.run(probe, hour);
    },
    again: (probe, from, to) => void again.run(probe, from, to),
    due: (now, limit) => due.all(now, limit) as unknown as { probe: number; hour: EpochMs }[],
    found: (probe, hour, { inMs, lowMs, highMs, unknownMs, pendingMs }, now) => {
      if (pendingMs > 0) later.run(now + undecidedMs, probe, hour);
      else found.run(probe, hour, inMs, lowMs, highMs, unknownMs);
    },
    unwritten: (limit) => unwritten.all(limit) as unknown as CoverageHour[],
    written: (hours) =>
      database.transaction(() => {
        for (const { probe, hour, revision } of hours) written.run(probe, hour, revision);
      }),
    clear: () => void clear.run(),
  };
}
