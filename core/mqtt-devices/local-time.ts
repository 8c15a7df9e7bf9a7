import type { EpochMs } from "../time/millis.ts";

/** What a local time without a zone comes to in a zone. `ambiguous`: the clocks were set that night, and it means two instants or none. */
export type LocalInstant =
  | { readonly ok: true; readonly at: EpochMs }
  | { readonly ok: false; readonly why: "ambiguous" | "invalid" };

const local = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?$/;

/** Reads `2026-10-25T02:30:00` as the time of a clock on the wall in `timeZone` (an IANA name). */
export function localInstant(text: string, timeZone: string): LocalInstant {
  if (!local.test(text)) return { ok: false, why: "invalid" };
  try {
    const onTheWall = Temporal.PlainDateTime.from(text);
    const earlier = onTheWall.toZonedDateTime(timeZone, { disambiguation: "earlier" }).epochMilliseconds;
    const later = onTheWall.toZonedDateTime(timeZone, { disambiguation: "later" }).epochMilliseconds;
    return earlier === later ? { ok: true, at: earlier } : { ok: false, why: "ambiguous" };
  } catch {
    return { ok: false, why: "invalid" };
  }
}

/** True where the machine knows a time zone of that name. */
export function isTimeZone(name: string): boolean {
  try {
    Temporal.PlainDateTime.from("2026-01-01").toZonedDateTime(name);
    return true;
  } catch {
    return false;
  }
}
