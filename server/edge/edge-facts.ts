import type { EdgeAlarm, EdgeAlarmKind } from "@coldkeep/core/contract/edge.ts";
import { parseInstant } from "@coldkeep/core/time/millis.ts";
import type { AlarmFacts } from "../alarms/kept-alarm.ts";
import { localTime, shortName } from "../alarms/messages.ts";
import type { SiteBook } from "../site/site-book.ts";

const phrases: Readonly<Record<EdgeAlarmKind, string>> = {
  "temperature-high": "too warm",
  "temperature-low": "too cold",
  "temperature-warning-high": "getting warm",
  "temperature-warning-low": "getting cold",
  "probe-silent": "nothing heard from the probe",
  "probe-fault": "probe fault",
  power: "power lost",
  door: "door open",
  agitator: "agitator stopped",
  battery: "battery low",
  clock: "clock off",
  buffer: "buffer nearly full",
};

/** What an alarm that a gateway raised says to a person: its own words where it gave some, and always that and since when the gateway saw it. */
export function edgeFacts(report: EdgeAlarm, gateway: string, site: SiteBook): AlarmFacts {
  const { kind, subject, severity, raisedAt, clearedAt, text, celsius, beyond } = report;
  const appliance = site.probes.get(subject)?.appliance ?? (site.appliances.has(subject) ? subject : null);
  const probe = site.probes.has(subject) ? subject : null;
  const where = appliance === null ? subject : shortName(site, appliance);
  const time = (instant: string): string => localTime(parseInstant(instant) ?? 0, site.site.timeZone);
  const until = clearedAt === null ? "" : ` until ${time(clearedAt)}`;
  return {
    subject,
    appliance,
    probe,
    severity,
    text: `${text ?? `${where}: ${phrases[kind]}`} (seen by gateway ${gateway} from ${time(raisedAt)}${until})`,
    figures: {
      of: "edge",
      gateway,
      since: parseInstant(raisedAt) ?? 0,
      until: clearedAt === null ? null : (parseInstant(clearedAt) ?? 0),
      celsius: celsius ?? null,
      beyond: beyond ?? null,
      words: text ?? null,
    },
  };
}
