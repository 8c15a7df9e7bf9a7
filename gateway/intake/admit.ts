import type { DeviceSample } from "@coldkeep/core/readings/sample.ts";
import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";
import type { ProbeReading } from "../buffer/buffer.ts";
import { type Anchors, anchorsMax, eventTime } from "./anchor.ts";
import { type BootLedger, highestKept, runsMax } from "./ledger.ts";
import { holds, type Range, type Ranges, withoutValue, withRange } from "./ranges.ts";

/** A sample as a source hands it in. */
export interface Arrival {
  readonly source: string;
  readonly sample: DeviceSample;
  /** The device's own time, where it has a clock. */
  readonly at: EpochMs | null;
  readonly arrivedAt: EpochMs;
  /** What came over the wire, for the evidence table. */
  readonly raw: Uint8Array;
}

/** The settings that decide about a sample. */
export interface AdmitRules {
  /** Probe ids by `device/channel`. */
  readonly probes: ReadonlyMap<string, string>;
  /** How far in the future a device's own time may lie. Unit ms. */
  readonly futureMaxMs: DurationMs;
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
  /** The boot's ledger with the sample in it; null where nothing changes. */
  readonly ledger: BootLedger | null;
  readonly refusals: readonly { readonly code: AdmitRefusal; readonly channel: string | null }[];
  /** Sequences given up because the boot had more holes than are tracked. */
  readonly givenUp: number;
  /** True where the anchor put the sample into the future, so that it got a new one. */
  readonly moved: boolean;
}

/**
 * Decides about one sample: stamps its event time, drops what is already there, maps channels to probes. Pure.
 * `zeroAt` is the apparent wall-clock instant of the device's uptime zero, used where the boot has no anchor yet.
 */
export function admit(
  rules: AdmitRules,
  ledger: BootLedger | undefined,
  arrival: Arrival,
  zeroAt: EpochMs,
): Admission {
  const { sample, at } = arrival;
  const channels = Object.entries(sample.channels);
  const mapped = channels.flatMap(([channel, value]) => {
    const probe = rules.probes.get(`${sample.device}/${channel}`);
    return probe === undefined ? [] : [{ probe, value }];
  });
  if (mapped.length === 0) return refused("sample.device-unmapped");
  if (ledger !== undefined && holds(ledger.kept, sample.sequence)) return duplicate;
  if (at !== null && at > arrival.arrivedAt + rules.futureMaxMs) return refused("sample.at-future");
  const { anchors, moved } = anchorsFor(rules, ledger, arrival, zeroAt);
  const stamp = at ?? eventTime(anchors, sample.sequence, sample.uptimeMs) ?? arrival.arrivedAt;
  const next = record(ledger, arrival, anchors);
  return {
    outcome: "kept",
    readings: mapped.map(({ probe, value }): ProbeReading =>
      typeof value === "number" ? { probe, at: stamp, celsius: value } : { probe, at: stamp, fault: value },
    ),
    ledger: next.ledger,
    refusals: channels
      .filter(([channel]) => !rules.probes.has(`${sample.device}/${channel}`))
      .map(([channel]) => ({ code: "sample.channel-unmapped", channel })),
    givenUp: next.givenUp,
    moved,
  };
}

/** The boot's anchors; a new one where there is none yet, or where the newest sample would otherwise lie in the future. */
function anchorsFor(
  rules: AdmitRules,
  ledger: BootLedger | undefined,
  arrival: Arrival,
  zeroAt: EpochMs,
): { anchors: Anchors; moved: boolean } {
  const { sample, at, arrivedAt } = arrival;
  const known = ledger?.anchors ?? [];
  const fresh = { fromSequence: sample.sequence, zeroAt: at === null ? zeroAt : at - sample.uptimeMs };
  const derived = eventTime(known, sample.sequence, sample.uptimeMs);
  if (ledger === undefined || derived === null) return { anchors: [fresh], moved: false };
  const moved =
    at === null && derived > arrivedAt + rules.futureMaxMs && sample.sequence > highestKept(ledger);
  return moved ? { anchors: [...known, fresh].slice(-anchorsMax), moved } : { anchors: known, moved };
}

const duplicate: Admission = {
  outcome: "duplicate",
  readings: [],
  ledger: null,
  refusals: [],
  givenUp: 0,
  moved: false,
};

const refused = (code: AdmitRefusal): Admission => ({
  outcome: "refused",
  readings: [],
  ledger: null,
  refusals: [{ code, channel: null }],
  givenUp: 0,
  moved: false,
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
