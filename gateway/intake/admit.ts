import { type ChannelValue, type DeviceSample, plausibleCelsius } from "@coldkeep/core/readings/sample.ts";
import { type Stamp, timeQuality } from "@coldkeep/core/readings/stamp.ts";
import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";
import type { ProbeReading } from "../buffer/buffer.ts";
import { type Anchor, anchorErrorMs, anchorOf, type Anchors, anchorsMax, eventTime } from "./anchor.ts";
import { type BootLedger, highestKept, runsMax } from "./ledger.ts";
import type { SignalRule } from "./signals.ts";
import type { ZeroEstimate } from "./unheard-boot.ts";
import { holds, type Range, type Ranges, withoutValue, withRange } from "./ranges.ts";

/** A sample as a source hands it in. */
export interface Arrival {
  readonly source: string;
  readonly sample: DeviceSample;
  /** The device's own time, where it has a clock. */
  readonly at: EpochMs | null;
  readonly arrivedAt: EpochMs;
  /** How long it may have been under way. Unit ms, default `deliveryMaxMs`. */
  readonly delayMaxMs?: DurationMs;
  /** When its boot began, where that boot was never heard while it ran. */
  readonly zero?: ZeroEstimate | null;
  /** What came over the wire, for the evidence table. */
  readonly raw: Uint8Array;
}

/** How long a sample is under way at the most, where its source knows nothing better. Unit ms. */
export const deliveryMaxMs: DurationMs = 1_000;

/** What a device that does not count its samples showed at one instant. */
export interface Observation {
  readonly source: string;
  readonly device: string;
  readonly stamp: Stamp;
  readonly arrivedAt: EpochMs;
  readonly channels: Readonly<Record<string, ChannelValue>>;
  /** What came over the wire, for the evidence table. */
  readonly raw: Uint8Array;
  /** True where the device or its broker keeps what is not taken, so that a full buffer may refuse it. */
  readonly keeps: boolean;
}

/** The settings that decide about a sample. */
export interface AdmitRules {
  /** Probe ids by `device/channel`. */
  readonly probes: ReadonlyMap<string, string>;
  /** Contacts and batteries by `device/channel`. */
  readonly signals: ReadonlyMap<string, SignalRule>;
  /** How far a device's clock may stand from its anchor before it gets another. Unit ms. */
  readonly driftMaxMs: DurationMs;
  /** How far in the future a device's own time may lie. Unit ms. */
  readonly futureMaxMs: DurationMs;
}

/** How good the gateway's own time is at a commit. */
export interface OwnTime {
  /** How far it may be off. Unit ms. */
  readonly errorMs: DurationMs;
  /** True once something other than the machine has said that it is right. */
  readonly isConfirmed: boolean;
}

/** Why a sample, or a part of it, is not taken; counted, and listed in docs/errors.md. */
export type AdmitRefusal = "sample.device-unmapped" | "sample.channel-unmapped" | "sample.at-future";

/**
 * What became of a sample. `kept`: in this commit. `duplicate`: held or delivered before. `refused`: not taken, and never will be as things
 * stand.
 */
export interface Admission {
  readonly outcome: "kept" | "duplicate" | "refused";
  readonly readings: readonly ProbeReading[];
  /** Values of contacts and batteries. */
  readonly signals: readonly SignalSample[];
  /** The boot's ledger with the sample in it; null where nothing changes. */
  readonly ledger: BootLedger | null;
  readonly refusals: readonly { readonly code: AdmitRefusal; readonly channel: string | null }[];
  /** Readings whose time is not believed: set aside until the clock is put right or a person decides. */
  readonly setAside: readonly ProbeReading[];
  /** Whether the device's own clock is off; null where it says nothing of it. */
  readonly clockOff: boolean | null;
  /** Sequences given up because the boot had more holes than are tracked. */
  readonly givenUp: number;
  /** True where the anchor put the sample into the future, so that it got a new one. */
  readonly moved: boolean;
}

/** One value of a contact or battery. */
export interface SignalSample {
  /** `device/channel`. */
  readonly channel: string;
  readonly rule: SignalRule;
  readonly value: ChannelValue;
  readonly at: EpochMs;
}

/** How well a device with a clock that agrees with the gateway's knows the time. Unit ms. */
export const deviceClockUncertaintyMs: DurationMs = 1_000;

/**
 * Decides about one sample: stamps its event time, drops what is already there, maps channels to probes. Pure.
 * `zeroAt` is the apparent wall-clock instant of the device's uptime zero, used where the boot has no anchor yet.
 */
