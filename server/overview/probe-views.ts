import { activeEpisode } from "@coldkeep/core/engine/probe-state.ts";
import { isUnknownAfter } from "@coldkeep/core/engine/judge.ts";
import { downsample } from "@coldkeep/core/readings/downsample.ts";
import { type GoodReading, isGood, type Reading } from "@coldkeep/core/readings/reading.ts";
import { ruleAt } from "@coldkeep/core/site/profile.ts";
import { type EpochMs, hourMs } from "@coldkeep/core/time/millis.ts";
import type { Services } from "../http/services.ts";
import type { ProbeMemory } from "../judging/probe-memory.ts";
import { forecastLooksBackMs, forecastOf, isInDoubt } from "./forecast-views.ts";
import type { CurveView, LimitsView, ProbeView, Standing } from "../pages/views.ts";

/** How far back a sparkline looks. */
export const sparkMs = 2 * hourMs;

/** Most points of a sparkline, breaks included. */
export const sparkPointsMax = 120;

/** Most points of a curve on a page or in a report; extremes survive the thinning. */
export const curvePointsMax = 3_000;

/** The limits in force at an instant. */
export function limitsAt(memory: ProbeMemory, at: EpochMs): LimitsView {
  const { low, high, criticalLow, criticalHigh } = ruleAt(memory.probe.rules.profiles, at);
  return { low, high, criticalLow, criticalHigh };
}

/** How a probe stands now: what its latest reading says as long as that still holds. */
export function standingOf(memory: ProbeMemory, now: EpochMs): Standing {
  const { state, probe } = memory;
  if (state.last === null) return "none";
  if (isUnknownAfter(state, probe.rules, now) || state.last.celsius === null) return "unknown";
  if (activeEpisode(state, "high")?.out === true) return "high";
  if (activeEpisode(state, "low")?.out === true) return "low";
  return "in";
}

/** A probe as the board shows it. */
export function probeView(services: Services, memory: ProbeMemory, now: EpochMs): ProbeView {
  const { last } = memory.state;
  const latest: Reading | null =
    last === null
      ? null
      : last.celsius === null
        ? { at: last.at, fault: last.fault ?? "unspecified" }
        : { at: last.at, celsius: last.celsius };
  const standing = standingOf(memory, now);
  const recent = services.recent(memory, now - forecastLooksBackMs, now);
  return {
    id: memory.probe.id,
    kind: memory.probe.kind,
    standing,
    latest,
    limits: limitsAt(memory, now),
    spark: spark(
      recent.filter(({ at }) => at >= now - sparkMs),
      memory,
      now,
    ),
    forecast: standing === "in" ? forecastOf(memory, recent, now) : null,
    inDoubt: isInDoubt(services, memory),
  };
}

/** Thins to the coldest and the warmest of each stretch of time; a fault or a gap leaves a break. */
function spark(readings: readonly Reading[], memory: ProbeMemory, now: EpochMs): [EpochMs, number | null][] {
  const { maxGap } = ruleAt(memory.probe.rules.profiles, now);
  const bucketMs = sparkMs / (sparkPointsMax / 4);
  const points: [EpochMs, number | null][] = [];
  let bucket: GoodReading[] = [];
  let previous: Reading | null = null;
  const empty = (): void => {
    points.push(...extremes(bucket));
    bucket = [];
  };
  for (const reading of readings) {
    const first = bucket[0];
    if (first !== undefined && Math.floor(reading.at / bucketMs) !== Math.floor(first.at / bucketMs)) empty();
    if (previous !== null && reading.at - previous.at > maxGap) {
      empty();
      points.push([previous.at + 1, null]);
    }
    if (isGood(reading)) bucket.push(reading);
    else {
      empty();
      points.push([reading.at, null]);
    }
    previous = reading;
  }
  empty();
  return points.slice(-sparkPointsMax);
}

function extremes(bucket: readonly GoodReading[]): [EpochMs, number][] {
  const [first] = bucket;
  if (first === undefined) return [];
  const coldest = bucket.reduce((best, each) => (each.celsius < best.celsius ? each : best), first);
  const warmest = bucket.reduce((best, each) => (each.celsius > best.celsius ? each : best), first);
  const latest = bucket[bucket.length - 1] ?? first;
  return [...new Set([coldest, warmest, latest])]
    .sort((a, b) => a.at - b.at)
    .map((each): [EpochMs, number] => [each.at, each.celsius]);
}

/** The curve of a probe over a window. */
export async function curveView(
  services: Services,
  memory: ProbeMemory,
  from: EpochMs,
  to: EpochMs,
): Promise<CurveView> {
  const readings = await services.history.readings(memory, from, to);
  const { maxGap } = ruleAt(memory.probe.rules.profiles, to);
  const thinned = downsample(readings, curvePointsMax);
  const stretch = readings.length > curvePointsMax ? ((to - from) / curvePointsMax) * 4 : 0;
  return {
    probe: memory.probe.id,
    from,
    to,
    readings: thinned,
    maxGapMs: maxGap + Math.ceil(stretch),
    limits: limitsAt(memory, to),
  };
}
