import type { Fault, Reading } from "@coldkeep/core/readings/reading.ts";
import { type DurationMs, dayMs, type EpochMs } from "@coldkeep/core/time/millis.ts";
import { openRoutedReadings, type Route } from "../judging/routed-readings.ts";
import type { Database } from "../store/database.ts";

/** Readings are read in slices of this length, so that a year of them needs no more memory than a day. Unit ms. */
export const sliceMs: DurationMs = dayMs;

/** Goes through readings with `from <= at <= to` in the order of `compareReadings`, without repeats, a slice at a time. */
export type EachReading = (
  route: Route,
  from: EpochMs,
  to: EpochMs,
  take: (reading: Reading) => void,
) => void;

/** The readings on record, for those who go through all of them. */
export interface ReadingSlices {
  readonly each: EachReading;
  /** The instant of the newest reading at or before an instant; null without one. */
  readonly lastUntil: (route: Route, at: EpochMs) => EpochMs | null;
  /** The instant of the oldest reading at or after an instant; null without one. */
  readonly firstFrom: (route: Route, at: EpochMs) => EpochMs | null;
}

/** Opens the readings on record. */
export function openReadingSlices(database: Database): ReadingSlices {
  const stored = openRoutedReadings(database);
  const rows = database.prepareRows(
    "SELECT at, value, fault FROM readings WHERE probe = ? AND at >= ? AND at <= ? ORDER BY at, value",
  );
  const slice: EachReading = (route, from, to, take) => {
    const spans = route.filter((span) => span.from <= to && span.to > from);
    const [span] = spans;
    if (span === undefined) return;
    if (spans.length > 1) {
      for (const reading of stored.within(route, from, to)) take(reading);
      return;
    }
    const first = Math.max(from, span.from);
    const last = Math.min(to, span.to - 1);
    for (const row of rows(span.channel, first, last)) take(readingIn(row));
  };
  return {
    lastUntil: stored.lastUntil,
    firstFrom: stored.firstFrom,
    each: (route, from, to, take) => {
      let next = stored.firstFrom(route, from);
      while (next !== null && next <= to) {
        const end = Math.min(next + sliceMs - 1, to);
        slice(route, next, end, take);
        next = stored.firstFrom(route, end + 1);
      }
    },
  };
}

function readingIn([at, value, fault]: readonly unknown[]): Reading {
  return fault === null
    ? { at: Number(at), celsius: Number(value) }
    : { at: Number(at), fault: fault as Fault };
}
