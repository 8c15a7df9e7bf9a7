import {
  type EdgeAlarm as WireAlarm,
  edgeAlarmsMax,
  edgeAnswerSchema,
  type EdgeAnswer,
  type EdgeCall,
  edgeCallsMax,
  edgeReportBytesMax,
  type EdgeReport,
} from "@coldkeep/core/contract/edge.ts";
import { type DurationMs, type EpochMs, formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import type { SendOutcome } from "../uplink/verdict.ts";
import type { AlarmSet, CallMember, EdgeAlarm } from "./alarm-set.ts";
import type { CallLeg, KeptCall } from "./watch-records.ts";

/** Longest text of an alarm on the wire. */
const textCharactersMax = 300;

/** Longest recipient of a call and name of a person on the wire. */
const nameCharactersMax = 100;

/** Largest part of a report's bytes that is filled: alarms are counted by their JSON. */
const fillBytes = edgeReportBytesMax / 2;

/**
 * What the gateway tells the server of the time it was alone, in reports of a size that the server takes; at least one, also where nothing happened. Alarms of the server's
 * to which nothing happened are left out. Of an alarm with more than `edgeCallsMax` calls the newest are told.
 */
export function reportsOf(set: AlarmSet, calls: Iterable<KeptCall>, asOf: EpochMs): EdgeReport[] {
  const byAlarm = new Map<string, EdgeCall[]>();
  for (const call of calls) {
    for (const member of call.members) {
      const list = byAlarm.get(member.alarm) ?? [];
      for (const leg of call.legs) {
        const told = callOf(call, leg, member);
        if (told !== null) list.push(told);
      }
      byAlarm.set(member.alarm, list);
    }
  }
  const reports: WireAlarm[][] = [[]];
  let bytes = 0;
  for (const alarm of set.alarms.values()) {
    if (alarm.isUntouched) continue;
    const wire = alarmOf(alarm, byAlarm.get(alarm.id) ?? []);
    const size = JSON.stringify(wire).length;
    const current = reports.at(-1) ?? [];
    if (current.length > 0 && (current.length >= edgeAlarmsMax || bytes + size > fillBytes)) {
      reports.push([wire]);
      bytes = size;
    } else {
      current.push(wire);
      bytes += size;
    }
  }
  return reports.map((alarms) => ({ asOf: formatInstant(asOf), alarms }));
}

function alarmOf(alarm: EdgeAlarm, calls: readonly EdgeCall[]): WireAlarm {
  const { id, kind, subject, severity, text, state, clearedAt, acknowledgedAt } = alarm;
  return {
    id,
    kind,
    subject,
    severity,
    text: text.slice(0, textCharactersMax),
    ...temperaturesOf(alarm),
    raisedAt: formatInstant(state.raisedAt),
    clearedAt: clearedAt === null ? null : formatInstant(clearedAt),
    acknowledgedAt: acknowledgedAt === null ? null : formatInstant(acknowledgedAt),
    acknowledgedBy:
      acknowledgedAt === null ? null : (state.acknowledgedBy?.slice(0, nameCharactersMax) ?? null),
    calls: calls.toSorted((a, b) => (a.at < b.at ? -1 : 1)).slice(-edgeCallsMax),
  };
}

/** The figures of an alarm about a temperature; from them the server says it in any language. */
function temperaturesOf({ figures }: EdgeAlarm): Pick<WireAlarm, "celsius" | "beyond"> {
  if (figures?.of === "temperature") return { celsius: figures.celsius, beyond: figures.limit };
  if (figures?.of === "temperature-warning") return { celsius: figures.celsius, beyond: figures.warnAt };
  return {};
}

/** A call is told by the time at which it was made, so that a later word on it is of the same call; by that of its outcome where that took longer than a call takes. */
function callOf(
  call: KeptCall,
  { way, to, outcome }: CallLeg,
  { about, severity }: CallMember,
): EdgeCall | null {
  if (outcome === null) return null;
  return {
    at: formatInstant(outcome.at - call.at > underWayMaxMs ? outcome.at : call.at),
    by: way,
    to: to === "" ? null : to.slice(0, nameCharactersMax),
    about,
    severity,
    outcome: outcome.result,
  };
}

/** How long a call may be under way and still count as having reached somebody when it was made; the server reckons with as much. */
const underWayMaxMs: DurationMs = minuteMs;

/**
 * What an answer to a report means. `taken`: the server has it. `again`: it did not say so. `refused`: it says that it will not have it; a server that knows nothing of
 * reports answers so too.
 */
export type ReportVerdict =
  | { readonly kind: "taken"; readonly answer: EdgeAnswer }
  | { readonly kind: "again"; readonly wasAnswered: boolean; readonly detail: string }
  | { readonly kind: "refused"; readonly detail: string };

/** Statuses with which a server says that it is the report that it will not take, or that it knows of none. */
const refusals: ReadonlySet<number> = new Set([400, 403, 404, 405, 413, 415, 422, 501]);

/** The verdict on a report. Pure. */
export function judgeReport(outcome: SendOutcome): ReportVerdict {
  if (outcome.kind === "none") return { kind: "again", wasAnswered: false, detail: outcome.detail };
  if (outcome.status === 200) {
    const parsed = edgeAnswerSchema.safeParse(parseJson(outcome.body));
    return parsed.success
      ? { kind: "taken", answer: parsed.data }
      : { kind: "again", wasAnswered: true, detail: "the answer is not the answer to a report" };
  }
  const detail = `the server answered ${outcome.status}: ${outcome.body.slice(0, 200)}`;
  return refusals.has(outcome.status)
    ? { kind: "refused", detail }
    : { kind: "again", wasAnswered: true, detail };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
