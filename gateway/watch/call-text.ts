import { causeOf } from "@coldkeep/core/alarms/causes.ts";
import { cut, headOf, localTime, subjectCharactersMax } from "@coldkeep/core/alarms/describe.ts";
import type { Call } from "@coldkeep/core/alarms/gathering.ts";
import { phraseOf } from "@coldkeep/core/alarms/phrases.ts";
import { callTextCharactersMax } from "../calls/call-output.ts";
import type { EdgeAlarm } from "./alarm-set.ts";
import type { WatchPlan } from "./plan.ts";

/** An alarm that is told, and the call that it asked for. */
export interface ToldAlarm {
  readonly alarm: EdgeAlarm;
  readonly call: Call;
}

/**
 * The text of a call that a gateway makes: its first line says what, where and how bad within `subjectCharactersMax` characters wherever the alarm's own words do; then
 * each alarm, critical ones first, and why it is the gateway that calls. At most `callTextCharactersMax` characters.
 */
export function callText(
  told: readonly ToldAlarm[],
  causes: readonly string[] | null,
  gateway: string,
  plan: WatchPlan,
): string {
  const sorted = told.toSorted(
    (a, b) => rank(a.alarm) - rank(b.alarm) || a.alarm.state.raisedAt - b.alarm.state.raisedAt,
  );
  const [first] = sorted;
  if (first === undefined) return "";
  const isBack = sorted.every(({ call }) => call.about === "return");
  const raisedAt = Math.min(...sorted.map(({ alarm }) => alarm.state.raisedAt));
  const end = [
    `Since ${localTime(raisedAt, plan.timeZone)}. The server is out of reach: gateway ${gateway} calls.`,
    ...(isBack ? [] : ["Please go and look."]),
  ].join("\n");
  const head =
    sorted.length === 1
      ? `${headOf(first.alarm.severity, first.call.about)}: ${first.alarm.text}`
      : gatheredHead(sorted, causes, plan);
  const lines = sorted.length === 1 ? [] : sorted.map(({ alarm }) => lineOf(alarm));
  return cut(
    [head, ...fitting(lines, callTextCharactersMax - head.length - end.length - 2), end].join("\n"),
    callTextCharactersMax,
  );
}

function gatheredHead(
  sorted: readonly ToldAlarm[],
  causes: readonly string[] | null,
  plan: WatchPlan,
): string {
  const critical = sorted.filter(({ alarm }) => alarm.severity === "critical").length;
  const isBack = sorted.every(({ call }) => call.about === "return");
  const isAgain = sorted.every(({ call }) => call.about === "again");
  const head = isBack
    ? "Back to normal"
    : critical > 0
      ? `CRITICAL (${critical})`
      : isAgain
        ? "Still on"
        : "Alarm";
  const what = phraseOf(new Set(sorted.map(({ alarm }) => alarm.kind)));
  const places = new Set(sorted.flatMap(({ alarm }) => alarm.appliance ?? [])).size;
  const size =
    places === 0 ? `${sorted.length} alarms` : `${places} ${places === 1 ? "appliance" : "appliances"}`;
  const room = subjectCharactersMax - `${head}: ${what} , ${size}`.length;
  return `${head}: ${what} ${cut(whereOf(causes, plan), Math.max(room, 12))}, ${size}`;
}

function whereOf(causes: readonly string[] | null, plan: WatchPlan): string {
  const { kind, name } = causeOf(causes?.[0] ?? "kind:site");
  switch (kind) {
    case "appliance":
      return `at ${plan.appliances.get(name)?.shortName ?? name}`;
    case "gateway":
      return `behind gateway ${name}`;
    case "circuit":
      return `on circuit ${name}`;
    case "room":
      return `in room ${name}`;
    case "kind":
      return `at ${plan.site}`;
  }
}

function lineOf({ severity, text }: EdgeAlarm): string {
  return `- ${severity === "critical" ? "CRITICAL: " : ""}${text}`;
}

/** As many lines as fit, and how many more there are. */
function fitting(lines: readonly string[], room: number): string[] {
  const taken: string[] = [];
  let left = room - moreCharacters;
  for (const line of lines) {
    if (line.length + 1 > left) break;
    taken.push(line);
    left -= line.length + 1;
  }
  return taken.length === lines.length ? taken : [...taken, `- and ${lines.length - taken.length} more`];
}

/** Room for the line that says how many more there are. */
const moreCharacters = 20;

function rank({ severity }: EdgeAlarm): number {
  return severity === "critical" ? 0 : severity === "warning" ? 1 : 2;
}
