import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";

/**
 * From `fromSequence` on, the event time of a device's sample is `zeroAt + uptimeMs`. A device clock that runs fast or slow gets a
 * further anchor for what follows; what came before keeps its own, so that the time of a sample never depends on when it arrived.
 */
export interface Anchor {
  readonly fromSequence: number;
  /** Wall-clock instant of uptime zero. */
  readonly zeroAt: EpochMs;
  /** How far off `zeroAt` may be where it was last judged. Absent in what older gateways stored. Unit ms. */
  readonly errorMs?: DurationMs;
  /** The uptimes between which it was judged, in ms: what lies outside may have drifted further. */
  readonly judged?: readonly [fromUptimeMs: DurationMs, toUptimeMs: DurationMs];
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
  /** The most that any of them may have been under way, plus how far the gateway's clock may have been off then. Unit ms. */
  readonly errorMs: DurationMs;
}

/** How many live samples it takes to judge a clock. */
export const driftSamples = 8;

/** How fast or slow a device's clock may run, in millionths: a quartz without compensation in the cold, and twice that. */
export const deviceDriftPpm = 200;

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
 * How far the event time of a sample may be off: what its anchor was off by when it was judged, what it tolerates in between
 * (`driftMaxMs`), and what a clock may drift from the nearest judgement on. Unit ms.
 */
export function anchorErrorMs(anchor: Anchor, uptimeMs: DurationMs, driftMaxMs: DurationMs): DurationMs {
  const { errorMs = driftMaxMs, judged = [0, 0] } = anchor;
  const isBetween = uptimeMs >= judged[0] && uptimeMs <= judged[1];
  const beyondMs = Math.max(judged[0] - uptimeMs, uptimeMs - judged[1], 0);
  const tolerated = isBetween && judged[1] > judged[0] ? driftMaxMs : 0;
  return errorMs + tolerated + (beyondMs * deviceDriftPpm) / 1_000_000;
}

/** What a live sample says about its boot's clock, as it was heard. */
export interface HeardSample {
  readonly sequence: number;
  readonly uptimeMs: DurationMs;
  readonly heardAt: EpochMs;
  /** How long it may have been under way, plus how far the gateway's clock may be off. Unit ms. */
  readonly errorMs: DurationMs;
  /** Uptime zero by the device's own clock, where it has one that agrees with when the sample was heard. */
  readonly ownZero: EpochMs | null;
}

/**
 * Watches a live sample. A clock is judged over at least `driftSamples` samples and twice `driftMaxMs` of its uptime. It has drifted if it
 * stands more than `driftMaxMs` (and more than the gateway's own clock leaves open) from its anchor and the samples agree within as much.
 * What a broker had queued does not agree: it comes faster than it was taken. The next sequence then gets a new anchor, at the device's own
 * word or at the earliest zero, for a line only ever delays.
 */
export function watchDrift(
  anchors: Anchors,
  watch: DriftWatch | null,
  sample: HeardSample,
  driftMaxMs: DurationMs,
): { anchors: Anchors; watch: DriftWatch | null; driftMs: number | null } {
  const { sequence, uptimeMs } = sample;
  const seen = extend(watch, sample);
  const { errorMs } = seen;
  const spanMs = uptimeMs - seen.fromUptimeMs;
  if (seen.samples < driftSamples || spanMs < 2 * driftMaxMs) return { anchors, watch: seen, driftMs: null };
  const anchor = anchorOf(anchors, sequence);
  if (anchor === null || seen.latestZero - seen.earliestZero > driftMaxMs)
    return { anchors, watch: null, driftMs: null };
  const driftMs = seen.earliestZero - anchor.zeroAt;
  if (Math.abs(driftMs) <= driftMaxMs + errorMs)
    return { anchors: judgedAgain(anchors, anchor, uptimeMs, seen, driftMaxMs), watch: null, driftMs: null };
  const zeroAt = sample.ownZero ?? seen.earliestZero;
  const moved: Anchor = {
    fromSequence: sequence + 1,
    zeroAt,
    errorMs: errorMs + seen.latestZero - seen.earliestZero,
    judged: [uptimeMs, uptimeMs],
  };
  return { anchors: [...anchors, moved].slice(-anchorsMax), watch: null, driftMs };
}

/**
 * What the samples seen together do not agree about, such as over an outage in which the clock drifted on, nobody knows. A judgement that
 * leaves more open than what is known already, such as by a clock that nothing has confirmed, says nothing.
 */
function judgedAgain(
  anchors: Anchors,
  anchor: Anchor,
  uptimeMs: DurationMs,
  seen: DriftWatch,
  driftMaxMs: DurationMs,
): Anchors {
  const judged = [anchor.judged?.[0] ?? uptimeMs, uptimeMs] as const;
  const furthestMs = Math.max(
    ...[seen.earliestZero, seen.latestZero].map((zero) => Math.abs(zero - anchor.zeroAt)),
  );
  const errorMs = furthestMs + seen.errorMs;
  if (errorMs > anchorErrorMs(anchor, uptimeMs, driftMaxMs)) return anchors;
  const next: Anchor = { ...anchor, errorMs, judged };
  return anchors.map((one) => (one === anchor ? next : one));
}

function extend(watch: DriftWatch | null, { uptimeMs, heardAt, errorMs }: HeardSample): DriftWatch {
  const zero = heardAt - uptimeMs;
  if (watch === null || uptimeMs < watch.fromUptimeMs)
    return { samples: 1, fromUptimeMs: uptimeMs, earliestZero: zero, latestZero: zero, errorMs };
  return {
    samples: watch.samples + 1,
    fromUptimeMs: watch.fromUptimeMs,
    earliestZero: Math.min(watch.earliestZero, zero),
    latestZero: Math.max(watch.latestZero, zero),
    errorMs: Math.max(watch.errorMs, errorMs),
  };
}

/** Most anchors kept for one boot; beyond it the oldest is dropped (a device whose clock moves that often is counted each time). */
export const anchorsMax = 256;
