import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";
import { type Appliance, appliance, type Remembered } from "./appliance.ts";
import type { ApplianceSettings } from "../settings.ts";

/** How far back a device's stored past goes, and how fine it is. */
export interface HistoryOptions {
  readonly historyMs: DurationMs;
  readonly historyIntervalMs: DurationMs;
}

/**
 * An appliance with its stored past up to `now`: the device started `historyMs` ago, or when it last sampled if that is later, and
 * has sampled at each interval since. What its ring cannot hold is overwritten, as in life.
 */
export function applianceWithPast(
  settings: ApplianceSettings,
  seed: number,
  now: EpochMs,
  remembered: Remembered | null,
  options: HistoryOptions,
): Appliance {
  const since = Math.max(now - options.historyMs, remembered?.lastSampleAt ?? -Infinity);
  const bootAt = Math.min(now, since);
  const made = appliance(settings, seed, bootAt, remembered);
  for (let at = bootAt + options.historyIntervalMs; at < now; at += options.historyIntervalMs) {
    made.runTo(at);
    made.sample(at);
  }
  made.runTo(now);
  return made;
}
