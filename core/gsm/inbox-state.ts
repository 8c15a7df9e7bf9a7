import type { DurationMs, EpochMs } from "../time/millis.ts";

/** Most long messages of other people that are being put together. */
export const joinsMax = 16;
/** Most parts of one that are waited for; what has more is told part by part. */
export const joinPartsMax = 20;
/** How long the missing parts of a long message are awaited. Unit ms. */
export const joinWaitMs: DurationMs = 10 * 60_000;
/** Stands in a text in place of parts that never came. */
export const missingPart = "[...]";

/** A place in a modem's memory. */
export interface Slot {
  /** `SM`, `ME`, `SR`, ... */
  readonly memory: string;
  readonly index: number;
}

/** What a person sent and was told: it stays in its places until it was taken and removed. */
export interface ToldMessage {
  readonly id: number;
  readonly slots: readonly Slot[];
  readonly isTaken: boolean;
}

/** A part of a long message that has come. */
export interface Piece {
  readonly part: number;
  readonly text: string;
  readonly slot: Slot | null;
}

/** A long message that is being put together. */
export interface Join {
  readonly from: string;
  readonly reference: number;
  readonly parts: number;
  readonly at: EpochMs | null;
  /** Monotonic. */
  readonly untilMs: number;
  readonly pieces: readonly Piece[];
}

/** What people sent. */
export interface Inbox {
  readonly told: readonly ToldMessage[];
  readonly joins: readonly Join[];
  readonly nextId: number;
  /** Places that a list named and that are to be read. */
  readonly listed: readonly Slot[];
}

/** Nothing was sent yet. */
export const emptyInbox: Inbox = { told: [], joins: [], nextId: 1, listed: [] };
