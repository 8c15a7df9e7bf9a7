import type { Coverage, ExcursionFigures } from "../engine/excursion.ts";
import type { Reading } from "../readings/reading.ts";
import { ruleAt, type ProbeRules, type Profile } from "../site/profile.ts";
import { minuteMs, type DurationMs, type EpochMs } from "../time/millis.ts";
import { areaDegreeMs, beyond, high, isCritical, isOut, low, type Direction } from "./direction.ts";
import {
  gatherEvidence,
  intersect,
  isGoodSample,
  isMeasured,
  lengthMs,
  unknownTime,
  type Evidence,
  type Interval,
} from "./evidence.ts";
import { groupRuns, outRuns, outSpans, recoveries } from "./runs.ts";

/**
 * The semantics of design.md section 5 written down once more, slowly: every list is built in full and nothing is remembered from one
 * call to the next. It exists to be compared with the engine, and to be read beside the text.
 *
 * Returns every excursion that qualifies, on both sides and unmonitored, by start and then by side, as judged at `now`.
 */
export function naiveJudge(
  readings: readonly Reading[],
  rules: ProbeRules,
  now: EpochMs,
): { excursions: ExcursionFigures[] } {
  const evidence = gatherEvidence(readings, rules, now);
  const excursions = [
    ...excursionsOn(high, evidence, rules),
    ...excursionsOn(low, evidence, rules),
    ...unmonitoredExcursions(evidence, rules),
  ];
  return { excursions: excursions.toSorted((a, b) => a.start - b.start || (a.side < b.side ? -1 : 1)) };
}

/** How the time from `from` to `to` divides, as known at `now`; together exactly `to - from`. */
export function naiveCoverage(
  readings: readonly Reading[],
  rules: ProbeRules,
  from: EpochMs,
  to: EpochMs,
  now: EpochMs,
): Coverage {
  const evidence = gatherEvidence(readings, rules, now);
  const window = { from, to };
  const measured = evidence.parts.filter(isMeasured);
  const beforeFirst = { from: -Infinity, to: evidence.samples[0]?.at ?? now };
  const totalIn = (intervals: readonly Interval[]): DurationMs =>
    intervals.reduce((sum, interval) => sum + lengthMs(intersect(interval, window)), 0);
  const lowMs = totalIn(outSpans(evidence, low));
  const highMs = totalIn(outSpans(evidence, high));
  const inMs = totalIn(measured) - lowMs - highMs;
  // "Before the first reading there is nothing to judge (coverage counts it as unknown)."
  const unknownMs = totalIn([beforeFirst, ...unknownTime(evidence)]);
  return { inMs, lowMs, highMs, unknownMs, pendingMs: totalIn([pendingTime(evidence, now)]) };
}

/** Time that no reading and no silence has decided yet: after the last reading, and beyond `now` at the latest. */
function pendingTime(evidence: Evidence, now: EpochMs): Interval {
  const last = evidence.samples.at(-1);
  if (last === undefined) return { from: now, to: Infinity };
  return { from: evidence.trailing?.kind === "unknown" ? evidence.trailing.to : last.at, to: Infinity };
}

function excursionsOn(direction: Direction, evidence: Evidence, rules: ProbeRules): ExcursionFigures[] {
  const recovered = recoveries(evidence, direction);
  return groupRuns(outRuns(evidence, direction), recovered)
    .map((runs) => figuresOf(runs, recovered, direction, evidence))
    .filter((figures) => qualifies(figures, ruleAt(rules.profiles, figures.start)));
}

/** "It *qualifies* as soon as `outMs + unknownMs >= excursionAfter`, or one reading is beyond the critical limit on that side." */
function qualifies(figures: ExcursionFigures, profile: Profile): boolean {
  return figures.critical || figures.outMs + figures.unknownMs >= profile.excursionAfter;
}

