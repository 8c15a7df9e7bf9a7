import { type ChannelValue, counterMax, type DeviceSample } from "@coldkeep/core/readings/sample.ts";
import type { SerialFrame } from "@coldkeep/core/serial/frame.ts";
import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";
import { addRange, type ResendRange, shortenFirst } from "./resend.ts";

/** A sample in the device's memory, with what the device's own clock showed (the serial dialect does not carry it). */
export interface StoredSample extends DeviceSample {
  readonly at: EpochMs;
}

/** What a power cut does to the samples in a device's memory. */
export type MemoryKind = "volatile" | "kept";

/** What one sensor device remembers. Plain data. */
export interface FirmwareState {
  readonly device: string;
  /** How many samples fit; a further one overwrites the oldest. */
  readonly ringSamples: number;
  readonly memory: MemoryKind;
  /** Counts the device's starts; survives everything. */
  readonly boot: number;
  readonly bootedAt: EpochMs;
  readonly nextSequence: number;
  /** How far the device's clock is ahead of the truth, ms. */
  readonly clockOffsetMs: number;
  /** Samples that nobody has acknowledged, oldest first. */
  readonly ring: readonly StoredSample[];
  readonly resends: readonly ResendRange[];
  /** Samples that were overwritten before anybody acknowledged them. */
  readonly overwritten: number;
  /** Resend requests that found no room. */
  readonly resendsRefused: number;
}

/** What can happen to a device. */
export type FirmwareInput =
  | {
      readonly kind: "sample";
      readonly at: EpochMs;
      readonly channels: Readonly<Record<string, ChannelValue>>;
    }
  /** A line from the gateway; what is for others or makes no sense is passed over. */
  | { readonly kind: "frame"; readonly frame: SerialFrame }
  /** The broker confirmed one sample (PUBACK). */
  | { readonly kind: "delivered"; readonly boot: number; readonly sequence: number }
  | { readonly kind: "reboot"; readonly at: EpochMs }
  | { readonly kind: "clock-jump"; readonly byMs: number }
  /** Nobody listens any more: what was to be sent again need not be. */
  | { readonly kind: "unheard" };

/** The device after an input, and the sample that it took, if it did. */
export interface FirmwareStep {
  readonly state: FirmwareState;
  readonly sampled: StoredSample | null;
}

/** Default size of the ring: 4,096 samples are 2.8 days at one a minute. */
export const ringSamplesDefault = 4_096;

/** What makes up a device. */
export interface FirmwareOptions {
  readonly device: string;
  readonly ringSamples: number;
  readonly memory: MemoryKind;
}

/** A device that starts at `at` as its `boot`-th start, with what its memory kept. */
export function powerOn(
  options: FirmwareOptions,
  boot: number,
  at: EpochMs,
  kept: readonly StoredSample[] = [],
): FirmwareState {
  return {
    ...options,
    boot,
    bootedAt: at,
    nextSequence: 0,
    clockOffsetMs: 0,
    ring: kept.slice(-options.ringSamples),
    resends: [],
    overwritten: 0,
    resendsRefused: 0,
  };
}

/** Advances one device. Pure: time comes in with the input. */
export function stepFirmware(state: FirmwareState, input: FirmwareInput): FirmwareStep {
  const quiet = (next: FirmwareState): FirmwareStep => ({ state: next, sampled: null });
  switch (input.kind) {
    case "sample":
      return takeSample(state.nextSequence > counterMax ? reboot(state, input.at) : state, input);
    case "frame":
      return quiet(hear(state, input.frame));
    case "delivered":
      return quiet(
        forget(state, (sample) => sample.boot === input.boot && sample.sequence === input.sequence),
      );
    case "reboot":
      return quiet(reboot(state, input.at));
    case "clock-jump":
      return quiet({ ...state, clockOffsetMs: state.clockOffsetMs + input.byMs });
    case "unheard":
      return quiet({ ...state, resends: [] });
  }
}

/** Takes the next sample that the gateway asked for out of the requests; null when all are answered. */
export function takeResend(state: FirmwareState): {
  readonly state: FirmwareState;
  readonly sample: StoredSample | null;
} {
  let { resends } = state;
  for (let range = resends[0]; range !== undefined; range = resends[0]) {
    const { boot, first, last } = range;
    const sample = state.ring.find(
      (kept) => kept.boot === boot && kept.sequence >= first && kept.sequence <= last,
    );
    resends = shortenFirst(resends, sample?.sequence ?? last);
    if (sample !== undefined) return { state: { ...state, resends }, sample };
  }
  return { state: { ...state, resends }, sample: null };
}

/** Time since the device's start as its own counter shows it. */
export function uptimeMs(state: FirmwareState, at: EpochMs): DurationMs {
  return Math.max(0, at - state.bootedAt);
}

function takeSample(state: FirmwareState, input: FirmwareInput & { kind: "sample" }): FirmwareStep {
  const sampled: StoredSample = {
    device: state.device,
    boot: state.boot,
    sequence: state.nextSequence,
    uptimeMs: uptimeMs(state, input.at),
    at: input.at + state.clockOffsetMs,
    channels: input.channels,
  };
  const full = state.ring.length >= state.ringSamples;
  const ring = [
    ...(full ? state.ring.slice(state.ring.length - state.ringSamples + 1) : state.ring),
    sampled,
  ];
  const overwritten = state.overwritten + (full ? 1 : 0);
  return { state: { ...state, nextSequence: state.nextSequence + 1, ring, overwritten }, sampled };
}

function reboot(state: FirmwareState, at: EpochMs): FirmwareState {
  const kept = state.memory === "kept" ? state.ring : [];
  const { overwritten, resendsRefused } = state;
  return { ...powerOn(state, state.boot + 1, at, kept), overwritten, resendsRefused };
}

function hear(state: FirmwareState, frame: SerialFrame): FirmwareState {
  if (frame.kind === "sample" || frame.device !== state.device) return state;
  const { boot } = frame;
  if (frame.kind === "acknowledge") {
    return forget(state, (sample) => sample.boot === boot && sample.sequence <= frame.sequence);
  }
  const newest = state.ring.findLast((sample) => sample.boot === boot)?.sequence;
  if (newest === undefined || newest < frame.first) return state;
  const resends = addRange(state.resends, { boot, first: frame.first, last: Math.min(frame.last, newest) });
  return resends === null ? { ...state, resendsRefused: state.resendsRefused + 1 } : { ...state, resends };
}

function forget(state: FirmwareState, acknowledged: (sample: StoredSample) => boolean): FirmwareState {
  return { ...state, ring: state.ring.filter((sample) => !acknowledged(sample)) };
}
