import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Anchors } from "./anchor.ts";
import { missingIn, type Range, type Ranges, union } from "./ranges.ts";

/** What the gateway knows of one boot of one device; durable, one row in the buffer. */
export interface BootLedger {
  readonly device: string;
  readonly boot: number;
  /** The source over which it was last heard. */
  readonly source: string;
  readonly lastHeardAt: EpochMs;
  /** Sequences whose readings are on disk, or were and have been delivered. */
  readonly kept: Ranges;
  /** Sequences that the device no longer had when asked. */
  readonly lost: Ranges;
  readonly anchors: Anchors;
}

/** Most runs of kept sequences for one boot; beyond it the oldest hole is given up as lost, and counted. */
export const runsMax = 1_000;

/** Most boots remembered for one device; beyond it the one heard longest ago is forgotten. */
export const bootsMax = 100;

/** The highest sequence kept, or -1. */
export function highestKept(ledger: BootLedger): number {
  return ledger.kept.at(-1)?.[1] ?? -1;
}

/** Kept or given up: nothing more is awaited for these. */
export function settled(ledger: BootLedger): Ranges {
  return ledger.lost.length === 0 ? ledger.kept : union(ledger.kept, ledger.lost);
}

/** The holes below the highest kept sequence that are neither kept nor given up, in order. */
export function holes(ledger: BootLedger): readonly Range[] {
  return missingIn(settled(ledger), 0, highestKept(ledger));
}

/** The sequence up to which nothing is missing any more, or null where the very first is awaited. What `$CKA` says. */
export function acknowledgeable(ledger: BootLedger): number | null {
  const first = settled(ledger)[0];
  return first === undefined || first[0] !== 0 ? null : first[1];
}

/** The key of one boot of one device. */
export const bootKey = (device: string, boot: number): string => `${device}/${boot}`;
