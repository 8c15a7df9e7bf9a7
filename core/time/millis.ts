/**
 * Time as the whole platform counts it: integer milliseconds of UTC since 1970. Local time exists only where a person reads it.
 */

/** A wall-clock instant in integer milliseconds of UTC since 1970-01-01T00:00:00Z. */
export type EpochMs = number;

/** A length of time in integer milliseconds, at least 0. */
export type DurationMs = number;

/** A second in milliseconds. */
export const secondMs = 1_000;
/** A minute in milliseconds. */
export const minuteMs = 60_000;
/** An hour in milliseconds. */
export const hourMs = 3_600_000;
/** A day of 24 hours in milliseconds. */
export const dayMs = 86_400_000;

const rfc3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/**
 * Reads an RFC 3339 timestamp. Fractions finer than a millisecond are cut off.
 * Returns null where the text is not such a timestamp or names a date that does not exist.
 */
export function parseInstant(text: string): EpochMs | null {
  const quick = parseCanonical(text);
  if (quick !== null) return quick;
  if (!rfc3339.test(text)) return null;
  try {
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch {
    return null;
  }
}

const daysBefore = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/**
 * The form that gateways write, `2026-11-22T02:10:00.000Z`, read without the cost of the general way: a batch holds thousands. Days past the
 * 28th are left to the general way, which knows the months' lengths.
 */
function parseCanonical(text: string): EpochMs | null {
  if (text.length !== 24 || text[10] !== "T" || text[19] !== "." || text[23] !== "Z") return null;
  if (text[4] !== "-" || text[7] !== "-" || text[13] !== ":" || text[16] !== ":") return null;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = digits(text, 17, 2);
  const millisecond = digits(text, 20, 3);
  if (!(year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= 28)) return null;
  if (!(hour <= 23 && minute <= 59 && second <= 59 && millisecond <= 999)) return null;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const earlier = year - 1;
  const leapDays = Math.floor(earlier / 4) - Math.floor(earlier / 100) + Math.floor(earlier / 400) - 477;
  const dayOfYear = (daysBefore[month - 1] ?? 0) + day - 1 + (isLeap && month > 2 ? 1 : 0);
  const days = (year - 1970) * 365 + leapDays + dayOfYear;
  return days * dayMs + hour * hourMs + minute * minuteMs + second * secondMs + millisecond;
}

/** The number that `length` ASCII digits spell; NaN where one of them is none. */
function digits(text: string, from: number, length: number): number {
  let value = 0;
  for (let index = from; index < from + length; index += 1) {
    const digit = text.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** Writes an instant as RFC 3339 UTC with three decimals, e.g. `2026-11-22T02:10:00.000Z`. */
export function formatInstant(at: EpochMs): string {
  if (at < firstPlainMs || at >= endPlainMs)
    return Temporal.Instant.fromEpochMilliseconds(at).toString({ smallestUnit: "millisecond" });
  const day = Math.floor(at / dayMs);
  const rest = at - day * dayMs;
  const hour = Math.floor(rest / hourMs);
  const minute = Math.floor(rest / minuteMs) % 60;
  const second = Math.floor(rest / secondMs) % 60;
  return `${dateText(day)}T${two(hour)}:${two(minute)}:${two(second)}.${String(rest % secondMs).padStart(3, "0")}Z`;
}

/** The years 1970 to 9999, in which arithmetic takes a tenth of Temporal's time: reports and batches write instants by the ten thousand. */
const firstPlainMs: EpochMs = 0;
const endPlainMs: EpochMs = 253_402_300_800_000;

/** The date of a day counted from 1970-01-01 in the Gregorian calendar, whose eras of 400 years have 146,097 days; years begin in March, so that the leap day ends them. */
function dateText(day: number): string {
  const sinceMarch = day + 719_468;
  const era = Math.floor(sinceMarch / 146_097);
  const dayOfEra = sinceMarch - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const dayOfMonth = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${year}-${two(month)}-${two(dayOfMonth)}`;
}

function two(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}

const durationUnits: Readonly<Record<string, number>> = {
  ms: 1,
  s: secondMs,
  m: minuteMs,
  h: hourMs,
  d: dayMs,
};

/**
 * Reads a duration as configuration files write it: `90s`, `5m`, `1h30m`, `2d`, `250ms`.
 * Returns null for anything else, also for a bare number: a duration always says its unit.
 */
export function parseDuration(text: string): DurationMs | null {
  if (!/^(\d+(ms|d|h|m|s))+$/.test(text)) return null;
  let total = 0;
  for (const [, digits = "", unit = ""] of text.matchAll(/(\d+)(ms|d|h|m|s)/g)) {
    total += Number(digits) * (durationUnits[unit] ?? 0);
  }
  return Number.isSafeInteger(total) ? total : null;
}

/** Writes a duration for people: `45 s`, `12 min`, `3 h 05 min`, `2 d 4 h`. Rounds down to the unit shown. */
export function formatDuration(length: DurationMs): string {
  const seconds = Math.floor(length / secondMs);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    return seconds % 60 === 0 || minutes >= 10 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, "0")} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
