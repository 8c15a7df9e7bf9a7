import type { Interval } from "../engine/line.ts";
import type { EpochMs } from "../time/millis.ts";

/** A calendar month or year that a report is about. */
export interface Period {
  readonly kind: "month" | "year";
  readonly year: number;
  /** 1 to 12; 0 for a year. */
  readonly month: number;
}

/** The first and last year of which a report can be made. */
export const periodYears = { first: 1970, last: 9998 } as const;

const names = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** Reads `2026-11` or `2026`; null for anything else. */
export function parsePeriod(text: string): Period | null {
  const found = /^(\d{4})(?:-(0[1-9]|1[0-2]))?$/.exec(text);
  if (found === null) return null;
  const year = Number(found[1]);
  if (year < periodYears.first || year > periodYears.last) return null;
  return found[2] === undefined
    ? { kind: "year", year, month: 0 }
    : { kind: "month", year, month: Number(found[2]) };
}

/** The period as `parsePeriod` reads it. */
export function periodText({ kind, year, month }: Period): string {
  const text = String(year).padStart(4, "0");
  return kind === "year" ? text : `${text}-${String(month).padStart(2, "0")}`;
}

/** The period in words: `November 2026`, `Year 2026`. */
export function periodTitle({ kind, year, month }: Period): string {
  return kind === "year" ? `Year ${year}` : `${names[month - 1] ?? ""} ${year}`;
}

/** From when until when the period lasts by the clocks of a time zone (an IANA name): from the first midnight to that after its last day. */
export function periodWindow(period: Period, timeZone: string): Interval {
  return { from: startOf(period, timeZone), to: startOf(next(period), timeZone) };
}

/** The newest month and the newest year that are over at an instant, by the clocks of a time zone. */
export function endedPeriods(
  at: EpochMs,
  timeZone: string,
): { readonly month: Period; readonly year: Period } {
  const { year, month } = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
  return {
    month:
      month === 1 ? { kind: "month", year: year - 1, month: 12 } : { kind: "month", year, month: month - 1 },
    year: { kind: "year", year: year - 1, month: 0 },
  };
}

function next({ kind, year, month }: Period): Period {
  if (kind === "year" || month === 12) return { kind, year: year + 1, month: kind === "year" ? 0 : 1 };
  return { kind, year, month: month + 1 };
}

function startOf({ year, month }: Period, timeZone: string): EpochMs {
  return Temporal.PlainDate.from({ year, month: Math.max(1, month), day: 1 }).toZonedDateTime(timeZone)
    .epochMilliseconds;
}
