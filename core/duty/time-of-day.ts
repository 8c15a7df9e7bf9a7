import type { EpochMs } from "../time/millis.ts";

/**
 * The first instant after `at` at which clocks of a zone show a time of day such as `07:30`. On a night on which clocks skip it, the time that follows as much later; where they show it
 * twice, the first.
 */
export function nextTimeOfDay(at: EpochMs, timeOfDay: string, timeZone: string): EpochMs {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
  for (let days = 0; days <= 2; days += 1) {
    const due = local
      .toPlainDate()
      .add({ days })
      .toZonedDateTime({ timeZone, plainTime: timeOfDay }).epochMilliseconds;
    if (due > at) return due;
  }
  throw new RangeError(`no ${timeOfDay} in ${timeZone} within two days`);
}
