import { canaryId, canaryName } from "@coldkeep/core/canary/canary-section.ts";
import type { AlarmKind } from "@coldkeep/core/alarms/alarm.ts";
import {
  cut,
  describeProbe as describe,
  localTime,
  nameCharactersMax,
} from "@coldkeep/core/alarms/describe.ts";
import type { ExcursionFigures } from "@coldkeep/core/engine/excursion.ts";
import type { ProbeState } from "@coldkeep/core/engine/probe-state.ts";
import { type EpochMs, formatDuration } from "@coldkeep/core/time/millis.ts";
import type { PlacedProbe, SiteBook } from "../site/site-book.ts";
import type { AlarmFacts } from "./kept-alarm.ts";

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
  const known = appliance === canaryId ? canaryName : site.appliances.get(appliance)?.name;
  return cut(known ?? appliance, nameCharactersMax);
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
    figures: {
      of: "late-excursion",
      side: figures.side,
      since: figures.start,
      lengthMs: figures.side === "unmonitored" ? figures.unknownMs : figures.outMs,
      unitsHeld,
    },
  };
}
