import type { Random } from "@coldkeep/core/time/clock.ts";
import { type DurationMs, minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import type { InfluxFaultKind } from "./fault.ts";

/** The first pause after a fault, and the longest. One that people must mend is looked at less often. Unit ms. */
export const pauseMinMs = secondMs / 2;
export const pauseMaxMs = 30 * secondMs;
export const mendingPauseMs = minuteMs;

const mendable: ReadonlySet<InfluxFaultKind> = new Set(["denied", "full", "content"]);

/** How long to wait after the n-th fault in a row (from 1): growing, spread by up to a half so that several servers do not come back as one. */
export function pauseAfter(kind: InfluxFaultKind, faults: number, random: Random): DurationMs {
  const longest = mendable.has(kind) ? mendingPauseMs : pauseMaxMs;
  const grown = Math.min(longest, pauseMinMs * 2 ** Math.min(faults - 1, 20));
  return Math.round(grown * (0.5 + random() / 2));
}
