import type { Profile } from "../site/profile.ts";
import type { EpochMs } from "../time/millis.ts";
import { beyond, isBeyondShrunk, isOut, within, type Direction } from "./direction.ts";
import { isMeasured, lengthMs, mergeTouching, type Evidence, type Interval } from "./evidence.ts";

/** Measured out-of-range time on one side, part by part, without the spans that rounding left no length. */
export function outSpans(evidence: Evidence, direction: Direction): Interval[] {
  return evidence.parts
    .filter(isMeasured)
    .map((part) => beyond(part, direction, direction.limit(part.profile)))
    .filter((span) => span !== null)
    .filter((span) => lengthMs(span) > 0);
}

/**
 * Out-of-range time in spans that do not touch. Every out-of-range reading is in one: "an out-of-range reading with unknown time on
 * both sides is an out-of-range run of no length: it opens an excursion like any other".
 */
export function outRuns(evidence: Evidence, direction: Direction): Interval[] {
  const instants = evidence.samples
    .filter((sample) => isOut(sample, direction))
    .map((sample) => ({ from: sample.at, to: sample.at }));
  return mergeTouching([...outSpans(evidence, direction), ...instants]);
}

interface ShrunkSpan extends Interval {
  readonly profile: Profile;
}

/** Measured time "at or inside the limit shrunk by `deadband` on that side", gathered into contiguous stretches. */
function shrunkStretches(evidence: Evidence, direction: Direction): ShrunkSpan[][] {
  const stretches: ShrunkSpan[][] = [];
  for (const part of evidence.parts.filter(isMeasured)) {
    const span = within(part, direction, direction.shrunkLimit(part.profile));
    if (span === null || lengthMs(span) === 0) continue;
    const stretch = stretches.at(-1);
    const contiguous = stretch?.at(-1)?.to === span.from && !isBrokenAt(span.from, evidence, direction);
    if (stretch !== undefined && contiguous) stretch.push({ ...span, profile: part.profile });
    else stretches.push([{ ...span, profile: part.profile }]);
  }
  return stretches;
}

/** A reading that is not inside the shrunk limit ends a stretch, however short the time beyond. */
function isBrokenAt(at: EpochMs, evidence: Evidence, direction: Direction): boolean {
  return evidence.samples.some((sample) => sample.at === at && isBeyondShrunk(sample, direction));
}

/**
 * "An excursion on a side ends only when one contiguous stretch of measured time at or inside the limit shrunk by `deadband` on that
 * side lasts `recoverAfter`. Unknown time interrupts such a stretch." Gives the stretches that last long enough.
 */
export function recoveries(evidence: Evidence, direction: Direction): Interval[] {
  return shrunkStretches(evidence, direction).flatMap((stretch) => {
    const from = stretch[0]?.from ?? 0;
    const reached = stretch.find((span) => span.to - from >= span.profile.recoverAfter);
    return reached === undefined
      ? []
      : [{ from, to: Math.max(reached.from, from + reached.profile.recoverAfter) }];
  });
}

/** "Runs of out-of-range time on the same side with no recovery between them are one excursion." */
export function groupRuns(runs: readonly Interval[], recovered: readonly Interval[]): Interval[][] {
  const groups: Interval[][] = [];
  for (const run of runs) {
    const group = groups.at(-1);
    const before = group?.at(-1);
    const apart = recovered.some(
      ({ from, to }) => before !== undefined && from >= before.to && to <= run.from,
    );
    if (group === undefined || apart) groups.push([run]);
    else group.push(run);
  }
  return groups;
}
