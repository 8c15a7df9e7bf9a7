import { isAlarmIdentity } from "@coldkeep/core/alarms/identity.ts";
import {
  type EdgeAlarm,
  type EdgeAlarmKind,
  type EdgeAlarmRefusal,
  edgeAlarmSchema,
} from "@coldkeep/core/contract/edge.ts";
import { type EpochMs, formatInstant, parseInstant } from "@coldkeep/core/time/millis.ts";
import { earliestAt, futureMaxMs } from "../ingest/batch-reader.ts";
import type { SiteBook } from "../site/site-book.ts";

const ofProbe: ReadonlySet<EdgeAlarmKind> = new Set([
  "temperature-high",
  "temperature-low",
  "temperature-warning-high",
  "temperature-warning-low",
  "probe-silent",
  "probe-fault",
]);
const ofPlace: ReadonlySet<EdgeAlarmKind> = new Set(["power", "door"]);

/**
 * Reads one alarm of a gateway's report, its instants in one form; or says why it cannot be taken. `isOnRecord`: whether an alarm of that id, kind and subject is known already.
 */
export function readEdgeAlarm(
  raw: unknown,
  site: SiteBook,
  isOnRecord: (alarm: EdgeAlarm) => boolean,
  now: EpochMs,
): EdgeAlarm | EdgeAlarmRefusal {
  const parsed = edgeAlarmSchema.safeParse(raw);
  if (!parsed.success) return "edge-alarm.shape-invalid";
  const alarm = parsed.data;
  const { id, kind, subject, raisedAt, clearedAt, acknowledgedAt, calls } = alarm;
  const texts = [raisedAt, clearedAt, acknowledgedAt, ...calls.map(({ at }) => at)];
  const instants = texts.flatMap((text) => (text === null ? [] : [parseInstant(text)]));
  const [raised = null] = instants;
  if (raised === null || instants.includes(null)) return "edge-alarm.shape-invalid";
  if (instants.some((at) => at !== null && at > now + futureMaxMs)) return "edge-alarm.at-future";
  if (instants.some((at) => at !== null && at < earliestAt)) return "edge-alarm.at-too-old";
  if (kind === "agitator" && !site.appliances.has(subject)) return "edge-alarm.subject-unknown";
  const isPlace = site.probes.has(subject) || site.appliances.has(subject);
  if (ofProbe.has(kind) && !site.probes.has(subject)) return "edge-alarm.subject-unknown";
  if (ofPlace.has(kind) && !isPlace) return "edge-alarm.subject-unknown";
  const read = {
    ...alarm,
    raisedAt: formatInstant(raised),
    clearedAt: inOneForm(clearedAt),
    acknowledgedAt: inOneForm(acknowledgedAt),
    calls: calls.map((call) => ({ ...call, at: inOneForm(call.at) ?? call.at })),
  };
  if (!isAlarmIdentity(id, kind, subject, raised) && !isOnRecord(read)) return "edge-alarm.id-invalid";
  return read;
}

function inOneForm(text: string | null): string | null {
  const at = text === null ? null : parseInstant(text);
  return at === null ? null : formatInstant(at);
}
