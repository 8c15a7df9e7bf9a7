import { type EventKind, eventKinds } from "@coldkeep/core/contract/events.ts";
import type { Fault } from "@coldkeep/core/readings/reading.ts";
import { type TimeQuality, timeSources } from "@coldkeep/core/readings/stamp.ts";
import type { BootLedger } from "../intake/ledger.ts";
import {
  type BufferEntry,
  isReading,
  type RefusedEntry,
  type SignalState,
  type SubjectEvent,
} from "./buffer.ts";

/** A row as the database gives it. */
export type Row = Record<string, unknown>;

/** An entry as the columns of its row. `name` is a probe's id, or `kind:subject` of an event, which no probe can be called. */
export interface EntryColumns {
  readonly name: string;
  readonly value: number | string;
  /** The time's uncertainty and source in one number, or null. */
  readonly time: number | null;
}

/** The columns of an entry. */
export function columnsOf(entry: BufferEntry): EntryColumns {
  if (!isReading(entry))
    return { name: `${entry.kind}:${entry.subject}`, value: entry.active ? "on" : "off", time: null };
  const value = "celsius" in entry ? entry.celsius : entry.fault;
  return { name: entry.probe, value, time: entry.time === undefined ? null : packTime(entry.time) };
}

/** An entry from its row. */
export function toEntry(row: Row): BufferEntry {
  const [name, at, value] = [String(row["probe"]), Number(row["at"]), row["value"]];
  const colon = name.indexOf(":");
  if (colon >= 0) return toEvent(name.slice(0, colon), name.slice(colon + 1), at, value === "on");
  const quality = row["time"] === null ? {} : { time: unpackTime(Number(row["time"])) };
  return typeof value === "number"
    ? { probe: name, at, celsius: value, ...quality }
    : { probe: name, at, fault: value as Fault, ...quality };
}

function toEvent(kindName: string, subject: string, at: number, active: boolean): SubjectEvent {
  const kind = eventKinds.find((each) => each === kindName) ?? (kindName as EventKind);
  return { subject, kind, active, at };
}

const packTime = ({ source, uncertaintyMs }: TimeQuality): number =>
  uncertaintyMs * timeSources.length + timeSources.indexOf(source);

function unpackTime(packed: number): TimeQuality {
  const source = timeSources[packed % timeSources.length] ?? "arrival";
  return { source, uncertaintyMs: Math.floor(packed / timeSources.length) };
}

/** An entry that was set aside, from its row. */
export const toRefused = (row: Row): RefusedEntry => ({
  entry: toEntry(row),
  code: String(row["code"]),
  at: Number(row["refusedAt"]),
});

/** A ledger from its row. */
export function toLedger(row: Row): BootLedger {
  return {
    device: String(row["device"]),
    boot: Number(row["boot"]),
    source: String(row["source"]),
    lastHeardAt: Number(row["lastHeardAt"]),
    kept: JSON.parse(String(row["kept"])) as BootLedger["kept"],
    lost: JSON.parse(String(row["lost"])) as BootLedger["lost"],
    anchors: JSON.parse(String(row["anchors"])) as BootLedger["anchors"],
  };
}

/** A signal from its row. */
export const toSignal = (row: Row): SignalState => ({
  channel: String(row["channel"]),
  active: row["active"] === 1,
  at: Number(row["at"]),
});
