import type { AlarmKind, AlarmSeverity } from "@coldkeep/core/alarms/alarm.ts";
import { type CallAbout, phaseOf } from "@coldkeep/core/alarms/lifecycle.ts";
import type { ExcursionFigures } from "@coldkeep/core/engine/excursion.ts";
import type { Fault } from "@coldkeep/core/readings/reading.ts";
import { activeEpisode, type ProbeState } from "@coldkeep/core/engine/probe-state.ts";
import { ruleAt } from "@coldkeep/core/site/profile.ts";
import { type EpochMs, formatDuration } from "@coldkeep/core/time/millis.ts";
import type { PlacedProbe, SiteBook } from "../site/site-book.ts";
import type { AlarmFacts, KeptAlarm } from "./kept-alarm.ts";

/** A wall-clock time as people of the site read it, e.g. `22 Nov 02:10:05`. */
export function localTime(at: EpochMs, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone,
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  })
    .format(at)
    .replace(",", "");
}

/** A temperature as people read it, e.g. `7.4 °C`. */
export function formatCelsius(celsius: number): string {
  return `${(Math.round(celsius * 10) / 10 + 0).toFixed(1).replace("-", "−")} °C`;
}

/** What an alarm about a probe says: what, where, how bad, since when. */
export function describeProbe(
  kind: AlarmKind,
  probe: PlacedProbe,
  state: ProbeState,
  site: SiteBook,
  now: EpochMs,
): AlarmFacts {
  const name = shortName(site, probe.appliance);
  const base = { subject: probe.id, appliance: probe.appliance, probe: probe.id };
  const lastAt = state.last?.at ?? now;
  switch (kind) {
    case "temperature-high":
    case "temperature-low":
      return {
        ...base,
        ...describeTemperature(kind === "temperature-high" ? "high" : "low", name, probe, state, site),
      };
    case "temperature-warning-high":
    case "temperature-warning-low":
      return {
        ...base,
        ...describeWarning(kind === "temperature-warning-high" ? "high" : "low", name, probe, state),
      };
    case "probe-fault":
      return {
        ...base,
        severity: "warning",
        text: `${name}: probe ${probe.id} ${faultPhrases[state.last?.fault ?? "unspecified"]} since ${localTime(state.unknownFrom ?? lastAt, site.site.timeZone)}; its temperature is unknown`,
      };
    default:
      return {
        ...base,
        severity: "warning",
        text: `${name}: nothing heard from probe ${probe.id} since ${localTime(lastAt, site.site.timeZone)} (${formatDuration(now - lastAt)}); its temperature is unknown`,
      };
  }
}

/** What is wrong with a probe, after its name. */
const faultPhrases: Readonly<Record<Fault, string>> = {
  open: "has an open circuit",
  short: "is shorted",
  disconnected: "is disconnected",
  "power-on": "has only just started",
  range: "is outside what it can measure",
  bus: "fails its line check",
  implausible: "says what cannot be true",
  stuck: "is stuck at one value",
  jump: "jumps impossibly",
  disagrees: "disagrees with its neighbour",
  unspecified: "reports a fault",
};

/** An appliance's name as it fits into a subject. */
export function shortName(site: SiteBook, appliance: string): string {
  return cut(site.appliances.get(appliance)?.name ?? appliance, nameCharactersMax);
}

/** Longest name of an appliance in an alarm's text. */
const nameCharactersMax = 32;

function describeWarning(
  side: "high" | "low",
  name: string,
  probe: PlacedProbe,
  state: ProbeState,
): { severity: AlarmSeverity; text: string } {
  const { alarms } = ruleAt(probe.rules.profiles, state.last?.at ?? 0);
  const limit = (side === "high" ? alarms?.warnHigh : alarms?.warnLow) ?? null;
  const celsius = state.last?.celsius ?? null;
  const now = celsius === null ? "temperature" : formatCelsius(celsius);
  const beyond = `${side === "high" ? "above" : "below"} the warning at ${limit === null ? "its limit" : formatCelsius(limit)}`;
  return { severity: "advisory", text: `${name}: ${now} ${beyond}` };
}

function describeTemperature(
  side: "high" | "low",
  name: string,
  probe: PlacedProbe,
  state: ProbeState,
  site: SiteBook,
): { severity: AlarmSeverity; text: string } {
  const episode = activeEpisode(state, side);
  const celsius = state.last?.celsius ?? null;
  const profile = ruleAt(probe.rules.profiles, state.last?.at ?? 0);
  const limit = side === "high" ? profile.high : profile.low;
  const temperature = celsius === null ? "temperature unknown now, was" : formatCelsius(celsius);
  const beyond = `${side === "high" ? "above" : "below"} ${limit === null ? "the limit" : formatCelsius(limit)}`;
  const since = episode === undefined ? "" : ` since ${localTime(episode.runFrom, site.site.timeZone)}`;
  return {
    severity: episode?.critical === true ? "critical" : "warning",
    text: `${name}: ${temperature} ${beyond}${since}`,
  };
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

/** A subject says what, where and how bad within this many characters: that is what a phone shows. */
export const subjectCharactersMax = 70;

/** A text no longer than `max` characters. */
export function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
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
  const head = headOf(alarm, isReturn, about);
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
      : ["", "Please go and look, then acknowledge the alarm on the board."]),
    ...(pages === null ? [] : [pages]),
  ];
  return { subject: `${head}: ${alarm.text}`, body: `${lines.join("\n")}\n` };
}

function headOf({ severity }: KeptAlarm, isReturn: boolean, about: CallAbout): string {
  if (isReturn) return "Back to normal";
  if (severity === "critical") return about === "again" ? "CRITICAL still" : "CRITICAL";
  if (about === "again") return "Still on";
  return severity === "advisory" ? "Advice" : "Alarm";
}
