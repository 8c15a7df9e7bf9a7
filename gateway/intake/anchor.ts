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

/** What the live samples since the last judgement said of one boot's clock. In memory only. */
export interface DriftWatch {
  readonly samples: number;
  /** Uptime of the first of them. */
  readonly fromUptimeMs: DurationMs;
  /** Earliest and latest apparent instant of uptime zero. */
  readonly earliestZero: EpochMs;
  readonly latestZero: EpochMs;
}

/** How many live samples it takes to judge a clock. */
export const driftSamples = 8;

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
 * Watches a live sample. A clock is judged over at least `driftSamples` samples and twice `driftMaxMs` of its uptime. It has drifted if it
 * stands more than `driftMaxMs` from its anchor and the samples agree within as much. What a broker had queued does not agree: it comes
 * faster than it was taken. The next sequence then gets a new anchor, at the earliest zero, for a line only ever delays.
 */
export function watchDrift(
  anchors: Anchors,
  watch: DriftWatch | null,
  sample: { readonly sequence: number; readonly uptimeMs: DurationMs },
  heardAt: EpochMs,
  driftMaxMs: DurationMs,
): { anchors: Anchors; watch: DriftWatch | null; driftMs: number | null } {
  const seen = extend(watch, sample.uptimeMs, heardAt - sample.uptimeMs);
  const spanMs = sample.uptimeMs - seen.fromUptimeMs;
  if (seen.samples < driftSamples || spanMs < 2 * driftMaxMs) return { anchors, watch: seen, driftMs: null };
  const anchor = anchorOf(anchors, sample.sequence);
  const driftMs = anchor === null ? 0 : seen.earliestZero - anchor.zeroAt;
  const agreed = seen.latestZero - seen.earliestZero <= driftMaxMs;
  if (!agreed || Math.abs(driftMs) <= driftMaxMs) return { anchors, watch: null, driftMs: null };
  const moved = { fromSequence: sample.sequence + 1, zeroAt: seen.earliestZero };
  return { anchors: [...anchors, moved].slice(-anchorsMax), watch: null, driftMs };
}

function extend(watch: DriftWatch | null, uptimeMs: DurationMs, zero: EpochMs): DriftWatch {
  if (watch === null || uptimeMs < watch.fromUptimeMs)
    return { samples: 1, fromUptimeMs: uptimeMs, earliestZero: zero, latestZero: zero };
  return {
    samples: watch.samples + 1,
    fromUptimeMs: watch.fromUptimeMs,
    earliestZero: Math.min(watch.earliestZero, zero),
    latestZero: Math.max(watch.latestZero, zero),
  };
}

/** Most anchors kept for one boot; beyond it the oldest is dropped (a device whose clock moves that often is counted each time). */
export const anchorsMax = 256;
