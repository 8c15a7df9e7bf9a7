import { type Clock, type Random, sleep } from "@coldkeep/core/time/clock.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { CursorStore } from "./cursors.ts";
import { keptLines } from "./expiry.ts";
import type { InfluxPort } from "./influx-port.ts";
import type { SliceReader } from "./journal-slice.ts";
import { pauseAfter } from "./pause.ts";
import { type Written, writeLines } from "./write-lines.ts";

/** Faults in a row after which a rebuild gives up. */
export const rebuildFaultsMax = 30;

/** How far a rebuild is. */
export interface RebuildProgress {
  readonly entries: number;
  readonly of: number;
  readonly points: number;
  readonly asides: number;
}

/** What a rebuild works with. */
export interface RebuildParts {
  /** What lies before is not kept there, and not sent. */
  readonly keptFrom: EpochMs;
  readonly port: Pick<InfluxPort, "write">;
  readonly slices: SliceReader;
  readonly cursor: Pick<CursorStore, "keepAsides">;
  readonly clock: Clock;
  readonly random: Random;
  readonly progress: (progress: RebuildProgress) => void;
}

/**
 * Writes the journal up to an entry into a target, slice by slice, the next one being read while one is written: no more than two are in memory. Throws
 * `rebuild.unavailable` where InfluxDB does not take them for long.
 */
export async function rebuildFrom(until: number, parts: RebuildParts): Promise<RebuildProgress> {
  const { slices, clock } = parts;
  let points = 0;
  let asides = 0;
  let entries = 0;
  const ahead = (seq: number): ReturnType<SliceReader["next"]> => {
    const slice = slices.next(seq, until);
    // Where a write fails for good, nobody waits for this one any more.
    slice.catch(() => undefined);
    return slice;
  };
  let next = ahead(0);
  while (entries < until) {
    const slice = await next;
    if (slice.upTo === entries) break;
    next = ahead(slice.upTo);
    const lines = keptLines(slice.lines, parts.keptFrom);
    const written = await writeDoggedly(lines, parts);
    parts.cursor.keepAsides(written.asides, clock.epochMs());
    entries = slice.upTo;
    points += lines.length - written.asides.length;
    asides += written.asides.length;
    parts.progress({ entries, of: until, points, asides });
  }
  await next;
  return { entries, of: until, points, asides };
}

async function writeDoggedly(
  lines: readonly string[],
  { port, clock, random }: RebuildParts,
): Promise<Extract<Written, { ok: true }>> {
  for (let faults = 1; ; faults += 1) {
    const written = await writeLines(port, lines);
    if (written.ok) return written;
    const { kind, reason } = written.fault;
    if (faults === rebuildFaultsMax)
      throw new CodedError(
        "rebuild.unavailable",
        `InfluxDB does not take the history: ${kind}, ${reason}. Empty the bucket and begin again once it does.`,
      );
    await sleep(clock, pauseAfter(kind, faults, random));
  }
}
