import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";

/**
 * From `fromSequence` on, the event time of a device's sample is `zeroAt + uptimeMs`. A device clock that runs fast or slow gets a
 * further anchor for what follows; what came before keeps its own, so that the time of a sample never depends on when it arrived.
 */
export interface Anchor {
  readonly fromSequence: number;
  /** Wall-clock instant of uptime zero. */
  readonly zeroAt: EpochMs;
}

/** The anchors of one boot of one device, ascending by `fromSequence`; the first also rules all earlier sequences. */
export type Anchors = readonly Anchor[];

/** How far the latest live samples of one boot stood from their anchor. In memory only. */
export interface DriftWatch {
  /** Apparent zero instants of the latest live samples, oldest first. */
  readonly zeros: readonly EpochMs[];
}

/** How many live samples must agree before a clock is said to have drifted. */
export const driftWindow = 8;

/** The anchor that rules a sequence, or null before the boot has one. */
export function anchorOf(anchors: Anchors, sequence: number): Anchor | null {
  return anchors.findLast((anchor) => anchor.fromSequence <= sequence) ?? anchors[0] ?? null;
}

/** The event time of a sample, or null before the boot has an anchor. Never before 1970. */
export function eventTime(anchors: Anchors, sequence: number, uptimeMs: DurationMs): EpochMs | null {
  const anchor = anchorOf(anchors, sequence);
  return anchor === null ? null : Math.max(0, anchor.zeroAt + uptimeMs);
}

/**
 * Watches a live sample. A delay on the line only ever makes a sample look late, so the earliest apparent zero of the window counts:
 * only when even that stands more than `driftMaxMs` from the anchor has the clock moved, and the next sequence gets a new anchor.
 */
export function watchDrift(
  anchors: Anchors,
  watch: DriftWatch,
  sample: { readonly sequence: number; readonly uptimeMs: DurationMs },
  heardAt: EpochMs,
  driftMaxMs: DurationMs,
): { anchors: Anchors; watch: DriftWatch; driftMs: number | null } {
  const anchor = anchorOf(anchors, sample.sequence);
  const zeros = [...watch.zeros, heardAt - sample.uptimeMs].slice(-driftWindow);
  if (anchor === null || zeros.length < driftWindow) return { anchors, watch: { zeros }, driftMs: null };
  const driftMs = Math.min(...zeros) - anchor.zeroAt;
  if (Math.abs(driftMs) <= driftMaxMs) return { anchors, watch: { zeros }, driftMs: null };
  const moved = { fromSequence: sample.sequence + 1, zeroAt: Math.min(...zeros) };
  return { anchors: [...anchors, moved].slice(-anchorsMax), watch: { zeros: [] }, driftMs };
}

/** Most anchors kept for one boot; beyond it the oldest is dropped (a device whose clock moves that often is counted each time). */
export const anchorsMax = 256;
