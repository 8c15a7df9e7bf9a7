import { type Measure, Measuring } from "@coldkeep/core/engine/measure.ts";
import type { Interval } from "@coldkeep/core/engine/line.ts";
import type { Reading } from "@coldkeep/core/readings/reading.ts";
import { rulesAsJudged } from "@coldkeep/core/report/evidence.ts";
import type { ProbeRules } from "@coldkeep/core/site/profile.ts";
import { dayMs, type DurationMs, type EpochMs, hourMs } from "@coldkeep/core/time/millis.ts";
import type { ProbeMemory } from "../judging/probe-memory.ts";
import type { History } from "./history.ts";

/** Lengths of what is measured once and added up, the longest first; each is whole shorter ones. Unit ms. */
const blockLengths: readonly DurationMs[] = [dayMs, hourMs];
const shortestMs: DurationMs = hourMs;

/** Most days of readings that are kept; beyond, they are read again. */
const daysMax = 1_000;

/** Most blocks that are kept; beyond, they are measured again. */
const blocksMax = 50_000;

/** A longer window is measured by itself. Unit ms. */
const windowMaxMs: DurationMs = 400 * dayMs;

interface Run extends Interval {
  readonly side: "high" | "low";
}

/** A window and the runs out of range in it, joined on each side. */
interface Measured {
  readonly measure: Measure;
  readonly runs: readonly Run[];
}

/**
 * A history for many windows that overlap, as those of units that were in one refrigerator: what a window holds of whole hours is measured once and added up. Its answers are those of
 * `History.measure`; degree-minutes, which are no whole numbers, to the last digits. It remembers, so make one for each report; `now` of all that it is asked is the same.
 */
export function blockHistory(history: History): History {
  const days = new Map<string, Promise<readonly Reading[]>>();
  /** A block that is being measured, or what it came to: most answers are there without waiting. */
  const blocks = new Map<string, Measured | Promise<Measured>>();
  const day = (memory: ProbeMemory, from: EpochMs): Promise<readonly Reading[]> => {
    const key = `${memory.number} ${from}`;
    const known = days.get(key);
    if (known !== undefined) return known;
    const oldest = days.keys().next().value;
    if (days.size >= daysMax && oldest !== undefined) days.delete(oldest);
    const made = history.readings(memory, from, from + dayMs - 1);
    days.set(key, made);
    return made;
  };
  const readings = async (memory: ProbeMemory, from: EpochMs, to: EpochMs): Promise<Reading[]> => {
    const found: Reading[] = [];
    for (let start = Math.floor(from / dayMs) * dayMs; start <= to; start += dayMs) {
      const all = await day(memory, start);
      for (let index = firstFrom(all, from); index < all.length; index++) {
        const reading = all[index];
        if (reading === undefined || reading.at > to) break;
        found.push(reading);
      }
    }
    return found;
  };
  const piece = async (memory: ProbeMemory, window: Interval, now: EpochMs): Promise<Measured> => {
    const { profiles } = memory.probe.rules;
    // What lies further off than a gap may be long says nothing of a window: the time up to it is unknown either way.
    const reach = Math.max(...profiles.map(({ rule }) => rule.maxGap)) + 1;
    const around = await readings(memory, window.from - reach, window.to + reach);
    return measured(around, rulesAsJudged(profiles), window, now);
  };
  const block = (
    memory: ProbeMemory,
    window: Interval,
    now: EpochMs,
    key: string | null,
  ): Promise<Measured> => {
    const made = piece(memory, window, now);
    if (key === null) return made;
    const oldest = blocks.keys().next().value;
    if (blocks.size >= blocksMax && oldest !== undefined) blocks.delete(oldest);
    blocks.set(key, made);
    return made.then((found) => {
      blocks.set(key, found);
      return found;
    });
  };
  return {
    ...history,
    measure: async (memory, from, to, now) => {
      if (to - from > windowMaxMs) return history.measure(memory, from, to, now);
      const pieces: Measured[] = [];
      let start = from;
      while (start < to) {
        const length = blockLengths.find((each) => start % each === 0 && start + each <= to);
        const end = length === undefined ? Math.min(to, nextBlock(start)) : start + length;
        const key = `${memory.number} ${start} ${end}`;
        const known = length === undefined ? undefined : blocks.get(key);
        const found =
          known ?? block(memory, { from: start, to: end }, now, length === undefined ? null : key);
        pieces.push(found instanceof Promise ? await found : found);
        start = end;
      }
      if (pieces.length === 0) return history.measure(memory, from, to, now);
      return added(pieces);
    },
  };
}

/** Where the next block begins after an instant. */
function nextBlock(at: EpochMs): EpochMs {
  return (Math.floor(at / shortestMs) + 1) * shortestMs;
}

function firstFrom(readings: readonly Reading[], at: EpochMs): number {
  let [low, high] = [0, readings.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((readings[middle]?.at ?? at) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function measured(readings: readonly Reading[], rules: ProbeRules, window: Interval, now: EpochMs): Measured {
  const runs: Run[] = [];
  const measuring = new Measuring(rules, window, null, {
    out: (side, { from, to }) => void runs.push({ side, from, to }),
  });
  for (const reading of readings) measuring.take(reading);
  return {
    measure: measuring.finish(now),
    runs: (["high", "low"] as const).flatMap((side) => joinedRuns(runs, side)),
  };
}

function joinedRuns(runs: readonly Run[], side: Run["side"]): Run[] {
  const joined: Run[] = [];
  for (const run of runs) {
    if (run.side !== side) continue;
    const newest = joined.at(-1);
    if (newest?.to === run.from) joined[joined.length - 1] = { side, from: newest.from, to: run.to };
    else joined.push(run);
  }
  return joined;
}

function added(pieces: readonly Measured[]): Measure {
  let [inMs, lowMs, highMs, unknownMs, pendingMs, degreeMinutes, longestOutMs] = [0, 0, 0, 0, 0, 0, 0];
  let minCelsius: number | null = null;
  let maxCelsius: number | null = null;
  const newest = { high: { from: 0, to: -1 }, low: { from: 0, to: -1 } };
  for (const { measure, runs } of pieces) {
    inMs += measure.inMs;
    lowMs += measure.lowMs;
    highMs += measure.highMs;
    unknownMs += measure.unknownMs;
    pendingMs += measure.pendingMs;
    degreeMinutes += measure.degreeMinutes;
    if (measure.minCelsius !== null)
      minCelsius = Math.min(minCelsius ?? measure.minCelsius, measure.minCelsius);
    if (measure.maxCelsius !== null)
      maxCelsius = Math.max(maxCelsius ?? measure.maxCelsius, measure.maxCelsius);
    for (const { side, from, to } of runs) {
      const begun = newest[side].to === from ? newest[side].from : from;
      newest[side] = { from: begun, to };
      longestOutMs = Math.max(longestOutMs, to - begun);
    }
  }
  return { inMs, lowMs, highMs, unknownMs, pendingMs, minCelsius, maxCelsius, longestOutMs, degreeMinutes };
}