export function admit(
  rules: AdmitRules,
  ledger: BootLedger | undefined,
  arrival: Arrival,
  zeroAt: EpochMs,
  own: OwnTime,
): Admission {
  const { sample } = arrival;
  const mapped = mapChannels(rules, sample.device, sample.channels);
  if (mapped.isEmpty) return refused("sample.device-unmapped");
  if (ledger !== undefined && holds(ledger.kept, sample.sequence)) return duplicate;
  const { anchors, moved } = anchorsFor(rules, ledger, arrival, zeroAt, own);
  const stamped = stampOf(rules, anchors, arrival, own);
  const next = record(ledger, arrival, anchors);
  return {
    ...taken,
    ...mapped.at(stamped.stamp),
    ledger: next.ledger,
    givenUp: next.givenUp,
    clockOff: stamped.clockOff,
    moved,
  };
}

/**
 * Decides about an observation: maps channels, and sets aside what lies in the future. What the gateway stamped by its own clock is as far
 * off as that may be. Pure.
 */
export function admitObservation(rules: AdmitRules, observation: Observation, own: OwnTime): Admission {
  const { stamp, arrivedAt } = observation;
  const mapped = mapChannels(rules, observation.device, observation.channels);
  if (mapped.isEmpty) return refused("sample.device-unmapped");
  const { source, uncertaintyMs } = stamp.time;
  const isOwn = source !== "device";
  const time = isOwn ? timeQuality(source, uncertaintyMs + own.errorMs) : stamp.time;
  const { readings, signals, refusals } = mapped.at({ at: stamp.at, time });
  if (stamp.at <= arrivedAt + rules.futureMaxMs)
    return { ...taken, readings, signals, refusals, clockOff: isOwn ? null : false };
  const future = { code: "sample.at-future", channel: null } as const;
  return { ...taken, setAside: readings, refusals: [...refusals, future], clockOff: true };
}

/** What the channels of a device are mapped to, to be stamped once the time is known. */
function mapChannels(rules: AdmitRules, device: string, channels: Observation["channels"]) {
  const probes: { probe: string; value: ChannelValue }[] = [];
  const signals: Omit<SignalSample, "at">[] = [];
  const refusals: { code: AdmitRefusal; channel: string }[] = [];
  for (const [channel, value] of Object.entries(channels)) {
    const name = `${device}/${channel}`;
    const probe = rules.probes.get(name);
    const rule = rules.signals.get(name);
    if (probe !== undefined) probes.push({ probe, value: asTemperature(value) });
    if (rule !== undefined) signals.push({ channel: name, rule, value });
    if (probe === undefined && rule === undefined)
      refusals.push({ code: "sample.channel-unmapped", channel });
  }
  return {
    isEmpty: probes.length + signals.length === 0,
    at: ({ at, time }: Stamp) => ({
      readings: probes.map(({ probe, value }): ProbeReading => {
        const said = typeof value === "number" ? (plausibleCelsius(value) ?? "implausible") : value;
        return typeof said === "number"
          ? { probe, at, celsius: said, time }
          : { probe, at, fault: said, time };
      }),
      signals: signals.map((signal): SignalSample => ({ ...signal, at })),
      refusals,
    }),
  };
}

/** A number that is no temperature, such as a pressure mapped by mistake, is the probe's fault and not one of the whole batch. */
const asTemperature = (value: ChannelValue): ChannelValue =>
  typeof value === "number" ? (plausibleCelsius(value) ?? "implausible") : value;

/**
 * When a sample was taken. A device's own time is believed where it agrees with its uptime on the boot's anchor: uptime cannot jump, so where
 * they part the clock did, and uptime rules.
 */
function stampOf(
  rules: AdmitRules,
  anchors: Anchors,
  { sample, at, arrivedAt, delayMaxMs = deliveryMaxMs }: Arrival,
  own: OwnTime,
): { stamp: Stamp; clockOff: boolean | null } {
  const anchor = anchorOf(anchors, sample.sequence);
  const derived = eventTime(anchors, sample.sequence, sample.uptimeMs);
  if (anchor === null || derived === null)
    return {
      stamp: { at: arrivedAt, time: timeQuality("arrival", delayMaxMs + own.errorMs) },
      clockOff: null,
    };
  const errorMs = anchorErrorMs(anchor, sample.uptimeMs, rules.driftMaxMs);
  if (at === null) return { stamp: { at: derived, time: timeQuality("uptime", errorMs) }, clockOff: null };
  const partedMs = Math.abs(at - derived);
  if (partedMs > rules.driftMaxMs)
    return { stamp: { at: derived, time: timeQuality("uptime", errorMs) }, clockOff: true };
  const offMs = Math.min(partedMs + errorMs, heardWithinMs(at, arrivedAt, delayMaxMs) + own.errorMs);
  return {
    stamp: { at, time: timeQuality("device", Math.max(deviceClockUncertaintyMs, offMs)) },
    clockOff: false,
  };
}

