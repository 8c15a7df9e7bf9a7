import { type EpochMs, parseInstant } from "../time/millis.ts";
import type { WallClock } from "../time/wall-time.ts";
import type { LineErrorCode } from "./refusal.ts";

/** How dates without letters are written: `iso` 2026-11-22, `day-first` 22/11/2026. The other order is never guessed. */
export type DateOrder = "iso" | "day-first";

/** What a time in the file comes to. */
export type FeedTime =
  | { readonly ok: true; readonly at: EpochMs }
  | { readonly ok: false; readonly code: LineErrorCode; readonly why: string };

const dayFirstForm = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[T ]+(\d{1,2}:\d{2}(?::\d{2})?))?$/;
const isoDay = /^\d{4}-\d{2}-\d{2}$/;

/**
 * Reads a time: RFC 3339 with its offset, or a local time of the site. Times that the clocks skipped or ran through twice are refused.
 *
 * @param dayEnds true where a day alone means its last minute, such as an expiry; else a day alone is no time
 */
export function readFeedTime(text: string, clock: WallClock, order: DateOrder, dayEnds: boolean): FeedTime {
  const exact = parseInstant(text);
  if (exact !== null) return { ok: true, at: exact };
  const iso = order === "day-first" ? dayFirst(text) : text;
  const wall = clock.instant(dayEnds && isoDay.test(iso) ? `${iso}T23:59` : iso);
  if (wall.ok) return wall;
  if (wall.why === "skipped")
    return refuse(
      "units-csv.time-skipped",
      `${text} never was in ${clock.timeZone}: the clocks were set forward over it.`,
    );
  if (wall.why === "ambiguous")
    return refuse(
      "units-csv.time-ambiguous",
      `${text} was twice in ${clock.timeZone}, for the clocks were set back. Write it with its offset, such as +01:00.`,
    );
  const example = order === "day-first" ? "22/11/2026 14:30" : "2026-11-22 14:30";
  return refuse(
    "units-csv.time-invalid",
    `${text} is no time as this file has them, such as ${example} or 2026-11-22T14:30:00+01:00.`,
  );
}

function dayFirst(text: string): string {
  const [, day, month, year, time] = dayFirstForm.exec(text) ?? [];
  if (day === undefined || month === undefined || year === undefined) return text;
  const date = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  return time === undefined ? date : `${date}T${time.padStart(time.length < 6 ? 5 : 8, "0")}`;
}

function refuse(code: LineErrorCode, why: string): FeedTime {
  return { ok: false, code, why };
}
