import type { AlarmKind } from "@coldkeep/core/alarms/alarm.ts";
import {
  cut,
  describeProbe as describe,
  headOf,
  localTime,
  nameCharactersMax,
} from "@coldkeep/core/alarms/describe.ts";
import { type CallAbout, phaseOf } from "@coldkeep/core/alarms/lifecycle.ts";
import type { ExcursionFigures } from "@coldkeep/core/engine/excursion.ts";
import type { ProbeState } from "@coldkeep/core/engine/probe-state.ts";
import { type EpochMs, formatDuration } from "@coldkeep/core/time/millis.ts";
import type { PlacedProbe, SiteBook } from "../site/site-book.ts";
import type { AlarmFacts, KeptAlarm } from "./kept-alarm.ts";

export { cut, formatCelsius, localTime, subjectCharactersMax } from "@coldkeep/core/alarms/describe.ts";

/** What an alarm about a probe says: what, where, how bad, since when. */
export function describeProbe(
  kind: AlarmKind,
  { id, appliance, rules }: PlacedProbe,
  state: ProbeState,
  site: SiteBook,
  now: EpochMs,
): AlarmFacts {
  const { timeZone } = site.site;
  return describe(kind, { id, appliance, rules, name: shortName(site, appliance), timeZone }, state, now);
}

/** An appliance's name as it fits into a subject. */
export function shortName(site: SiteBook, appliance: string): string {
  return cut(site.appliances.get(appliance)?.name ?? appliance, nameCharactersMax);
}

/** What an alarm about an excursion found after it had ended says. */
export function describeLate(
  probe: PlacedProbe,
  excursion: string,
  figures: ExcursionFigures,
  unitsHeld: number,
  site: SiteBook,
): AlarmFacts {
  const name = shortName(site, probe.appliance);
  const start = localTime(figures.start, site.site.timeZone);
  const what =
    figures.side === "unmonitored"
      ? `was unmonitored for ${formatDuration(figures.unknownMs)}`
      : `was too ${figures.side === "high" ? "warm" : "cold"} for ${formatDuration(figures.outMs)}`;
  return {
    subject: excursion,
    appliance: probe.appliance,
    probe: probe.id,
    severity: "warning",
    text: `${name}: found late: it ${what} from ${start}; ${unitsHeld} units held`,
  };
}

/** What is owed to a person in words. */
export interface Message {
  readonly subject: string;
  readonly body: string;
}

/**
 * The message owed for a call about one alarm. `pages` is where people reach the board; `units` how many units are in the appliance, null where the
 * alarm is about none.
 */
export function alarmMessage(
  alarm: KeptAlarm,
  about: CallAbout,
  at: EpochMs,
  timeZone: string,
  pages: string | null,
  units: number | null,
): Message {
  const isReturn = about === "return" && alarm.kind !== "late-excursion";
  const head = headOf(alarm.severity, isReturn ? "return" : about === "return" ? "onset" : about);
  const lines = [
    `${head}: ${alarm.text}`,
    "",
    `Raised: ${localTime(alarm.state.raisedAt, timeZone)} (${timeZone})`,
    `Written: ${localTime(at, timeZone)} (${timeZone})`,
    ...(units === null ? [] : [`Units inside: ${units}`]),
    `State: ${phaseOf(alarm.state)}`,
    `Alarm: ${alarm.id}`,
    ...(isReturn
      ? ["", "The alarm's cause has gone. The record, the excursion and held units are not changed by that."]
      : ["", "Please go and look, then acknowledge the alarm on the board.", "Take it on: {answer-link}"]),
    ...(pages === null ? [] : [pages]),
  ];
  return { subject: `${head}: ${alarm.text}`, body: `${lines.join("\n")}\n` };
}
