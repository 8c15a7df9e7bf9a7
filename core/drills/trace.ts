import type { Fault, Reading } from "../readings/reading.ts";
import type { ProbeRules } from "../site/profile.ts";
import { type DurationMs, type EpochMs, hourMs } from "../time/millis.ts";

/** What a drill can play without anything on record: each made to fit the limits of the probe that it is played on. */
export const drillScenarios = ["too-warm", "door-open", "too-cold", "probe-broken", "silent"] as const;

/** One of the scenarios. */
export type DrillScenario = (typeof drillScenarios)[number];

/** One reading of a trace, so long after the drill began; temperatures as they are judged, calibration included. */
export type TraceReading =
  | { readonly afterMs: DurationMs; readonly celsius: number }
  | { readonly afterMs: DurationMs; readonly fault: Fault };

/** What a drill plays: a scenario, or what a probe once recorded. */
export type DrillTrace =
  | { readonly kind: "scenario"; readonly scenario: DrillScenario }
  | {
      readonly kind: "recorded";
      readonly probe: string;
      readonly from: EpochMs;
      readonly to: EpochMs;
      readonly readings: readonly TraceReading[];
    };

/** Longest time that a drill lasts. */
export const drillLengthMaxMs: DurationMs = 4 * hourMs;

/** Most readings of a recorded piece; a longer one is refused. */
export const traceReadingsMax = 1_000;

/** A piece of a probe's past as a trace: what it showed, calibrated, shifted to begin with the drill. */
export function recordedTrace(
  probe: string,
  from: EpochMs,
  to: EpochMs,
  readings: readonly Reading[],
): Extract<DrillTrace, { kind: "recorded" }> {
  const shifted = readings.map((reading): TraceReading => {
    const afterMs = reading.at - from;
    return "celsius" in reading ? { afterMs, celsius: reading.celsius } : { afterMs, fault: reading.fault };
  });
  return { kind: "recorded", probe, from, to, readings: shifted };
}

/** The rules by which a trace is judged: those of the probe, but its temperatures are calibrated already. */
export function rulesOfTrace({ profiles }: ProbeRules): ProbeRules {
  return { profiles, offsets: [{ from: 0, rule: 0 }] };
}

/** A trace's reading in its place in time. */
export function placedReading(reading: TraceReading, startedAt: EpochMs): Reading {
  const at = startedAt + reading.afterMs;
  return "celsius" in reading ? { at, celsius: reading.celsius } : { at, fault: reading.fault };
}
