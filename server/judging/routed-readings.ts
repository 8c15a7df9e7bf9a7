import type { Fault, Reading } from "@coldkeep/core/readings/reading.ts";
import { type TimedReading, type TimeSource, timeSources } from "@coldkeep/core/readings/stamp.ts";
import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Span } from "@coldkeep/core/site/dated.ts";
import type { Database, Statement, Value } from "../store/database.ts";

/** A span of event time in which the readings of a channel, by its number in the records, are a probe's. */
export interface RoutedSpan extends Span {
  readonly channel: number;
}

/** Where a probe's readings are: those of its channels, each in its time, merged in order; one reading that two channels brought is one. */
export type Route = readonly RoutedSpan[];

/** A fault is stored under this value, so that it sorts before every temperature (design.md section 5, Evidence). */
export const faultValue = -1_000_000;

/** A reading's key and columns in the records. */
export function columnsOf(reading: Reading): readonly [value: number, fault: string | null] {
  return "celsius" in reading ? [reading.celsius, null] : [faultValue, reading.fault];
}

const noTime = [null, null] as const;

/** The columns of the quality of a reading's time, empty where nobody said it. */
export function timeColumnsOf({
  time,
}: TimedReading): readonly [source: number | null, uncertaintyMs: number | null] {
  return time === undefined ? noTime : [timeSources.indexOf(time.source), time.uncertaintyMs];
}

/** How well the times of some readings are known: of those with one source the worst. */
export interface TimesKnown {
  /** Null: nobody said. */
  readonly source: TimeSource | null;
  readonly worstMs: DurationMs | null;
  readonly readings: number;
}

/** A reading from its columns. */
export function readingOf(row: { at: number; value: number; fault: string | null }): Reading {
  return row.fault === null ? { at: row.at, celsius: row.value } : { at: row.at, fault: row.fault as Fault };
}

/** The stored readings of probes, wherever they came in. */
export interface RoutedReadings {
  /** Readings with `from <= at <= to`, in the order of `compareReadings`, without repeats. */
  readonly within: (route: Route, from: EpochMs, to: EpochMs) => Reading[];
  /** Readings with `from <= at <= to` of each channel with the quality of their times, in no order, repeats of other channels among them. */
  readonly timedWithin: (route: Route, from: EpochMs, to: EpochMs) => TimedRow[];
  /** The instant of the newest reading at or before an instant; null without one. */
  readonly lastUntil: (route: Route, at: EpochMs) => EpochMs | null;
  /** The instant of the oldest reading at or after an instant; null without one. */
  readonly firstFrom: (route: Route, at: EpochMs) => EpochMs | null;
  /** The instant of the `count`-th reading after an instant; null where there are fewer. */
  readonly nthAfter: (route: Route, after: EpochMs, count: number) => EpochMs | null;
}

/** A reading's row with the quality of its time: place in `timeSources`, null where nobody said it. */
export interface TimedRow extends Row {
  readonly source: number | null;
  readonly uncertainty: number | null;
}

interface Row {
  readonly at: number;
  readonly value: number;
  readonly fault: string | null;
}

/** One channel's part of a probe's readings; a probe of several channels takes the union. */
const part = "SELECT at, value, fault FROM readings WHERE probe = ? AND at >= ? AND at <= ?";
const timedPart =
  "SELECT at, value, fault, time_source AS source, uncertainty_ms AS uncertainty FROM readings WHERE probe = ? AND at >= ? AND at <= ?";

/** Opens the stored readings. */
export function openRoutedReadings(database: Database): RoutedReadings {
  const ordered = compound(database, (parts) => `${parts} ORDER BY at, value`);
  const newest = compound(database, (parts) => `${parts} ORDER BY at DESC LIMIT 1`);
  const oldest = compound(database, (parts) => `${parts} ORDER BY at LIMIT 1`);
  const nth = compound(database, (parts) => `${parts} ORDER BY at LIMIT 1 OFFSET ?`);
  const timed = compound(database, (parts) => parts, timedPart);
  const instantOf = (row: Record<string, unknown> | undefined): EpochMs | null => {
    const at = row?.["at"];
    return typeof at === "number" ? at : null;
  };
  return {
    within: (route, from, to) => {
      const spans = cut(route, from, to);
      if (spans.length === 0) return [];
      const rows = ordered(spans.length).all(...values(spans)) as unknown as Row[];
      return (spans.length === 1 ? rows : withoutRepeats(rows)).map(readingOf);
    },
    timedWithin: (route, from, to) => {
      const spans = cut(route, from, to);
      if (spans.length === 0) return [];
      return timed(spans.length).all(...values(spans)) as unknown as TimedRow[];
    },
    lastUntil: (route, at) => {
      const spans = cut(route, Number.MIN_SAFE_INTEGER, at);
      return spans.length === 0 ? null : instantOf(newest(spans.length).get(...values(spans)));
    },
    firstFrom: (route, at) => {
      const spans = cut(route, at, Number.MAX_SAFE_INTEGER);
      return spans.length === 0 ? null : instantOf(oldest(spans.length).get(...values(spans)));
    },
    nthAfter: (route, after, count) => {
      const spans = cut(route, after + 1, Number.MAX_SAFE_INTEGER);
      return spans.length === 0 ? null : instantOf(nth(spans.length).get(...values(spans), count - 1));
    },
  };
}

/** The parts of a route that meet a window, both ends of which are included. */
function cut(route: Route, from: EpochMs, to: EpochMs): { channel: number; first: EpochMs; last: EpochMs }[] {
  return route
    .map((span) => ({
      channel: span.channel,
      first: Math.max(span.from, from),
      last: Math.min(span.to - 1, to),
    }))
    .filter(({ first, last }) => first <= last);
}

function values(spans: readonly { channel: number; first: EpochMs; last: EpochMs }[]): Value[] {
  return spans.flatMap(({ channel, first, last }) => [channel, first, last]);
}

/** A statement for each number of parts, prepared when it is first needed; a site allows at most `probeStretchesMax` parts for a probe. */
function compound(
  database: Database,
  sql: (parts: string) => string,
  one: string = part,
): (parts: number) => Statement {
  const prepared = new Map<number, Statement>();
  return (parts) => {
    const known = prepared.get(parts);
    if (known !== undefined) return known;
    const statement = database.prepare(sql(Array.from({ length: parts }, () => one).join(" UNION ALL ")));
    prepared.set(parts, statement);
    return statement;
  };
}

function withoutRepeats<Each extends Row>(rows: readonly Each[]): Each[] {
  return rows.filter((row, index) => {
    const before = rows[index - 1];
    return before === undefined || before.at !== row.at || before.value !== row.value;
  });
}
