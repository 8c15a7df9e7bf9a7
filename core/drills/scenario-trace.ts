import type { Profile } from "../site/profile.ts";
import { type DurationMs, minuteMs } from "../time/millis.ts";
import type { DrillScenario, TraceReading } from "./trace.ts";

/** How far a temperature goes beyond its critical limit in the end, and beyond the limit where there is no critical one; degrees Celsius. */
const beyondCritical = 1;
const beyondLimit = 4;

/** How far from its limits a probe with only one of them stands at first; degrees Celsius. */
const insideOne = 2;

/** What an appliance that fails gains or loses in a minute, degrees Celsius. */
const failurePerMinute = 0.5;

/**
 * The readings of a scenario, made to fit a profile: each begins in range and is out of it after one step, because a drill runs in real time. Null where the profile has no limit on that side.
 */
export function scenarioTrace(
  scenario: DrillScenario,
  profile: Profile,
  lengthMs: DurationMs,
): readonly TraceReading[] | null {
  const stepMs = Math.max(Math.min(minuteMs, Math.floor(profile.maxGap / 2)), 1);
  const steps = Math.floor(lengthMs / stepMs) + 1;
  const start = startOf(profile);
  const course = courseOf(scenario, profile, start, stepMs / minuteMs);
  if (course === null) return null;
  const readings = Array.from({ length: steps }, (_, step): TraceReading => {
    const afterMs = step * stepMs;
    const said = step === 0 ? start : course(step);
    if (said === null) return { afterMs, fault: "open" };
    // A sensor that shows one value for long is taken for stuck.
    const ripple = step % 2 === 0 ? 0 : 0.04;
    return { afterMs, celsius: Math.round((said - ripple) * 100) / 100 };
  });
  return scenario === "silent" ? readings.slice(0, 1) : readings;
}

/** Where a temperature stands at first. */
function startOf({ low, high }: Profile): number {
  if (low !== null && high !== null) return (low + high) / 2;
  if (high !== null) return high - insideOne;
  return low === null ? 0 : low + insideOne;
}

/** What is said at each step from the first; null for a fault. */
function courseOf(
  scenario: DrillScenario,
  profile: Profile,
  start: number,
  minutes: number,
): ((step: number) => number | null) | null {
  switch (scenario) {
    case "too-warm":
    case "too-cold": {
      const sign = scenario === "too-warm" ? 1 : -1;
      const limit = scenario === "too-warm" ? profile.high : profile.low;
      const critical = scenario === "too-warm" ? profile.criticalHigh : profile.criticalLow;
      if (limit === null) return null;
      const end = critical === null ? limit + sign * beyondLimit : critical + sign * beyondCritical;
      const most = Math.abs(end - limit);
      return (step) => limit + sign * Math.min(failurePerMinute * (1 + (step - 1) * minutes), most);
    }
    case "door-open": {
      const { high, criticalHigh } = profile;
      if (high === null) return null;
      return () => high + (criticalHigh === null ? 1.5 : Math.min(1.5, (criticalHigh - high) / 2));
    }
    case "probe-broken":
      return () => null;
    case "silent":
      return () => start;
  }
}
