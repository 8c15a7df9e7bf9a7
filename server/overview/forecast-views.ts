import { type Forecast, forecast, trendMs, usualMs } from "@coldkeep/core/forecast/forecast.ts";
import type { Reading } from "@coldkeep/core/readings/reading.ts";
import { ruleAt } from "@coldkeep/core/site/profile.ts";
import { type DurationMs, type EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Services } from "../http/services.ts";
import type { ProbeMemory } from "../judging/probe-memory.ts";

/** How far back a forecast looks. */
export const forecastLooksBackMs: DurationMs = trendMs + usualMs;

/** When a probe that is in range reaches a limit at this rate; null where nothing heads for one. */
export function forecastOf(memory: ProbeMemory, readings: readonly Reading[], now: EpochMs): Forecast | null {
  return forecast(readings, ruleAt(memory.probe.rules.profiles, now), now);
}

/** True while a probe and its pair are known to disagree, whichever of the two the alarm is about. */
export function isInDoubt(services: Pick<Services, "alarms" | "engine">, { probe }: ProbeMemory): boolean {
  return services.alarms.underWay().some(({ kind, state, subject }) => {
    if (kind !== "probe-disagreement" || !state.condition) return false;
    return subject === probe.id || services.engine.probe(subject)?.probe.pair?.with === probe.id;
  });
}
