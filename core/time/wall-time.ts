import { dayMs, type EpochMs, hourMs, minuteMs, secondMs } from "./millis.ts";

/**
 * What the time of a clock on the wall comes to. `skipped`: the clocks were set forward over it, it never was. `ambiguous`: they were set back, it was
 * twice. `invalid`: it is no time.
 */
export type WallInstant =
  | { readonly ok: true; readonly at: EpochMs }
  | { readonly ok: false; readonly why: "skipped" | "ambiguous" | "invalid" };

/** Tells the instants of local times in one zone. */
export interface WallClock {
  readonly timeZone: string;
  /** Reads `2026-10-25T02:30`, with seconds and fractions (cut at the millisecond) where given, with `T` or a space. */
  readonly instant: (text: string) => WallInstant;
}

/** Days whose offset is remembered; all are forgotten beyond it. A file of movements has days by the hundred. */
const rememberedDaysMax = 4_096;

const wallForm = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?$/;

/** Makes the clock of a zone that the machine knows, by its IANA name. Days without a change of offset are reckoned without Temporal's cost. */
export function makeWallClock(timeZone: string): WallClock {
  const days = new Map<string, PlainDay | null>();
  const dayOf = (text: string): PlainDay | null => {
    const known = days.get(text);
    if (known !== undefined) return known;
    if (days.size >= rememberedDaysMax) days.clear();
    const day = plainDay(text, timeZone);
    days.set(text, day);
    return day;
  };
  return {
    timeZone,
    instant: (text) => {
      const [, date, hour, minute, second = "0", fraction = "0"] = wallForm.exec(text) ?? [];
      if (date === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59)
        return { ok: false, why: "invalid" };
      const day = dayOf(date);
      if (day === null) return { ok: false, why: "invalid" };
      const ofDay = Number(hour) * hourMs + Number(minute) * minuteMs + Number(second) * secondMs;
      const wallMs = day.utcMs + ofDay + Number(fraction.slice(0, 3).padEnd(3, "0"));
      if (day.offsetMs !== null) return { ok: true, at: wallMs - day.offsetMs };
      return onChangingDay(wallMs, timeZone);
    },
  };
}

interface PlainDay {
  /** Midnight of that date in UTC. */
  readonly utcMs: EpochMs;
  /** The zone's offset all that day; null where it changes on it or near it. */
  readonly offsetMs: number | null;
}

function plainDay(text: string, timeZone: string): PlainDay | null {
  try {
    const utcMs = Temporal.PlainDateTime.from(text).toZonedDateTime("UTC").epochMilliseconds;
    // No zone is further than 26 hours from UTC, so all of the local day lies inside.
    const start = Temporal.Instant.fromEpochMilliseconds(utcMs - 26 * hourMs).toZonedDateTimeISO(timeZone);
    const change = start.getTimeZoneTransition("next")?.epochMilliseconds ?? Number.POSITIVE_INFINITY;
    return { utcMs, offsetMs: change > utcMs + dayMs + 26 * hourMs ? start.offsetNanoseconds / 1e6 : null };
  } catch {
    return null;
  }
}

function onChangingDay(wallMs: number, timeZone: string): WallInstant {
  const wall = Temporal.Instant.fromEpochMilliseconds(wallMs).toZonedDateTimeISO("UTC").toPlainDateTime();
  const earlier = wall.toZonedDateTime(timeZone, { disambiguation: "earlier" });
  const later = wall.toZonedDateTime(timeZone, { disambiguation: "later" });
  if (earlier.epochMilliseconds === later.epochMilliseconds)
    return { ok: true, at: earlier.epochMilliseconds };
  return { ok: false, why: earlier.toPlainDateTime().equals(wall) ? "ambiguous" : "skipped" };
}
