import { formatDuration } from "@coldkeep/core/time/millis.ts";
import type { Seen, SeenAlarm, SeenExcursion, SeenMail } from "./seen.ts";

/** What the story has told. */
export interface Told {
  /** Phase of each alarm that is listed. */
  readonly alarms: ReadonlyMap<string, string>;
  /** Excursions told as open. */
  readonly openExcursions: ReadonlySet<string>;
  /** Id of the newest mail told; "" before the first. */
  readonly lastMail: string;
}

/** What the story knows besides. */
export interface Setting {
  /** The server's address for a browser, without a slash at the end. */
  readonly url: string;
  /** Names of the appliances by id. */
  readonly names: ReadonlyMap<string, string>;
}

/** Before anything was told. */
export const nothingTold: Told = { alarms: new Map(), openExcursions: new Set(), lastMail: "" };

/** Phases in which an alarm calls for somebody. */
const calling = new Set(["unacknowledged", "acknowledged"]);

/** Compares what is seen with what was told: the lines to tell now, and what has then been told. */
export function tell(told: Told, seen: Seen, setting: Setting): { told: Told; lines: readonly string[] } {
  const alarms = seen.alarms ?? [];
  const excursions = seen.excursions ?? [];
  const mails = seen.mails.filter(({ id }) => isLater(id, told.lastMail));
  return {
    lines: [
      ...alarms.flatMap((alarm) => alarmLine(alarm, told.alarms.get(alarm.id))),
      ...mailLines(mails),
      ...excursions.flatMap((excursion) => excursionLines(excursion, told, setting)),
    ],
    told: {
      alarms: seen.alarms === null ? told.alarms : new Map(alarms.map(({ id, phase }) => [id, phase])),
      openExcursions: stillOpen(told, seen.excursions),
      lastMail: mails.reduce((last, { id }) => (isLater(id, last) ? id : last), told.lastMail),
    },
  };
}

/** True if an alarm calls for somebody now and did not when it was last seen in the phase `before`. */
export function startsCalling(alarm: SeenAlarm, before: string | undefined): boolean {
  return calling.has(alarm.phase) && !calling.has(before ?? "");
}

function alarmLine(alarm: SeenAlarm, before: string | undefined): string[] {
  if (alarm.phase === before) return [];
  if (startsCalling(alarm, before)) {
    return [`Alarm${alarm.severity === "critical" ? " (critical)" : ""}: ${alarm.text}`];
  }
  if (alarm.phase === "acknowledged") return [`Alarm acknowledged: ${alarm.text}`];
  if (alarm.phase === "returned-unacknowledged" && before !== undefined) {
    return [`Back to normal, nobody has acknowledged it yet: ${alarm.text}`];
  }
  return [];
}

/** Mails with one subject are one line. */
function mailLines(mails: readonly SeenMail[]): string[] {
  const bySubject = Map.groupBy([...mails].reverse(), ({ subject }) => subject);
  return [...bySubject].map(([subject, same]) => {
    const people = [...new Set(same.flatMap(({ to }) => to))];
    return `Mail to ${people.join(" and ")}: ${subject}`;
  });
}

function excursionLines(excursion: SeenExcursion, told: Told, { url, names }: Setting): string[] {
  const name = names.get(excursion.appliance) ?? excursion.appliance;
  const wasOpen = told.openExcursions.has(excursion.id);
  if (excursion.status === "open" && !wasOpen) {
    const gone = excursion.unitsGone > 0 ? `, ${excursion.unitsGone} of them already gone: recall` : "";
    return [
      `Excursion opened: ${name}, ${sideWords(excursion.side)}, ${units(excursion.unitsHeld)} held${gone}`,
      `  ${url}/excursions/${excursion.id}   report: ${url}/excursions/${excursion.id}/report.pdf`,
    ];
  }
  if (excursion.status === "closed" && wasOpen) {
    const extreme =
      excursion.extremeCelsius === null ? "" : `, ${excursion.extremeCelsius.toFixed(1)} °C at worst`;
    return [
      `Excursion closed: ${name}, ${formatDuration(excursion.outMs)} out of range${extreme}; ` +
        `${units(excursion.unitsHeld)} stay held until a person decides`,
    ];
  }
  if (excursion.status === "withdrawn" && wasOpen) {
    return [`Excursion withdrawn: late readings show that ${name} was in range`];
  }
  return [];
}

function sideWords(side: string): string {
  if (side === "high") return "too warm";
  if (side === "low") return "too cold";
  return "not monitored";
}

function units(count: number): string {
  return count === 1 ? "1 unit" : `${count} units`;
}

function stillOpen(told: Told, excursions: Seen["excursions"]): ReadonlySet<string> {
  if (excursions === null) return told.openExcursions;
  return new Set(excursions.filter(({ status }) => status === "open").map(({ id }) => id));
}

/** Ids of mails begin with their time of arrival and have their count after a dash. */
function isLater(id: string, other: string): boolean {
  return id.length === other.length ? id > other : id.length > other.length;
}