/** How far a time may be off that is told of something heard at `arrivedAt`, at most `delayMaxMs` after it was. */
const heardWithinMs = (at: EpochMs, arrivedAt: EpochMs, delayMaxMs: DurationMs): DurationMs =>
  Math.max(Math.abs(arrivedAt - at), Math.abs(at - (arrivedAt - delayMaxMs)));

/**
 * The boot's anchors; a new one where there is none yet, or where the newest sample would otherwise lie in the future of a clock that is
 * known to be right.
 */
function anchorsFor(
  rules: AdmitRules,
  ledger: BootLedger | undefined,
  arrival: Arrival,
  zeroAt: EpochMs,
  own: OwnTime,
): { anchors: Anchors; moved: boolean } {
  const { sample, arrivedAt } = arrival;
  const known = ledger?.anchors ?? [];
  const derived = eventTime(known, sample.sequence, sample.uptimeMs);
  if (ledger === undefined || derived === null)
    return { anchors: [firstAnchor(rules, arrival, zeroAt, own)], moved: false };
  const moved =
    own.isConfirmed && derived > arrivedAt + rules.futureMaxMs && sample.sequence > highestKept(ledger);
  if (!moved) return { anchors: known, moved };
  const fresh = { ...firstAnchor(rules, arrival, zeroAt, own), fromSequence: sample.sequence };
  return { anchors: [...known, fresh].slice(-anchorsMax), moved };
}

/** By the device's own word, unless that lies in the future; the sample was then really taken at any instant from which it can have been under way. */
function firstAnchor(
  rules: AdmitRules,
  { sample, at, arrivedAt, delayMaxMs = deliveryMaxMs, zero = null }: Arrival,
  zeroAt: EpochMs,
  own: OwnTime,
): Anchor {
  const { sequence: fromSequence, uptimeMs } = sample;
  if (zero !== null && at === null)
    return { fromSequence, zeroAt: zero.at, errorMs: zero.errorMs, judged: [0, 0] };
  const judged = [uptimeMs, uptimeMs] as const;
  const isBelieved = at !== null && at <= arrivedAt + rules.futureMaxMs;
  if (!isBelieved) return { fromSequence, zeroAt, errorMs: delayMaxMs + own.errorMs, judged };
  const errorMs = Math.max(deviceClockUncertaintyMs, heardWithinMs(at, arrivedAt, delayMaxMs)) + own.errorMs;
  return { fromSequence, zeroAt: at - uptimeMs, errorMs, judged };
}

const taken: Admission = {
  outcome: "kept",
  readings: [],
  signals: [],
  ledger: null,
  refusals: [],
  setAside: [],
  clockOff: null,
  givenUp: 0,
  moved: false,
};

const duplicate: Admission = { ...taken, outcome: "duplicate" };

const refused = (code: AdmitRefusal): Admission => ({
  ...taken,
  outcome: "refused",
  refusals: [{ code, channel: null }],
});

function record(
  ledger: BootLedger | undefined,
  arrival: Arrival,
  anchors: Anchors,
): { ledger: BootLedger; givenUp: number } {
  const { device, boot, sequence } = arrival.sample;
  const kept = withRange(ledger?.kept ?? [], [sequence, sequence]);
  const base: BootLedger = {
    device,
    boot,
    source: arrival.source,
    lastHeardAt: arrival.arrivedAt,
    kept,
    lost: withoutValue(ledger?.lost ?? [], sequence),
    anchors,
  };
  return kept.length > runsMax ? closeOldestHole(base) : { ledger: base, givenUp: 0 };
}

/** Melts the two oldest runs into one: what lay between them counts as kept from now on, and is lost if it should still come. */
function closeOldestHole(ledger: BootLedger): { ledger: BootLedger; givenUp: number } {
  const [one, two, ...rest] = ledger.kept;
  if (one === undefined || two === undefined) return { ledger, givenUp: 0 };
  const hole: Range = [one[1] + 1, two[0] - 1];
  const lost: Ranges = ledger.lost.filter((range) => range[0] > hole[1] || range[1] < hole[0]);
  const alreadyLost = ledger.lost.length - lost.length > 0;
  return {
    ledger: { ...ledger, kept: [[one[0], two[1]], ...rest], lost },
    givenUp: alreadyLost ? 0 : hole[1] - hole[0] + 1,
  };
}
