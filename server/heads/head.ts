import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import type { JournalHead } from "../journal/journal.ts";

/** Both chains' heads after a day: whoever keeps it elsewhere can tell later whether anything up to it was changed, or the end cut off. */
export interface DailyHead {
  /** The day that had ended, by the site's time zone: `2026-11-22`. */
  readonly day: string;
  /** When it was taken: after the day's end, as soon as the server ran. */
  readonly at: EpochMs;
  readonly journal: JournalHead;
  readonly audit: JournalHead;
}

/** A head as one line of JSON, as files have it and `coldkeep verify --heads` reads it. */
export function headLine({ day, at, journal, audit }: DailyHead): string {
  return JSON.stringify({ day, at: formatInstant(at), journal, audit });
}

/** The day of an instant in a time zone. */
export function dayOf(at: EpochMs, timeZone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate().toString();
}

/** The day before the one of an instant: the last that has ended. */
export function lastEndedDay(at: EpochMs, timeZone: string): string {
  return Temporal.PlainDate.from(dayOf(at, timeZone)).subtract({ days: 1 }).toString();
}

/** What is mailed of a head: for people, and as the line that a file would have. */
export function headMail(site: string, head: DailyHead): { readonly subject: string; readonly body: string } {
  const { day, journal, audit } = head;
  const body = [
    `The newest entries of the records of ${site} after ${day}. Keep this mail where nobody who works on the server can change it.`,
    "",
    `Journal ${journal.sequence}, SHA-256 ${journal.hash}`,
    `Audit trail ${audit.sequence}, SHA-256 ${audit.hash}`,
    "",
    "Whether all up to here is still as it was, and nothing is missing, says",
    `  coldkeep verify --head journal:${journal.sequence}:${journal.hash} --head audit:${audit.sequence}:${audit.hash}`,
    "or this line in a file for coldkeep verify --heads:",
    headLine(head),
  ];
  return { subject: `Records of ${site}: heads of ${day}`, body: body.join("\n") };
}
