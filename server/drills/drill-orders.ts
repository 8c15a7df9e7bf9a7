import {
  type DrillTrace,
  drillLengthMaxMs,
  recordedTrace,
  traceReadingsMax,
} from "@coldkeep/core/drills/trace.ts";
import type { DrillScenario } from "@coldkeep/core/drills/trace.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { type EpochMs, formatDuration } from "@coldkeep/core/time/millis.ts";
import type { Services } from "../http/services.ts";

/** What somebody wants a drill to play. */
export type WantedTrace =
  | { readonly scenario: DrillScenario }
  | { readonly probe: string; readonly from: EpochMs; readonly to: EpochMs };

/**
 * The trace that somebody wants, with its readings where it is a piece of the past. Throws `drill.probe-unknown` for a probe that the site has not, and `drill.trace-unfit` for a piece that is
 * empty, too long or in the future.
 */
export async function traceOf(
  { engine, history, clock }: Pick<Services, "engine" | "history" | "clock">,
  wanted: WantedTrace,
): Promise<DrillTrace> {
  if ("scenario" in wanted) return { kind: "scenario", scenario: wanted.scenario };
  const { probe, from, to } = wanted;
  const memory = engine.probe(probe);
  if (memory === undefined) throw new CodedError("drill.probe-unknown", `The site has no probe "${probe}".`);
  const unfit = (why: string): CodedError =>
    new CodedError("drill.trace-unfit", `This piece of the past of "${probe}" cannot be played: ${why}.`);
  if (to <= from) throw unfit("it ends before it begins");
  if (to > clock.epochMs()) throw unfit("it is not over yet");
  if (to - from > drillLengthMaxMs) throw unfit(`it is longer than ${formatDuration(drillLengthMaxMs)}`);
  const readings = await history.readings(memory, from, to);
  if (readings.length === 0) throw unfit("there is no reading in it");
  if (readings.length > traceReadingsMax)
    throw unfit(`it has ${readings.length} readings, and at most ${traceReadingsMax} can be played`);
  return recordedTrace(probe, from, to, readings);
}
