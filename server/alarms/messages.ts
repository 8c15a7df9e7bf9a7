import type { AlarmKind } from "@coldkeep/core/alarms/alarm.ts";
import { phaseOf } from "@coldkeep/core/alarms/lifecycle.ts";
import type { ExcursionFigures } from "@coldkeep/core/engine/excursion.ts";
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
  const name = site.appliances.get(probe.appliance)?.name ?? probe.appliance;
  const base = { subject: probe.id, appliance: probe.appliance, probe: probe.id };
  const lastAt = state.last?.at ?? now;
  switch (kind) {
    case "temperature-high":
    case "temperature-low":
      return {
        ...base,
        ...describeTemperature(kind === "temperature-high" ? "high" : "low", name, probe, state, site),
      };
    case "probe-fault":
      return {
        ...base,
        severity: "warning",
        text: `${name}: probe ${probe.id} reports a fault since ${localTime(state.unknownFrom ?? lastAt, site.site.timeZone)}; its temperature is unknown`,
      };
    default:
      return {
        ...base,
        severity: "warning",
        text: `${name}: nothing heard from probe ${probe.id} since ${localTime(lastAt, site.site.timeZone)} (${formatDuration(now - lastAt)}); its temperature is unknown`,
      };
  }
}

function describeTemperature(
  side: "high" | "low",
  name: string,
  probe: PlacedProbe,
  state: ProbeState,
  site: SiteBook,
): { severity: "critical" | "warning"; text: string } {
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
  const name = site.appliances.get(probe.appliance)?.name ?? probe.appliance;
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

/** The message owed for a call. The subject says the most in its first 70 characters. `pages` is where people reach the board. */
export function alarmMessage(
  alarm: KeptAlarm,
  about: "onset" | "return",
  at: EpochMs,
  timeZone: string,
  pages: string | null,
): { subject: string; body: string } {
  const head = about === "return" ? "Back to normal" : alarm.severity === "critical" ? "CRITICAL" : "Alarm";
  const lines = [
    `${head}: ${alarm.text}`,
    "",
    `Raised: ${localTime(alarm.state.raisedAt, timeZone)} (${timeZone})`,
    `Written: ${localTime(at, timeZone)} (${timeZone})`,
    `State: ${phaseOf(alarm.state)}`,
    `Alarm: ${alarm.id}`,
    ...(about === "return"
      ? ["", "The alarm's cause has gone. The record, the excursion and held units are not changed by that."]
      : ["", "Please go and look, then acknowledge the alarm on the board."]),
    ...(pages === null ? [] : [pages]),
  ];
  return { subject: `${head}: ${alarm.text}`, body: `${lines.join("\n")}\n` };
}
