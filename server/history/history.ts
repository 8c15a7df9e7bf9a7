import { type Measure, measure } from "@coldkeep/core/engine/measure.ts";
import { isGood, type Reading } from "@coldkeep/core/readings/reading.ts";
import { type TimeQuality, timeSources } from "@coldkeep/core/readings/stamp.ts";
import { type ProbeRules, ruleAt } from "@coldkeep/core/site/profile.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { distrust, rememberAfter } from "@coldkeep/core/trust/distrust.ts";
import type { TrustMemory } from "@coldkeep/core/trust/trust.ts";
import type { ProbeMemory } from "../judging/probe-memory.ts";
import { openRoutedReadings, type TimesKnown } from "../judging/routed-readings.ts";
import type { Database } from "../store/database.ts";
import { type ReadingSource, recordsSource, rowReading, rowTime, type StoredRow } from "./reading-source.ts";
import { openTrustStart } from "./trust-before.ts";

/** The port to the history of readings: SQLite by default, InfluxDB where it is configured. Both answer alike. */
export interface History {
  /** Readings of the probe as they are judged, calibrated, a distrusted one as a fault, with `from <= at <= to`, sorted. */
  readonly readings: (probe: ProbeMemory, from: EpochMs, to: EpochMs) => Promise<Reading[]>;
  /** The quality of the time of each of these readings, in the same order; null where nobody said it. */
  readonly times: (probe: ProbeMemory, from: EpochMs, to: EpochMs) => Promise<(TimeQuality | null)[]>;
  /** How well the times of a window's readings are known, by source in the order of `timeSources`, those of which nobody said it first. */
  readonly timesKnown: (probe: ProbeMemory, from: EpochMs, to: EpochMs) => Promise<TimesKnown[]>;
  /** Measures a window as judged at `now`: coverage, extremes, area. */
  readonly measure: (probe: ProbeMemory, from: EpochMs, to: EpochMs, now: EpochMs) => Promise<Measure>;
}

/** The history as the operational records hold it. */
export function sqliteHistory(database: Database): History {
  return historyOver(database, recordsSource(openRoutedReadings(database)));
}

/** Readings as `History.readings` gives them, at once: of what is young enough to stand in the records whatever serves the history. */
export type RecentReadings = (probe: ProbeMemory, from: EpochMs, to: EpochMs) => Reading[];

/** Opens the recent readings on the records. */
export function openRecentReadings(database: Database): RecentReadings {
  const stored = openRoutedReadings(database);
  const trustStart = openTrustStart(database);
  return (memory, from, to) => {
    const { route, probe } = memory;
    const start = trustStart(memory, from);
    const before =
      start === null
        ? null
        : rememberAfter(stored.within(route, start.from, from - 1), probe.rules, start.memory);
    const judged = distrust(stored.within(route, from, to), probe.rules, before);
    return judged.map((reading) => calibrated(reading, probe.rules));
  };
}

/** The history over readings from anywhere; checkpoints of trust come from the records. */
export function historyOver(database: Database, source: ReadingSource): History {
  const trustStart = openTrustStart(database);
  const readings = async (route: ProbeMemory["route"], from: EpochMs, to: EpochMs): Promise<Reading[]> =>
    (await source.rows(route, from, to)).map(rowReading);
  const trustBefore = async (memory: ProbeMemory, at: EpochMs): Promise<TrustMemory | null> => {
    const start = trustStart(memory, at);
    if (start === null) return null;
    const { route, probe } = memory;
    return rememberAfter(await readings(route, start.from, at - 1), probe.rules, start.memory);
  };
  return {
    readings: async (memory, from, to) => {
      const { route, probe } = memory;
      const judged = distrust(await readings(route, from, to), probe.rules, await trustBefore(memory, from));
      return judged.map((reading) => calibrated(reading, probe.rules));
    },
    times: async ({ route }, from, to) => (await source.rows(route, from, to)).map(rowTime),
    timesKnown: async ({ route }, from, to) => timesKnown(await source.rows(route, from, to)),
    measure: async (memory, from, to, now) => {
      const { route, probe } = memory;
      const first = (await source.lastUntil(route, from)) ?? from;
      const last = (await source.firstFrom(route, to)) ?? Math.max(to, from);
      const before = await trustBefore(memory, first);
      return measure(await readings(route, first, last), probe.rules, { from, to }, now, before);
    },
  };
}

function timesKnown(rows: readonly StoredRow[]): TimesKnown[] {
  const found = new Map<number | null, { worstMs: number | null; readings: number }>();
  for (const { source, uncertainty } of rows) {
    const known = found.get(source) ?? { worstMs: null, readings: 0 };
    const worstMs = uncertainty === null ? known.worstMs : Math.max(known.worstMs ?? 0, uncertainty);
    found.set(source, { worstMs, readings: known.readings + 1 });
  }
  return [...found]
    .toSorted(([a], [b]) => (a ?? -1) - (b ?? -1))
    .map(([source, known]) => ({ source: source === null ? null : (timeSources[source] ?? null), ...known }));
}

function calibrated(reading: Reading, rules: ProbeRules): Reading {
  if (!isGood(reading)) return reading;
  const offset = ruleAt(rules.offsets, reading.at);
  return offset === 0 ? reading : { at: reading.at, celsius: reading.celsius + offset };
}
