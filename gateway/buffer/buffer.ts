import type { Reading } from "@coldkeep/core/readings/reading.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { BootLedger } from "../intake/ledger.ts";

/** A reading with its probe, as the buffer holds it until the server has it. */
export type ProbeReading = Reading & { readonly probe: string };

/** What was refused, and why: kept so that a person can see it. */
export interface Evidence {
  readonly at: EpochMs;
  /** The source's id, or `uplink`. */
  readonly source: string;
  /** Stable code from docs/errors.md. */
  readonly code: string;
  /** The first bytes of what was refused, at most `excerptBytesMax`. */
  readonly excerpt: Uint8Array;
}

/** Most bytes of refused input that are kept of each. */
export const excerptBytesMax = 200;

/** How many refusals are kept; the oldest go first. */
export const evidenceMax = 1_000;

/** What one commit makes durable, all or nothing. */
export interface Commit {
  readonly readings: readonly ProbeReading[];
  /** Ledgers as they are after this commit. */
  readonly ledgers: readonly BootLedger[];
  /** Boots that are remembered no longer. */
  readonly forgotten: readonly { readonly device: string; readonly boot: number }[];
  readonly evidence: readonly Evidence[];
}

/** `live`: what just came in. `backlog`: what piled up while the server was away. Each in order, the two side by side. */
export type LaneName = "live" | "backlog";

/** A batch whose sequence and content are on disk and never change while it is open. */
export interface StoredBatch {
  readonly sequence: number;
  readonly lane: LaneName;
  /** Readings held after this batch, at the moment it was made. */
  readonly heldReadings: number;
  readonly readings: readonly ProbeReading[];
}

/** A single reading that the server refuses to take. Kept until a person decides. */
export interface RefusedReading {
  readonly reading: ProbeReading;
  readonly code: string;
  readonly at: EpochMs;
}

/**
 * The durable buffer between sources and server. Every method is one transaction that is on disk when it returns; each throws
 * `buffer.write-failed` where it cannot be. See docs/protocols.md, "What a gateway promises".
 */
export interface ReadingBuffer {
  /** Readings held: waiting, in an open batch, or refused. */
  readonly heldReadings: () => number;
  /** Readings that wait in the backlog lane, not yet in a batch. */
  readonly backlogReadings: () => number;
  /** All ledgers, for the start. */
  readonly ledgers: () => readonly BootLedger[];
  readonly append: (commit: Commit) => void;
  /** The lane's oldest open batch; if none, a new one of at most `readingsMax`; null where nothing waits. */
  readonly nextBatch: (lane: LaneName, readingsMax: number) => StoredBatch | null;
  /** The server has it: the batch and its readings go. `evidence` keeps what the server rejected within it. */
  readonly complete: (sequence: number, evidence: readonly Evidence[]) => void;
  /** Replaces a batch of two or more readings by its halves, under new sequences. */
  readonly split: (sequence: number) => void;
  /** Gives a batch a fresh sequence, at least `floor`. */
  readonly renumber: (sequence: number, floor: number) => void;
  /** Sets the readings of a batch aside as refused. */
  readonly refuse: (sequence: number, code: string, at: EpochMs) => void;
  /** Puts all refused readings back into line; returns how many. */
  readonly requeueRefused: () => number;
  readonly refused: () => readonly RefusedReading[];
  /** The refusals that are kept, oldest first. */
  readonly evidence: () => readonly Evidence[];
  readonly close: () => void;
}
