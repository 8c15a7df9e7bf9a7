import type { DurationMs, EpochMs } from "../time/millis.ts";

/**
 * The first instant at which clocks of a zone show a time of a day, or a later one: where they skip it, the instant at which they are set forward; where they show
 * it twice, the first. So times in order become instants in order, and what ends at a time ends exactly where the next begins.
 */
export function firstInstant(date: Temporal.PlainDate, time: string, timeZone: string): EpochMs {
  const wall = date.toPlainDateTime(time);
  const earlier = wall.toZonedDateTime(timeZone, { disambiguation: "earlier" });
  if (earlier.toPlainDateTime().equals(wall)) return earlier.epochMilliseconds;
  return (earlier.getTimeZoneTransition("next") ?? earlier).epochMilliseconds;
}

/** The date that clocks of a zone show at an instant. */
export function dateAt(at: EpochMs, timeZone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate();
}

/** An instant at which clocks of a zone are set, and by how much: forward where positive. */
export interface ClockChange {
  readonly at: EpochMs;
  readonly byMs: DurationMs;
}

/** The instants between two others, the first included, at which clocks of a zone are set, in order. */
export function clockChanges(from: EpochMs, to: EpochMs, timeZone: string): ClockChange[] {
  const changes: ClockChange[] = [];
  const zoned = (at: EpochMs): Temporal.ZonedDateTime =>
    Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
  for (let next = zoned(from - 1).getTimeZoneTransition("next"); next !== null;) {
    const at = next.epochMilliseconds;
    if (at >= to) break;
    const byMs = Math.round((next.offsetNanoseconds - zoned(at - 1).offsetNanoseconds) / 1_000_000);
    if (byMs !== 0) changes.push({ at, byMs });
    next = next.getTimeZoneTransition("next");
  }
  return changes;
}
