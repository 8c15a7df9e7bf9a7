import { hourMs, minuteMs, secondMs, type DurationMs, type EpochMs } from "@coldkeep/core/time/millis.ts";

/** Writes instants as people at a site read them. Where the clock was put back, so that an hour came twice, the offset is added. */
export interface SiteTime {
  /** `14:05` */
  readonly clock: (at: EpochMs) => string;
  /** `22 Nov, 14:05` */
  readonly short: (at: EpochMs) => string;
  /** `22 Nov, 14:05:09` */
  readonly shortSeconds: (at: EpochMs) => string;
  /** `22 Nov 2026, 14:05` */
  readonly minute: (at: EpochMs) => string;
  /** `22 Nov 2026, 14:05:09` */
  readonly full: (at: EpochMs) => string;
  /** The second of two instants, without its date where that is the first one's: `14:05:09`. */
  readonly fullAfter: (first: EpochMs, second: EpochMs) => string;
  /** `Europe/Brussels (UTC+1)` as it is at that instant. */
  readonly zone: (at: EpochMs) => string;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Makes the writer for a time zone (an IANA name). */
export function siteTime(timeZone: string): SiteTime {
  const read = (at: EpochMs): Temporal.ZonedDateTime =>
    Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
  const write =
    (text: (time: Temporal.ZonedDateTime) => string) =>
    (at: EpochMs): string => {
      const time = read(at);
      return cameTwice(time) ? `${text(time)} (${offset(time)})` : text(time);
    };
  const full = write((time) => `${day(time)} ${time.year}, ${clock(time)}:${two(time.second)}`);
  return {
    clock: write(clock),
    short: write((time) => `${day(time)}, ${clock(time)}`),
    shortSeconds: write((time) => `${day(time)}, ${clock(time)}:${two(time.second)}`),
    minute: write((time) => `${day(time)} ${time.year}, ${clock(time)}`),
    full,
    fullAfter: (first, second) =>
      read(first).toPlainDate().equals(read(second).toPlainDate())
        ? full(second).slice(full(second).indexOf(",") + 2)
        : full(second),
    zone: (at) => `${timeZone} (${offset(read(at))})`,
  };
}

function cameTwice(time: Temporal.ZonedDateTime): boolean {
  const local = time.toPlainDateTime();
  const at = (disambiguation: "earlier" | "later"): EpochMs =>
    local.toZonedDateTime(time.timeZoneId, { disambiguation }).epochMilliseconds;
  return at("earlier") !== at("later");
}

function offset(time: Temporal.ZonedDateTime): string {
  return time.offset === "+00:00"
    ? "UTC"
    : `UTC${time.offset.replace("-", "−").replace(/^(.)0/, "$1").replace(":00", "")}`;
}

/** Writes a day such as `2026-11-22` as people read it: `22 Nov 2026`. */
export function dayText(isoDay: string): string {
  const { day: date, month, year } = Temporal.PlainDate.from(isoDay);
  return `${date} ${months[month - 1] ?? ""} ${year}`;
}

const two = (count: number): string => String(count).padStart(2, "0");
const day = (time: Temporal.ZonedDateTime): string => `${time.day} ${months[time.month - 1] ?? ""}`;
const clock = (time: Temporal.ZonedDateTime): string => `${two(time.hour)}:${two(time.minute)}`;

/** Writes a length of time to the second: `45 s`, `12 min 30 s`, `3 h 05 min 09 s`, `2 d 04 h 00 min 00 s`. A lower bound is rounded down, an upper bound up. */
export function exactly(length: DurationMs, rounding: "down" | "up" = "down"): string {
  const seconds = (rounding === "down" ? Math.floor : Math.ceil)(length / secondMs);
  if (seconds < 60) return `${seconds} s`;
  const parts = [
    `${Math.floor(seconds / 86_400)} d`,
    `${two(Math.floor(seconds / 3_600) % 24)} h`,
    `${two(Math.floor(seconds / 60) % 60)} min`,
    `${two(seconds % 60)} s`,
  ];
  const first = seconds < 3_600 ? 2 : seconds < 86_400 ? 1 : 0;
  return parts
    .slice(first)
    .join(" ")
    .replace(/^0/, "")
    .replace(/ 00 s$/, "");
}

/** Writes how long ago something was, coarsely enough to be read in passing: `40 s ago`, `3 min ago`, `5 h ago`, `2 d ago`. */
export function ago(length: DurationMs): string {
  if (length < secondMs) return "just now";
  if (length < minuteMs) return `${Math.floor(length / secondMs)} s ago`;
  if (length < hourMs) return `${Math.floor(length / minuteMs)} min ago`;
  if (length < 48 * hourMs) return `${Math.floor(length / hourMs)} h ago`;
  return `${Math.floor(length / (24 * hourMs))} d ago`;
}
