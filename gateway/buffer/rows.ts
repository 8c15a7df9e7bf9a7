import type { Fault } from "@coldkeep/core/readings/reading.ts";
import type { BootLedger } from "../intake/ledger.ts";
import type { ProbeReading } from "./buffer.ts";

/** A row as the database gives it. */
export type Row = Record<string, unknown>;

/** A reading from its row. */
export function toReading(row: Row): ProbeReading {
  const [probe, at, value] = [String(row["probe"]), Number(row["at"]), row["value"]];
  return typeof value === "number" ? { probe, at, celsius: value } : { probe, at, fault: value as Fault };
}

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
