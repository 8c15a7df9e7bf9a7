import { type DurationMs, type EpochMs, hourMs, minuteMs } from "../time/millis.ts";
import type { Words } from "./words.ts";

/** A temperature as a language writes it, e.g. `7,4 °C`. */
export function celsiusText(celsius: number, { decimal }: Words): string {
  const rounded = Math.round(celsius * 10) / 10 + 0;
  return `${rounded.toFixed(1).replace("-", "−").replace(".", decimal)} °C`;
}

/** A length of time in two units at most, rounded down; less than a minute is said so. */
export function durationText(length: DurationMs, { units, lessThan }: Words): string {
  const minutes = Math.floor(Math.max(length, 0) / minuteMs);
  if (minutes < 1) return lessThan(`1 ${units.minute}`);
  if (minutes < 60) return `${minutes} ${units.minute}`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} ${units.hour} ${String(minutes % 60).padStart(2, "0")} ${units.minute}`;
  return `${Math.floor(hours / 24)} ${units.day} ${hours % 24} ${units.hour}`;
}

/** A wall-clock time as short as it is clear: the day only where it is not that of `now`. */
export function timeText(at: EpochMs, now: EpochMs, timeZone: string, { locale }: Words): string {
  const time = formatter(locale, timeZone, "time").format(at);
  const day = formatter(locale, timeZone, "day");
  return day.format(at) === day.format(now) ? time : `${day.format(at)} ${time}`;
}

/** A wall-clock time to the second with its date, e.g. `22 Nov 2026 02:10:05`. */
export function fullTimeText(at: EpochMs, timeZone: string, { locale }: Words): string {
  return `${formatter(locale, timeZone, "date").format(at)} ${formatter(locale, timeZone, "seconds").format(at)}`;
}

const forms = {
  time: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  seconds: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
  day: { day: "numeric", month: "short" },
  date: { day: "numeric", month: "short", year: "numeric" },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

/** Most formatters that are kept: there are as many as languages, forms and the site's zone. */
const formattersMax = 64;

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(locale: string, timeZone: string, form: keyof typeof forms): Intl.DateTimeFormat {
  const key = `${locale} ${timeZone} ${form}`;
  const known = formatters.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat(locale, { timeZone, ...forms[form] });
  if (formatters.size >= formattersMax) formatters.clear();
  formatters.set(key, made);
  return made;
}

/** A temperature in words, to a tenth of a degree. */
export function spokenCelsius(celsius: number, { spoken }: Words): string {
  const tenths = Math.round(Math.abs(celsius) * 10);
  const sign = celsius < 0 && tenths > 0 ? `${spoken.minus} ` : "";
  const fraction = tenths % 10 === 0 ? "" : ` ${spoken.point} ${spoken.number(tenths % 10)}`;
  return `${sign}${spoken.number(Math.floor(tenths / 10))}${fraction} ${spoken.degrees}`;
}

/** A length of time in words, in two units at most. */
export function spokenDuration(length: DurationMs, words: Words): string {
  const { spoken, lessThan } = words;
  const minutes = Math.floor(Math.max(length, 0) / minuteMs);
  const said = (unit: "minutes" | "hours" | "days", count: number): string =>
    spoken[unit](count, spoken.number(count));
  if (minutes < 1) return lessThan(said("minutes", 1));
  const [large, small] =
    length < 48 * hourMs
      ? ([["hours", Math.floor(minutes / 60)] as const, ["minutes", minutes % 60] as const] as const)
      : ([
          ["days", Math.floor(minutes / 1_440)] as const,
          ["hours", Math.floor(minutes / 60) % 24] as const,
        ] as const);
  const parts = [large, small].flatMap(([unit, count]) => (count === 0 ? [] : [said(unit, count)]));
  return parts.join(` ${spoken.and} `);
}

/** A name as a voice can say it: letters, digits and blanks. */
export function spokenName(name: string): string {
  return name
    .replaceAll(/[^\p{L}\p{N}\p{M}' -]/gu, " ")
    .replaceAll(/\s+/gu, " ")
    .trim();
}
