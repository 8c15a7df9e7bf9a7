import { type DurationMs, type EpochMs, hourMs } from "@coldkeep/core/time/millis.ts";
import { instantOfLine } from "./line.ts";

/** InfluxDB drops by whole shards, and its clock is not ours: what is this near to its end is not sent any more. Unit ms. */
const marginMs: DurationMs = hourMs;

/** The instant before which a target keeps nothing. `keepsMs`: how long it keeps; 0 for ever, null where that is not known. */
export function keptFrom(keepsMs: DurationMs | null, now: EpochMs): EpochMs {
  return keepsMs === null || keepsMs === 0 ? Number.MIN_SAFE_INTEGER : now - keepsMs + marginMs;
}

/** The lines that a target keeps: those before its retention would be refused one by one. */
export function keptLines(lines: readonly string[], from: EpochMs): readonly string[] {
  return from === Number.MIN_SAFE_INTEGER ? lines : lines.filter((line) => instantOfLine(line) >= from);
}
