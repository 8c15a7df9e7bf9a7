import type { Database } from "../store/database.ts";
import type { SiteBook } from "../site/site-book.ts";
import type { WriteCall } from "../summons/call-writer.ts";
import type { AlarmRows } from "./alarm-rows.ts";
import { type GatheredAlarm, gatheredMessage } from "./gathered-message.ts";
import { alarmMessage } from "./messages.ts";
import { makeUnitsInside } from "./units-inside.ts";

/** What calls are written from. */
export interface CallWriterParts {
  readonly database: Database;
  readonly rows: AlarmRows;
  readonly site: () => SiteBook;
  readonly pages: () => string | null;
}

/** Makes what writes calls, from the alarms as they stand on record. */
export function makeCallWriter({ database, rows, site, pages }: CallWriterParts): WriteCall {
  const unitsInside = makeUnitsInside(database);
  return ({ alarms, causes, at }) => {
    const found = alarms.flatMap(({ id, about }): GatheredAlarm[] => {
      const alarm = rows.find(id);
      const call = { alarm: id, number: 0, about, urgency: "now", causes: [] } as const;
      return alarm === null ? [] : [{ alarm, call }];
    });
    const [first] = found;
    if (first === undefined) return null;
    const { timeZone } = site().site;
    const { alarm, call } = first;
    const units = alarm.appliance === null ? null : unitsInside([alarm.appliance]);
    const message =
      found.length === 1
        ? alarmMessage(alarm, call.about, at, timeZone, pages(), units)
        : gatheredMessage(found, causes, { at, site: site(), pages: pages(), unitsInside });
    return () => ({
      ...message,
      sms: `${message.subject}\nReply {answer-code} to take it on`,
      spoken: message.subject,
    });
  };
}
