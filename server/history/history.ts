import { type Measure, measure } from "@coldkeep/core/engine/measure.ts";
import { isGood, type Reading } from "@coldkeep/core/readings/reading.ts";
import type { TimeQuality } from "@coldkeep/core/readings/stamp.ts";
import { type ProbeRules, ruleAt } from "@coldkeep/core/site/profile.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { distrust } from "@coldkeep/core/trust/distrust.ts";
import type { ProbeMemory } from "../judging/probe-memory.ts";
import { openRoutedReadings, type TimesKnown } from "../judging/routed-readings.ts";
import type { Database } from "../store/database.ts";
import { openTrustBefore } from "./trust-before.ts";

/** The port to the history of readings: SQLite by default, InfluxDB where it is configured. */
export interface History {
  /** Readings of the probe as they are judged, calibrated, a distrusted one as a fault, with `from <= at <= to`, sorted. */
  readonly readings: (probe: ProbeMemory, from: EpochMs, to: EpochMs) => Reading[];
  /** The quality of the time of each of these readings, in the same order; null where nobody said it. */
  readonly times: (probe: ProbeMemory, from: EpochMs, to: EpochMs) => (TimeQuality | null)[];
  /** How well the times of a window's readings are known, by source. */
  readonly timesKnown: (probe: ProbeMemory, from: EpochMs, to: EpochMs) => TimesKnown[];
  /** Measures a window as judged at `now`: coverage, extremes, area. */
  readonly measure: (probe: ProbeMemory, from: EpochMs, to: EpochMs, now: EpochMs) => Measure;
}

/** The history as the operational records hold it. */
export function sqliteHistory(database: Database): History {
  const stored = openRoutedReadings(database);
  const trustBefore = openTrustBefore(database, stored);
  return {
    readings: (memory, from, to) => {
      const { route, probe } = memory;
      const judged = distrust(stored.within(route, from, to), probe.rules, trustBefore(memory, from));
      return judged.map((reading) => calibrated(reading, probe.rules));
    },
    times: ({ route }, from, to) => stored.timesWithin(route, from, to),
    timesKnown: ({ route }, from, to) => stored.timesKnown(route, from, to),
    measure: (memory, from, to, now) => {
      const { route, probe } = memory;
      const first = stored.lastUntil(route, from) ?? from;
      const last = stored.firstFrom(route, to) ?? Math.max(to, from);
      const before = trustBefore(memory, first);
      return measure(stored.within(route, first, last), probe.rules, { from, to }, now, before);
    },
  };
}

function calibrated(reading: Reading, rules: ProbeRules): Reading {
  if (!isGood(reading)) return reading;
  const offset = ruleAt(rules.offsets, reading.at);
  return offset === 0 ? reading : { at: reading.at, celsius: reading.celsius + offset };
}
