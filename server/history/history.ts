import { type Measure, measure } from "@coldkeep/core/engine/measure.ts";
import type { Reading } from "@coldkeep/core/readings/reading.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { ProbeMemory } from "../judging/probe-memory.ts";
import { readingOf } from "../judging/probe-memory.ts";
import type { Database } from "../store/database.ts";

/** The port to the history of readings: SQLite by default, InfluxDB where it is configured. */
export interface History {
  /** Readings with `from <= at <= to`, sorted. */
  readonly readings: (probe: ProbeMemory, from: EpochMs, to: EpochMs) => Reading[];
  /** Measures a window as judged at `now`: coverage, extremes, area. */
  readonly measure: (probe: ProbeMemory, from: EpochMs, to: EpochMs, now: EpochMs) => Measure;
}

interface Row {
  readonly at: number;
  readonly value: number;
  readonly fault: string | null;
}

/** The history as the operational records hold it. */
export function sqliteHistory(database: Database): History {
  const within = database.prepare(
    "SELECT at, value, fault FROM readings WHERE probe = ? AND at >= ? AND at <= ? ORDER BY at, value",
  );
  const before = database.prepare("SELECT max(at) AS at FROM readings WHERE probe = ? AND at <= ?");
  const after = database.prepare("SELECT min(at) AS at FROM readings WHERE probe = ? AND at >= ?");
  const read = (probe: number, from: EpochMs, to: EpochMs): Reading[] =>
    (within.all(probe, from, to) as unknown as Row[]).map(readingOf);
  const instant = (row: Record<string, unknown> | undefined, otherwise: EpochMs): EpochMs => {
    const at = row?.["at"];
    return typeof at === "number" ? at : otherwise;
  };
  return {
    readings: (probe, from, to) => read(probe.number, from, to),
    measure: (probe, from, to, now) => {
      const first = instant(before.get(probe.number, from), from);
      const last = instant(after.get(probe.number, to), Math.max(to, from));
      return measure(read(probe.number, first, last), probe.probe.rules, { from, to }, now);
    },
  };
}
