import type { Episode } from "../engine/out-of-range.ts";
import { activeEpisode, type ProbeState } from "../engine/probe-state.ts";
import type { Fault } from "../readings/reading.ts";
import { type Profile, type ProbeRules, ruleAt } from "../site/profile.ts";
import { type EpochMs, formatDuration } from "../time/millis.ts";
import type { AlarmKind, AlarmSeverity } from "./alarm.ts";
import type { AlarmFigures } from "./figures.ts";
import type { CallAbout } from "./lifecycle.ts";

/** What an alarm is about and what it says to a person. */
export interface AlarmFacts {
  /** A probe, a gateway, an appliance, a device or an excursion. */
  readonly subject: string;
  readonly severity: AlarmSeverity;
  readonly appliance: string | null;
  readonly probe: string | null;
  readonly text: string;
  /** What the text says as data; older records have none. */
  readonly figures?: AlarmFigures;
}

/** A probe of which an alarm tells, and the name of its appliance as it fits into a message. */
export interface DescribedProbe {
  readonly id: string;
  readonly appliance: string;
  readonly rules: ProbeRules;
  readonly name: string;
  /** IANA name: people read local time. */
  readonly timeZone: string;
}

/** Longest name of an appliance in an alarm's text. */
export const nameCharactersMax = 32;

/** A subject says what, where and how bad within this many characters: that is what a phone shows. */
export const subjectCharactersMax = 70;

/** A text no longer than `max` characters. */
export function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}

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

/** What an alarm about a probe says: what, where, how bad, since when. Server and gateways say the same. */
export function describeProbe(
  kind: AlarmKind,
  probe: DescribedProbe,
  state: ProbeState,
  now: EpochMs,
): AlarmFacts {
  const base = { subject: probe.id, appliance: probe.appliance, probe: probe.id };
  return { ...base, ...describeCondition(kind, probe, state, now) };
}

type Said = Pick<AlarmFacts, "severity" | "text" | "figures">;

function describeCondition(
  kind: AlarmKind,
  { id, name, rules, timeZone }: DescribedProbe,
  state: ProbeState,
  now: EpochMs,
): Said {
  const lastAt = state.last?.at ?? now;
  const { unmonitoredAfter } = ruleAt(rules.profiles, lastAt);
  switch (kind) {
    case "temperature-high":
      return describeTemperature("high", name, rules, state, timeZone);
    case "temperature-low":
      return describeTemperature("low", name, rules, state, timeZone);
    case "temperature-warning-high":
      return describeWarning("high", name, rules, state);
    case "temperature-warning-low":
      return describeWarning("low", name, rules, state);
    case "probe-fault":
      return {
        severity: "warning",
        text: `${name}: probe ${id} ${faultPhrases[state.last?.fault ?? "unspecified"]} since ${localTime(state.unknownFrom ?? lastAt, timeZone)}; its temperature is unknown`,
        figures: {
          of: "fault",
          fault: state.last?.fault ?? "unspecified",
          since: state.unknownFrom ?? lastAt,
          unmonitoredAt: (state.unknownFrom ?? lastAt) + unmonitoredAfter,
        },
      };
    default:
      return {
        severity: "warning",
        text: `${name}: nothing heard from probe ${id} since ${localTime(lastAt, timeZone)} (${formatDuration(now - lastAt)}); its temperature is unknown`,
        figures: { of: "silence", since: lastAt, unmonitoredAt: lastAt + unmonitoredAfter },
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

function describeWarning(side: "high" | "low", name: string, rules: ProbeRules, state: ProbeState): Said {
  const { alarms, [side]: profileLimit } = ruleAt(rules.profiles, state.last?.at ?? 0);
  const limit = (side === "high" ? alarms?.warnHigh : alarms?.warnLow) ?? null;
  const celsius = state.last?.celsius ?? null;
  const now = celsius === null ? "temperature" : formatCelsius(celsius);
  const beyond = `${side === "high" ? "above" : "below"} the warning at ${limit === null ? "its limit" : formatCelsius(limit)}`;
  return {
    severity: "advisory",
    text: `${name}: ${now} ${beyond}`,
    figures: { of: "temperature-warning", side, celsius, warnAt: limit, limit: profileLimit },
  };
}

function describeTemperature(
  side: "high" | "low",
  name: string,
  rules: ProbeRules,
  state: ProbeState,
  timeZone: string,
): Said {
  const episode = activeEpisode(state, side);
  const celsius = state.last?.celsius ?? null;
  const profile = ruleAt(rules.profiles, state.last?.at ?? 0);
  const limit = side === "high" ? profile.high : profile.low;
  const temperature = celsius === null ? "temperature unknown now, was" : formatCelsius(celsius);
  const beyond = `${side === "high" ? "above" : "below"} ${limit === null ? "the limit" : formatCelsius(limit)}`;
  const since = episode === undefined ? "" : ` since ${localTime(episode.runFrom, timeZone)}`;
  return {
    severity: episode?.critical === true ? "critical" : "warning",
    text: `${name}: ${temperature} ${beyond}${since}`,
    figures: {
      of: "temperature",
      side,
      celsius,
      limit,
      critical: side === "high" ? profile.criticalHigh : profile.criticalLow,
      since: episode?.runFrom ?? null,
      excursionAt: excursionAt(episode, profile, state.last?.at ?? 0),
    },
  };
}

/** When an episode becomes an excursion if it stays out of range from the latest reading on; null where it is one already. */
function excursionAt(
  episode: Episode | undefined,
  { excursionAfter }: Pick<Profile, "excursionAfter">,
  lastAt: EpochMs,
): EpochMs | null {
  if (episode === undefined || episode.critical) return null;
  const left = excursionAfter - episode.outMs - episode.unknownMs - episode.laterUnknownMs;
  return left <= 0 ? null : lastAt + left;
}

/** The word with which a message about an alarm begins. */
export function headOf(severity: AlarmSeverity, about: CallAbout): string {
  if (about === "return") return "Back to normal";
  if (severity === "critical") return about === "again" ? "CRITICAL still" : "CRITICAL";
  if (about === "again") return "Still on";
  return severity === "advisory" ? "Advice" : "Alarm";
}
