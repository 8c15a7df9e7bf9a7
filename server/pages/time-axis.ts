import { dayMs, hourMs, minuteMs, type EpochMs } from "@coldkeep/core/time/millis.ts";
import { siteTime } from "./site-time.ts";

const stepsMs = [1, 2, 5, 10, 15, 30].map((minutes) => minutes * minuteMs);
const longStepsMs = [1, 2, 3, 6, 12, 24, 48, 96, 192].map((hours) => hours * hourMs);

/** One line of a time axis: where it stands and what it says. */
export interface TimeTick {
  readonly at: EpochMs;
  readonly text: string;
}

/** Round instants of the site's own clock inside a window, at most `most`; days by their date, the rest by the time. */
export function timeTicks(from: EpochMs, to: EpochMs, timeZone: string, most: number): TimeTick[] {
  const time = siteTime(timeZone);
  const step = [...stepsMs, ...longStepsMs].find((size) => (to - from) / size <= most) ?? 384 * hourMs;
  const midnight = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(timeZone).startOfDay();
  const ticks: TimeTick[] = [];
  for (let at = midnight.epochMilliseconds; at <= to; at += step) {
    if (at < from) continue;
    const text = time.clock(at).slice(0, 5);
    ticks.push({ at, text: step >= dayMs || text === "00:00" ? (time.short(at).split(",")[0] ?? "") : text });
  }
  return ticks;
}
