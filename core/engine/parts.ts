import type { Dated, Profile } from "../site/profile.ts";
import type { EpochMs } from "../time/millis.ts";
import type { Interval } from "./line.ts";

/** A part of a segment in which one profile applies. */
export interface Part extends Interval {
  readonly profile: Profile;
}

/**
 * Cuts the time between two readings where the rules change (design.md section 5, "Rules change in event time"). Between two readings at one
 * instant there is one part of no length.
 */
export function partsBetween(from: EpochMs, to: EpochMs, profiles: readonly Dated<Profile>[]): Part[] {
  const parts: Part[] = [];
  let start = from;
  for (const [index, { rule }] of profiles.entries()) {
    const next = profiles[index + 1]?.from ?? Number.POSITIVE_INFINITY;
    if (next <= start) continue;
    const end = Math.min(next, to);
    if (end > start || from === to) parts.push({ from: start, to: end, profile: rule });
    start = end;
    if (next >= to) break;
  }
  return parts;
}

/** True where a distance between two good readings still measures the time between them. */
export function isMeasured(profile: Profile, distanceMs: number): boolean {
  return distanceMs <= profile.maxGap;
}
