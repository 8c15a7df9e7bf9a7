import { canaryId, canaryName } from "@coldkeep/core/canary/canary-section.ts";
import type { CallAbout } from "@coldkeep/core/alarms/lifecycle.ts";
import { phaseOf } from "@coldkeep/core/alarms/lifecycle.ts";
import {
  type Promised,
  writeCall,
  writeDigest,
  writePromisePassed,
} from "@coldkeep/core/wording/write-call.ts";
import type { Surroundings, ToldAlarm, ToldPlace } from "@coldkeep/core/wording/written.ts";
import type { ChannelFact } from "@coldkeep/core/duty/reach.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Database } from "../store/database.ts";
import type { SiteBook } from "../site/site-book.ts";
import type { WriteCall } from "../summons/call-writer.ts";
import type { AlarmRows } from "./alarm-rows.ts";
import type { KeptAlarm } from "./kept-alarm.ts";
import { expectedAt, forecastAlarmsMax, type ForecastProbe } from "./told-forecast.ts";
import { makeUnitsInside } from "./units-inside.ts";

/** What calls are written from. */
export interface CallWriterParts {
  readonly database: Database;
  readonly rows: AlarmRows;
  readonly site: () => SiteBook;
  readonly pages: () => string | null;
  readonly channels: () => readonly ChannelFact[];
  /** True where what is written belongs to a drill, and says so first. */
  readonly isDrill: boolean;
  /** When a probe is expected at a limit. */
  readonly forecast: ForecastProbe;
}

/** Makes what writes calls, from the alarms as they stand on record. */
export function makeCallWriter({
  database,
  rows,
  site,
  pages,
  channels,
  isDrill,
  forecast,
}: CallWriterParts): WriteCall {
  const unitsInside = makeUnitsInside(database);
  const takenOnBy = database.prepare(
    "SELECT actor FROM alarm_events WHERE alarm = ? AND event = 'acknowledged' ORDER BY number DESC LIMIT 1",
  );

  /** The promise of an alarm that is called about again, once its time has passed. */
  const passedPromise = ({ id, about }: ToldAlarm, at: EpochMs): Promised | null => {
    const promise = about === "again" ? (rows.find(id)?.state.promise ?? null) : null;
    if (promise === null || promise.until > at) return null;
    const actor = takenOnBy.get(id)?.["actor"];
    const known = typeof actor === "string" ? actor.replace(/^(person|contact):/, "") : null;
    return { ...promise, by: promise.by ?? known };
  };

  return ({ alarms, causes, at, isDigest = false }) => {
    const book = site();
    const isFew = alarms.length <= forecastAlarmsMax;
    const told = alarms.flatMap(({ id, about }) => {
      const alarm = rows.find(id);
      if (alarm === null) return [];
      const one = toldAlarm(alarm, about, book);
      return [isFew && !isDigest ? { ...one, limitAt: expectedAt(one, forecast, at) } : one];
    });
    if (told.length === 0) return null;
    const surroundings: Surroundings = {
      at,
      timeZone: book.site.timeZone,
      siteName: book.site.site,
      pages: pages(),
      unitsInside,
      // The canary's message may land with a person all the same: it says that it is a test.
      isDrill: isDrill || told.every(({ appliance }) => appliance?.id === canaryId),
      // Lines with what cannot be given when a message is sent are left out then (server/answers/fill-answers.ts).
      answersBy: { link: true, code: true, keys: channels().some(({ hearsKeys = false }) => hearsKeys) },
    };
    const promised = told.map((alarm) => passedPromise(alarm, at));
    if (!isDigest && promised.some((each) => each !== null))
      return writePromisePassed(promised, told, causes, surroundings);
    return isDigest ? writeDigest(told, surroundings) : writeCall(told, causes, surroundings);
  };
}

/** An alarm on record as messages tell of it. */
export function toldAlarm(alarm: KeptAlarm, about: CallAbout, book: SiteBook): ToldAlarm {
  const { id, kind, severity, subject, appliance, probe, text, state } = alarm;
  const figures = appliance === canaryId ? withoutEnd(alarm.figures) : (alarm.figures ?? null);
  return {
    id,
    kind,
    severity,
    about,
    isWorse: about === "onset" && severity === "critical" && state.calls > 1 && state.condition,
    subject,
    appliance: appliance === null ? null : placeOf(appliance, book),
    probe,
    figures,
    raisedAt: state.raisedAt,
    phase: phaseOf(state),
    text,
    limitAt: null,
  };
}

/** Nothing comes of a breach of the canary. */
function withoutEnd(figures: KeptAlarm["figures"]): ToldAlarm["figures"] {
  return figures?.of === "temperature" ? { ...figures, excursionAt: null } : (figures ?? null);
}

function placeOf(id: string, book: SiteBook): ToldPlace {
  if (id === canaryId) return { id, name: canaryName, room: null, circuit: null };
  const { name = id, room = null, circuit = null } = book.appliances.get(id) ?? {};
  return { id, name, room, circuit };
}
