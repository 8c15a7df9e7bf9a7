import { isGood } from "@coldkeep/core/readings/reading.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { type BufferEntry, type Evidence, excerptBytesMax, isReading, type ProbeReading } from "./buffer.ts";

/** An entry that waits, under the number that gives its place in line. */
export interface Waiting {
  readonly id: number;
  readonly entry: BufferEntry;
}

/** Where leaving out every other reading between its neighbours drops less than this share, quartets are reduced to their extremes. */
export const gentleShareMin = 0.25;

interface Good {
  readonly id: number;
  readonly at: EpochMs;
  readonly celsius: number;
}

/**
 * Chooses what of a stretch may go so that gaps grow but no minimum or maximum disappears. Pure. Events, faults, the readings beside a fault
 * and each probe's first and last reading stay. Of the rest goes, probe by probe in order of time, every other reading whose value lies
 * between its neighbours'; where that is too little, all but the coldest and the warmest of every four. Done again and again it halves what is left.
 */
export function chooseDropped(stretch: readonly Waiting[]): ReadonlySet<number> {
  const runs = goodRuns(stretch);
  const gentle = runs.flatMap(everyOther);
  const inner = runs.reduce((sum, run) => sum + Math.max(0, run.length - 2), 0);
  return new Set(gentle.length >= inner * gentleShareMin ? gentle : runs.flatMap(innerOfFour));
}

/** What is kept of a stretch that was thinned out: how many readings went, and from when until when. */
export function thinnedEvidence(
  stretch: readonly Waiting[],
  dropped: ReadonlySet<number>,
  at: EpochMs,
): Evidence {
  let [from, to] = [Infinity, -Infinity];
  for (const { id, entry } of stretch) {
    if (!dropped.has(id)) continue;
    from = Math.min(from, entry.at);
    to = Math.max(to, entry.at);
  }
  const text = JSON.stringify({ readings: dropped.size, of: stretch.length, from, to });
  const excerpt = new TextEncoder().encode(text).subarray(0, excerptBytesMax);
  return { at, source: "buffer", code: "buffer.thinned", excerpt };
}

/** Runs of good readings of one probe, in order of time, with no fault between them. */
function goodRuns(stretch: readonly Waiting[]): Good[][] {
  const byProbe = new Map<string, { id: number; reading: ProbeReading }[]>();
  for (const { id, entry } of stretch) {
    if (!isReading(entry)) continue;
    const list = byProbe.get(entry.probe);
    if (list === undefined) byProbe.set(entry.probe, [{ id, reading: entry }]);
    else list.push({ id, reading: entry });
  }
  const runs: Good[][] = [];
  for (const list of byProbe.values()) {
    let run: Good[] = [];
    for (const { id, reading } of list.sort((a, b) => a.reading.at - b.reading.at || a.id - b.id)) {
      if (isGood(reading)) run.push({ id, at: reading.at, celsius: reading.celsius });
      else if (run.length > 0) {
        runs.push(run);
        run = [];
      }
    }
    runs.push(run);
  }
  return runs;
}

/** Readings between their neighbours, never two in a row. */
function everyOther(run: readonly Good[]): number[] {
  const dropped: number[] = [];
  for (let index = 1; index < run.length - 1; index += 1) {
    const [before, one, after] = [run[index - 1], run[index], run[index + 1]];
    if (before === undefined || one === undefined || after === undefined) continue;
    const [low, high] = [Math.min(before.celsius, after.celsius), Math.max(before.celsius, after.celsius)];
    if (one.celsius < low || one.celsius > high) continue;
    dropped.push(one.id);
    index += 1;
  }
  return dropped;
}

/** Of every four readings between the first and the last those that are neither their coldest nor their warmest. */
function innerOfFour(run: readonly Good[]): number[] {
  const dropped: number[] = [];
  for (let index = 1; index + 4 < run.length; index += 4) {
    const four = run.slice(index, index + 4);
    const [coldest, warmest] = [Math.min(...four.map(celsius)), Math.max(...four.map(celsius))];
    const kept = new Set([
      four.find((one) => one.celsius === coldest),
      four.findLast((one) => one.celsius === warmest),
    ]);
    dropped.push(...four.filter((one) => !kept.has(one)).map((one) => one.id));
  }
  return dropped;
}

const celsius = (one: Good): number => one.celsius;
