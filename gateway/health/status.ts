import { formatInstant } from "@coldkeep/core/time/millis.ts";
import type { Evidence, ReadingBuffer } from "../buffer/buffer.ts";
import type { CapacityLimits } from "../intake/capacity.ts";
import { type BootLedger, highestKept, holes } from "../intake/ledger.ts";
import type { Recorder } from "../intake/recorder.ts";
import { sizeOf } from "../intake/ranges.ts";
import type { GatewaySettings } from "../settings/settings.ts";
import type { SteadyClock } from "../time/steady-clock.ts";
import type { Source } from "../sources/source.ts";
import type { Uplink } from "../uplink/uplink.ts";
import type { EdgeWatch } from "../watch/edge-watch.ts";
import type { Counters } from "./counters.ts";
import type { LatestValues } from "./latest.ts";

/** How many of the latest refusals the status shows. */
const evidenceShown = 20;

/** What a channel of the settings is for: a probe, or `door of fridge-1` and the like. */
export interface ChannelPurpose {
  readonly of: string;
  readonly isProbe: boolean;
}

/** What each channel of the settings is for. */
export function channelPurposes({
  probes,
  signals,
}: Pick<GatewaySettings, "probes" | "signals">): ReadonlyMap<string, ChannelPurpose> {
  return new Map<string, ChannelPurpose>([
    ...Object.entries(probes).map(([name, of]) => [name, { of, isProbe: true }] as const),
    ...Object.entries(signals).map(
      ([name, { kind, subject }]) => [name, { of: `${kind} of ${subject}`, isProbe: false }] as const,
    ),
  ]);
}

/** How the gateway stands, as it goes out as JSON. */
export type GatewayStatus = ReturnType<typeof statusOf>;

/** Everything a person at the gateway wants to know, as JSON. */
export function statusOf(parts: {
  readonly gateway: string;
  /** What each channel's readings are of. */
  readonly channels: ReadonlyMap<string, ChannelPurpose>;
  readonly latest: LatestValues;
  readonly limits: CapacityLimits;
  readonly clock: SteadyClock;
  readonly buffer: ReadingBuffer;
  readonly recorder: Recorder;
  readonly sources: readonly Source[];
  readonly uplink: Uplink;
  readonly watch: EdgeWatch;
  readonly counters: Counters;
  readonly damagedFile: string | null;
}) {
  const { buffer, recorder } = parts;
  return {
    gateway: parts.gateway,
    clock: {
      now: instant(parts.clock.epochMs()),
      confirmed: parts.clock.isConfirmed(),
      uncertaintyMs: parts.clock.errorMs(),
      machineIsOffByMs: parts.clock.stepMs(),
    },
    buffer: {
      stage: recorder.stage(),
      ...buffer.usage(),
      bufferReadingsMax: parts.limits.readingsMax,
      bufferBytesMax: parts.limits.bytesMax,
      diskFreeMin: parts.limits.diskFreeMin,
      refusedReadings: buffer.refusedCount(),
      damagedFile: parts.damagedFile,
    },
    uplink: parts.uplink.status().map(({ lane, trouble, failures, deliveredAt }) => ({
      lane,
      trouble,
      failures,
      deliveredAt: instant(deliveredAt),
    })),
    watch: parts.watch.status(),
    sources: parts.sources.map((source) => {
      const status = source.status();
      return { ...status, lastHeardAt: instant(status.lastHeardAt) };
    }),
    devices: latestBoots(recorder.ledgers()).map((ledger) => ({
      device: ledger.device,
      boot: ledger.boot,
      source: ledger.source,
      lastHeardAt: instant(ledger.lastHeardAt),
      lastSequence: highestKept(ledger),
      missing: holes(ledger).reduce((sum, hole) => sum + sizeOf([hole]), 0),
      lost: sizeOf(ledger.lost),
    })),
    values: parts.latest.all().map(({ source, device, channel, value, at }) => ({
      source,
      channel: `${device}/${channel}`,
      of: parts.channels.get(`${device}/${channel}`)?.of ?? null,
      isProbe: parts.channels.get(`${device}/${channel}`)?.isProbe ?? false,
      value,
      at: instant(at),
    })),
    neverHeard: neverHeard(parts),
    counters: parts.counters.all(),
    refusedInput: buffer.evidence(evidenceShown).map(shown),
  };
}

/** Channels of the settings of which nothing came since the start. */
function neverHeard({
  channels,
  latest,
}: {
  readonly channels: ReadonlyMap<string, ChannelPurpose>;
  readonly latest: LatestValues;
}): { readonly channel: string; readonly of: string }[] {
  const heard = new Set(latest.all().map(({ device, channel }) => `${device}/${channel}`));
  return [...channels].flatMap(([channel, { of }]) => (heard.has(channel) ? [] : [{ channel, of }]));
}

/** Of each device the boot that was heard last. */
function latestBoots(ledgers: readonly BootLedger[]): readonly BootLedger[] {
  const latest = new Map<string, BootLedger>();
  for (const one of ledgers) {
    const known = latest.get(one.device);
    if (known === undefined || known.lastHeardAt <= one.lastHeardAt) latest.set(one.device, one);
  }
  return [...latest.values()];
}

const instant = (at: number | null): string | null => (at === null ? null : formatInstant(at));

const shown = (one: Evidence) => ({
  at: formatInstant(one.at),
  source: one.source,
  code: one.code,
  excerpt: Buffer.from(one.excerpt).toString("latin1"),
});