function figuresOf(
  runs: readonly Interval[],
  recovered: readonly Interval[],
  direction: Direction,
  evidence: Evidence,
): ExcursionFigures {
  // "`start` = first crossing out".
  const start = runs[0]?.from ?? 0;
  const lastOut = runs.at(-1)?.to ?? start;
  const span = { from: start, to: lastOut };
  const recovery = recovered.find(({ from }) => from >= lastOut);
  const good = provenGoodInstants(evidence);
  // "The last such instant at or before `start` (null if none)."
  const provenGoodBefore = good.findLast((at) => at <= start) ?? null;
  // "The first such instant after `start` and at or after the last out-of-range instant (null while open)."
  const goodAfter = good.find((at) => at > start && at >= lastOut) ?? null;
  const provenGoodAfter = recovery === undefined ? null : goodAfter;
  // "The **held interval** runs between these two (from `start` where the first is null)."
  const held = { from: provenGoodBefore ?? start, to: provenGoodAfter ?? Infinity };
  const outReadings = evidence.samples
    .filter((sample) => isOut(sample, direction))
    .filter((sample) => sample.at >= start && sample.at <= lastOut);
  return {
    side: direction.side,
    start,
    end: recovery === undefined ? null : returnInto(lastOut, recovery, direction, evidence),
    provenGoodBefore,
    provenGoodAfter,
    // "`outMs` = out-of-range time on this side".
    outMs: runs.reduce((sum, run) => sum + lengthMs(run), 0),
    // "`unknownMs` = unknown time inside the held interval".
    unknownMs: unknownTime(evidence).reduce((sum, gap) => sum + lengthMs(intersect(gap, held)), 0),
    extremeCelsius: mostExtreme(
      outReadings.map((sample) => sample.celsius),
      direction,
    ),
    degreeMinutes: areaWithin(span, direction, evidence) / minuteMs,
    critical: outReadings.some((sample) => isCritical(sample, direction)),
  };
}

/** "`extremeCelsius` over readings": the one furthest out. */
function mostExtreme(temperatures: readonly number[], direction: Direction): number | null {
  const furthestFirst = temperatures.toSorted((a, b) => direction.mirror(b) - direction.mirror(a));
  return furthestFirst[0] ?? null;
}

/** "An instant is proven good if all readings at it are in range on both sides." In order of time. */
function provenGoodInstants(evidence: Evidence): EpochMs[] {
  const instants = [...new Set(evidence.samples.map((sample) => sample.at))];
  return instants.filter((at) =>
    evidence.samples
      .filter((sample) => sample.at === at)
      .every((sample) => isGoodSample(sample) && !isOut(sample, high) && !isOut(sample, low)),
  );
}

/**
 * "`end` = last return into range before the recovery, or, if what followed the last out-of-range reading was unknown, the first
 * in-range reading after it." Changes of the rules can make time measured, recovered and out of range again before any reading comes
 * that is in range: the end is then where the recovery begins.
 */
function returnInto(lastOut: EpochMs, recovery: Interval, direction: Direction, evidence: Evidence): EpochMs {
  const unknownFollows = unknownTime(evidence).some((gap) => gap.from <= lastOut && lastOut < gap.to);
  if (!unknownFollows) return lastOut;
  const { samples } = evidence;
  const lastOutIndex = samples.findLastIndex((sample) => isOut(sample, direction) && sample.at <= lastOut);
  const firstIn = samples.find(
    (sample, index) => index > lastOutIndex && sample.at >= lastOut && isGoodSample(sample),
  );
  const outAgain = outRuns(evidence, direction).find((run) => run.from > lastOut)?.from ?? Infinity;
  const inTime = firstIn !== undefined && firstIn.at <= outAgain && !isOut(firstIn, direction);
  return inTime ? firstIn.at : recovery.from;
}

/** Area beyond the limit of all measured time that touches the excursion, in degree-milliseconds. */
function areaWithin(excursion: Interval, direction: Direction, evidence: Evidence): number {
  let area = 0;
  for (const part of evidence.parts.filter(isMeasured)) {
    const limit = direction.limit(part.profile);
    const span = beyond(part, direction, limit);
    if (span === null || span.to < excursion.from || span.from > excursion.to) continue;
    area += areaDegreeMs(part, direction, limit);
  }
  return area;
}

/**
 * "Excursion (unmonitored): adjoining unknown segments together longer than `unmonitoredAfter`. Its held interval is its own `start`
 * to `end`, `unknownMs` its length, `outMs` 0, the proven-good instants and the extreme null."
 */
function unmonitoredExcursions(evidence: Evidence, rules: ProbeRules): ExcursionFigures[] {
  const last = evidence.samples.at(-1);
  const silent = evidence.trailing?.kind === "unknown" || (last !== undefined && !isGoodSample(last));
  return unknownTime(evidence)
    .filter((gap) => lengthMs(gap) > ruleAt(rules.profiles, gap.from).unmonitoredAfter)
    .map((gap) => ({
      side: "unmonitored",
      start: gap.from,
      end: silent && last !== undefined && gap.to >= last.at ? null : gap.to,
      provenGoodBefore: null,
      provenGoodAfter: null,
      outMs: 0,
      unknownMs: lengthMs(gap),
      extremeCelsius: null,
      degreeMinutes: 0,
      critical: false,
    }));
}
