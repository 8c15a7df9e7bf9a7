import type { Reading } from "@coldkeep/core/readings/reading.ts";
import { type TimeQuality, timeSources } from "@coldkeep/core/readings/stamp.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { readingOf, type Route, type RoutedReadings } from "../judging/routed-readings.ts";

/** A reading as it is stored, with the quality of its time. */
export interface StoredRow {
  readonly at: EpochMs;
  /** Degrees Celsius as the sensor said them; `faultValue` for a fault. */
  readonly value: number;
  readonly fault: string | null;
  /** Place in `timeSources`; null where nobody said it. */
  readonly source: number | null;
  readonly uncertainty: number | null;
}

/** Where the history's readings come from. */
export interface ReadingSource {
  /** Readings with `from <= at <= to`, in the order of `compareReadings`, without repeats. */
  readonly rows: (route: Route, from: EpochMs, to: EpochMs) => Promise<StoredRow[]>;
  /** The instant of the newest reading at or before an instant; null without one. */
  readonly lastUntil: (route: Route, at: EpochMs) => Promise<EpochMs | null>;
  /** The instant of the oldest reading at or after an instant; null without one. */
  readonly firstFrom: (route: Route, at: EpochMs) => Promise<EpochMs | null>;
}

/** The readings as the operational records hold them. */
export function recordsSource(stored: RoutedReadings): ReadingSource {
  return {
    rows: async (route, from, to) => mergedRows(stored.timedWithin(route, from, to)),
    lastUntil: async (route, at) => stored.lastUntil(route, at),
    firstFrom: async (route, at) => stored.firstFrom(route, at),
  };
}

/** Rows in the order of `compareReadings` without repeats: of one reading that several channels brought, the one whose time is known best. */
export function mergedRows(rows: readonly StoredRow[]): StoredRow[] {
  return rows.toSorted(compareRows).filter((row, index, all) => {
    const before = all[index - 1];
    return before === undefined || before.at !== row.at || before.value !== row.value;
  });
}

function compareRows(a: StoredRow, b: StoredRow): number {
  if (a.at !== b.at) return a.at - b.at;
  if (a.value !== b.value) return a.value - b.value;
  const known = (a.uncertainty ?? Number.MAX_SAFE_INTEGER) - (b.uncertainty ?? Number.MAX_SAFE_INTEGER);
  if (known !== 0) return known;
  if (a.source !== b.source) return (a.source ?? -1) - (b.source ?? -1);
  return (a.fault ?? "").localeCompare(b.fault ?? "");
}

/** A row as a reading. */
export function rowReading(row: StoredRow): Reading {
  return readingOf(row);
}

/** The quality of a row's time; null where nobody said it. */
export function rowTime({ source, uncertainty }: StoredRow): TimeQuality | null {
  const named = source === null ? undefined : timeSources[source];
  return named === undefined ? null : { source: named, uncertaintyMs: uncertainty ?? 0 };
}
