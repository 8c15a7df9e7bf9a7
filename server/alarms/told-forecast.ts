import { type Forecast, forecast, trendMs, usualMs } from "@coldkeep/core/forecast/forecast.ts";
import { ruleAt } from "@coldkeep/core/site/profile.ts";
import { type DurationMs, type EpochMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import type { ExpectedAt, ToldAlarm } from "@coldkeep/core/wording/written.ts";
import type { RecentReadings } from "../history/history.ts";
import type { ProbeMemory } from "../judging/probe-memory.ts";

/** Messages tell of no limit that is further ahead: how far off forecasts are is in docs/forecast.md. Unit ms. */
export const toldAheadMs: DurationMs = 30 * minuteMs;

/** Messages tell of no forecast whose span is longer. Unit ms. */
export const toldSpanMs: DurationMs = 60 * minuteMs;

/** Most alarms of one call for which it is forecast: a message about more names no time for each. */
export const forecastAlarmsMax = 20;

/** What the forecast of a probe is made from: its memory and its latest readings as they stand on record. */
export interface ForecastSource {
  readonly probe: (id: string) => ProbeMemory | undefined;
  readonly recent: RecentReadings;
  /** True while the probe and its pair are known to disagree. */
  readonly isInDoubt: (memory: ProbeMemory) => boolean;
}

/** When a probe reaches a limit, from its readings on record up to `at`; null where nothing is forecast. */
export type ForecastProbe = (probe: string, at: EpochMs) => Forecast | null;

/** Makes the forecast on the records. The same records give the same forecast, so a replay writes the same messages. */
export function makeForecastProbe({ probe, recent, isInDoubt }: ForecastSource): ForecastProbe {
  return (id, at) => {
    const memory = probe(id);
    if (memory === undefined || isInDoubt(memory)) return null;
    return forecast(recent(memory, at - trendMs - usualMs, at), ruleAt(memory.probe.rules.profiles, at), at);
  };
}

/** When an alarm's temperature is expected at its limit, where that is near and certain enough to be told; null elsewhere. */
export function expectedAt(
  { probe, figures, about }: Pick<ToldAlarm, "probe" | "figures" | "about">,
  foretell: ForecastProbe,
  at: EpochMs,
): ExpectedAt | null {
  if (figures?.of !== "temperature-warning" || probe === null || about === "return") return null;
  const found = foretell(probe, at);
  if (found === null || found.side !== figures.side) return null;
  const { earliest, latest } = found;
  const isTold = found.at - at <= toldAheadMs && latest - earliest <= toldSpanMs;
  return isTold ? { at: found.at, earliest, latest } : null;
}
