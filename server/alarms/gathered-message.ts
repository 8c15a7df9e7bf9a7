import { causeOf } from "@coldkeep/core/alarms/causes.ts";
import type { Call } from "@coldkeep/core/alarms/gathering.ts";
import { phraseOf } from "@coldkeep/core/alarms/phrases.ts";
import { phaseOf } from "@coldkeep/core/alarms/lifecycle.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { SiteBook } from "../site/site-book.ts";
import type { KeptAlarm } from "./kept-alarm.ts";
import { cut, localTime, type Message, subjectCharactersMax } from "./messages.ts";
import type { UnitsInside } from "./units-inside.ts";

/** An alarm that is told together with others, and the call that it asked for. */
export interface GatheredAlarm {
  readonly alarm: KeptAlarm;
  readonly call: Call;
}

/** What a gathered message is written from. */
export interface GatheredSurroundings {
  readonly at: EpochMs;
  readonly site: SiteBook;
  readonly pages: string | null;
  readonly unitsInside: UnitsInside;
}

/** Most lines of alarms and of appliances in one message; the rest is counted and stands on the board. Critical ones come first. */
export const gatheredLinesMax = 1_000;

/** The one message about alarms of one cause: what, where, how bad, then each appliance and each alarm, critical ones by name first. */
export function gatheredMessage(
  gathered: readonly GatheredAlarm[],
  causes: readonly string[] | null,
  { at, site, pages, unitsInside }: GatheredSurroundings,
): Message {
  const sorted = gathered.toSorted(
    (a, b) => rank(a.alarm) - rank(b.alarm) || a.alarm.state.raisedAt - b.alarm.state.raisedAt,
  );
  const appliances = [...new Set(sorted.flatMap(({ alarm }) => alarm.appliance ?? []))];
  const units = unitsInside(appliances);
  const what = phraseOf(new Set(gathered.map(({ alarm }) => alarm.kind)));
  const where = whereOf(causes, site);
  const { timeZone } = site.site;
  const subject = subjectOf(sorted, what, where, appliances.length, units);
  const lines = [
    subject,
    "",
    `Cause: ${what} ${where}`,
    `Alarms: ${gathered.length} in ${countOf(appliances.length, "appliance")} holding ${countOf(units, "unit")}`,
    `First: ${localTime(Math.min(...gathered.map(({ alarm }) => alarm.state.raisedAt)), timeZone)} (${timeZone})`,
    `Written: ${localTime(at, timeZone)} (${timeZone})`,
    "",
    "Appliances:",
    ...limited(appliances.map((id) => `- ${nameOf(site, id)} (${countOf(unitsInside([id]), "unit")})`)),
    "",
    "Alarms, each with a record of its own:",
    ...limited(sorted.map(({ alarm }) => alarmLine(alarm))),
    "",
    isReturn(gathered)
      ? "The causes of these alarms have gone. The record, the excursions and held units are not changed by that."
      : "Please go and look, then acknowledge the alarms on the board.\nTake them on: {answer-link}",
    ...(pages === null ? [] : [pages]),
  ];
  return { subject, body: `${lines.join("\n")}\n` };
}

function subjectOf(
  sorted: readonly GatheredAlarm[],
  what: string,
  where: string,
  appliances: number,
  units: number,
): string {
  const critical = sorted.filter(({ alarm }) => alarm.severity === "critical").length;
  const head = isReturn(sorted)
    ? "Back to normal"
    : critical > 0
      ? `CRITICAL (${critical})`
      : sorted.every(({ call }) => call.about === "again")
        ? "Still on"
        : "Alarm";
  const size =
    appliances === 0
      ? countOf(sorted.length, "alarm")
      : `${countOf(appliances, "appliance")}, ${countOf(units, "unit")}`;
  const room = subjectCharactersMax - `${head}: ${what} , ${size}`.length;
  return `${head}: ${what} ${cut(where, Math.max(room, 12))}, ${size}`;
}

function isReturn(gathered: readonly GatheredAlarm[]): boolean {
  return gathered.every(({ call, alarm }) => call.about === "return" && alarm.kind !== "late-excursion");
}

function whereOf(causes: readonly string[] | null, site: SiteBook): string {
  if (causes?.[0] === undefined) return `at ${site.site.site}`;
  const { kind, name } = causeOf(causes[0]);
  switch (kind) {
    case "appliance":
      return `at ${nameOf(site, name)}`;
    case "gateway":
      return `behind gateway ${name}`;
    case "circuit":
      return `on circuit ${name}`;
    case "room":
      return `in room ${name}`;
    case "kind":
      return `at ${site.site.site}`;
  }
}

function nameOf(site: SiteBook, appliance: string): string {
  return site.appliances.get(appliance)?.name ?? appliance;
}

function rank({ severity }: KeptAlarm): number {
  return severity === "critical" ? 0 : severity === "warning" ? 1 : 2;
}

function alarmLine(alarm: KeptAlarm): string {
  const head = alarm.severity === "critical" ? "CRITICAL: " : "";
  return `- ${head}${alarm.text} [${phaseOf(alarm.state)}]`;
}

function limited(lines: readonly string[]): string[] {
  if (lines.length <= gatheredLinesMax) return [...lines];
  return [...lines.slice(0, gatheredLinesMax), `- and ${lines.length - gatheredLinesMax} more on the board`];
}

function countOf(many: number, one: string): string {
  return `${many} ${many === 1 ? one : `${one}s`}`;
}
