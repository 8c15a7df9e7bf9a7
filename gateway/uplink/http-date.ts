import { type EpochMs, parseInstant } from "@coldkeep/core/time/millis.ts";

const monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Reads the `Date` of an HTTP answer (RFC 9110, IMF-fixdate); null where it is none. */
export function parseHttpDate(text: string): EpochMs | null {
  const match = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}:\d{2}:\d{2}) GMT$/.exec(text);
  const [, day = "", monthName = "", year = "", time = ""] = match ?? [];
  const month = monthNames.indexOf(monthName) + 1;
  if (month === 0) return null;
  return parseInstant(`${year}-${String(month).padStart(2, "0")}-${day}T${time}Z`);
}
