import type { EventKind } from "@coldkeep/core/contract/events.ts";
import type { Reading } from "@coldkeep/core/readings/reading.ts";
import type { TimeQuality } from "@coldkeep/core/readings/stamp.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { BootLedger } from "../intake/ledger.ts";

/** A reading with its probe and how good its time is, as the buffer holds it until the server has it. */
export type ProbeReading = Reading & { readonly probe: string; readonly time?: TimeQuality };

/** What an appliance, a device or the gateway told of itself: `active` from `at` on. Travels with the readings, in order. */
export interface SubjectEvent {
  readonly subject: string;
  readonly kind: EventKind;
  readonly active: boolean;
  readonly at: EpochMs;
}

/** What the buffer holds: readings and events alike. */
export type BufferEntry = ProbeReading | SubjectEvent;

/** Narrows an entry to a reading. */
export const isReading = (entry: BufferEntry): entry is ProbeReading => "probe" in entry;

/** Narrows an entry to an event. */
export const isEvent = (entry: BufferEntry): entry is SubjectEvent => !isReading(entry);

/** How a contact or battery stood last, so that only changes become events. */
export interface SignalState {
  /** `device/channel`. */
  readonly channel: string;
  readonly active: boolean;
  readonly at: EpochMs;
}

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
  /** Readings and events, in the order in which they are sent. */
  readonly entries: readonly BufferEntry[];
  /** Readings that are kept but not sent, with the reason. */
  readonly setAside: readonly RefusedEntry[];
  /** Signals that changed. */
  readonly signals: readonly SignalState[];
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
  /** Entries held after this batch, at the moment it was made. */
  readonly heldReadings: number;
  readonly entries: readonly BufferEntry[];
}

/** A single entry that is set aside: the server refuses it, or its time is not believed. Kept until a person decides. */
export interface RefusedEntry {
  readonly entry: BufferEntry;
  readonly code: string;
  readonly at: EpochMs;
}

/** How much room the buffer takes, and how much it finds. */
export interface Usage {
  readonly heldReadings: number;
  /** What the file's content takes on disk; its log (at most `logBytesMax`) not counted. */
  readonly usedBytes: number;
  /** Room inside the file that deleted entries left: taken again before the file grows. */
  readonly reusableBytes: number;
  /** What the disk has left for us. */
  readonly diskFreeBytes: number;
}

/** What one step of thinning out came to. */
export interface Thinned {
  /** Entries looked at, at most `thinEntriesMax`. */
  readonly examined: number;
  readonly dropped: number;
  /** False where the step reached the newest entry that waits: the next one begins with the oldest again. */
  readonly more: boolean;
}

/** Most entries that one step of thinning out looks at: it holds up everything else meanwhile. */
export const thinEntriesMax = 10_000;

/** Largest that the database's log grows beside the file. Bytes. It stays allocated, so that a full disk can still be drained. */
export const logBytesMax = 16 * 1024 * 1024;

/**
 * The durable buffer between sources and server. Every method is one transaction that is on disk when it returns; each throws
 * `buffer.write-failed` where it cannot be. See docs/protocols.md, "What a gateway promises".
 */
export interface ReadingBuffer {
  /** Entries held: waiting, in an open batch, or set aside. */
  readonly heldReadings: () => number;
  /** Entries that wait in the backlog lane, not yet in a batch. */
  readonly backlogReadings: () => number;
  readonly usage: () => Usage;
  /**
   * Thins out the next stretch of what waits, from the oldest on, see thinning.ts; never what is in an open batch. What was dropped is kept
   * as evidence `buffer.thinned` with its span. Null where nothing waits.
   */
  readonly thinOut: (at: EpochMs) => Thinned | null;
  /** The number of the newest entry ever held; entries have ascending numbers. */
  readonly lastEntry: () => number;
  /** The first `countMax` entries held after a number (those set aside left out), in order; `last` is the number to go on from, null at the end. */
  readonly entriesAfter: (
    entry: number,
    countMax: number,
  ) => { readonly entries: readonly BufferEntry[]; readonly last: number | null };
  /** All ledgers, for the start. */
  readonly ledgers: () => readonly BootLedger[];
  /** All signals, for the start. */
  readonly signals: () => readonly SignalState[];
  readonly append: (commit: Commit) => void;
  /** The lane's oldest open batch; if none, a new one of at most `entriesMax` entries; null where nothing waits. */
  readonly nextBatch: (lane: LaneName, entriesMax: number) => StoredBatch | null;
  /** The server has it: the batch and its entries go. `evidence` keeps what the server rejected within it. */
  readonly complete: (sequence: number, evidence: readonly Evidence[]) => void;
  /** Replaces a batch of two or more entries by its halves, under new sequences. */
  readonly split: (sequence: number) => void;
  /** Gives a batch a fresh sequence, at least `floor`. */
  readonly renumber: (sequence: number, floor: number) => void;
  /** Sets the entries of a batch aside as refused. */
  readonly refuse: (sequence: number, code: string, at: EpochMs) => void;
  /** Puts entries that were set aside back into line, all or those that are chosen; returns how many. */
  readonly requeueRefused: (chosen?: (one: RefusedEntry) => boolean) => number;
  readonly refused: () => readonly RefusedEntry[];
  /** How many entries are set aside. */
  readonly refusedCount: () => number;
  /** The latest refusals that are kept, at most `most` (default all), oldest first. */
  readonly evidence: (most?: number) => readonly Evidence[];
  readonly close: () => void;
}
