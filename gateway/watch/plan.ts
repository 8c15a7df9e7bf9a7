import type { WireWatch, WireWatchedAlarm } from "@coldkeep/core/contract/edge.ts";
import { rulesFromWire, rulesOnWire } from "@coldkeep/core/contract/watch-on-wire.ts";
import { cut, nameCharactersMax } from "@coldkeep/core/alarms/describe.ts";
import { agitatorDelayMs, doorDelayMs } from "@coldkeep/core/alarms/describe-equipment.ts";
import type { Span } from "@coldkeep/core/site/dated.ts";
import type { ProbeRules } from "@coldkeep/core/site/profile.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import { siteBook } from "@coldkeep/core/site/site-book.ts";
import { type DurationMs, type EpochMs, parseInstant } from "@coldkeep/core/time/millis.ts";

/** A probe that is watched, and all that judges it. */
export interface PlannedProbe {
  readonly id: string;
  readonly appliance: string;
  readonly rules: ProbeRules;
  /** The rules and channels as one text, to see whether they are others than before. */
  readonly fingerprint: { readonly rules: string; readonly channels: string };
}

/** An appliance of which a probe is watched. */
export interface PlannedAppliance {
  readonly id: string;
  readonly shortName: string;
  readonly room: string | null;
  readonly circuit: string | null;
  readonly doorDelayMs: DurationMs;
  readonly agitatorDelayMs: DurationMs;
  readonly outOfServiceUntil: EpochMs | null;
}

/** What a gateway judges and calls by while it is alone. */
export interface WatchPlan {
  readonly version: string;
  readonly site: string;
  readonly timeZone: string;
  readonly probes: ReadonlyMap<string, PlannedProbe>;
  readonly appliances: ReadonlyMap<string, PlannedAppliance>;
  /** Whose readings those of a channel are, each in its time. */
  readonly channels: ReadonlyMap<string, readonly (Span & { readonly probe: string })[]>;
  readonly alarms: readonly WireWatchedAlarm[];
}

/** The plan that a watch of the server makes. */
export function planOf(watch: WireWatch): WatchPlan {
  const probes = new Map<string, PlannedProbe>();
  const channels = new Map<string, (Span & { probe: string })[]>();
  for (const probe of watch.probes) {
    const { id, appliance } = probe;
    const { rules, stretches } = rulesFromWire(probe);
    const fingerprint = { rules: JSON.stringify(rules), channels: JSON.stringify(stretches) };
    probes.set(id, { id, appliance, rules, fingerprint });
    for (const { channel, from, to } of stretches)
      channels.set(channel, [...(channels.get(channel) ?? []), { probe: id, from, to }]);
  }
  const appliances = new Map(
    watch.appliances.map(({ outOfServiceUntil, ...appliance }): [string, PlannedAppliance] => [
      appliance.id,
      {
        ...appliance,
        outOfServiceUntil: outOfServiceUntil === null ? null : parseInstant(outOfServiceUntil),
      },
    ]),
  );
  const { version, site, timeZone, alarms } = watch;
  return { version, site, timeZone, probes, appliances, channels, alarms };
}

/** The probe that a reading of a channel belongs to; null where the plan knows of none. */
export function probeOf(plan: WatchPlan, channel: string, at: EpochMs): PlannedProbe | null {
  const span = plan.channels.get(channel)?.find(({ from, to }) => from <= at && at < to);
  return span === undefined ? null : (plan.probes.get(span.probe) ?? null);
}

/** One watch from those of several questions, each about a part of the gateway's channels. */
export function joinWatches(watches: readonly [WireWatch, ...WireWatch[]]): WireWatch {
  const [first] = watches;
  if (watches.length === 1) return first;
  return {
    ...first,
    version: watches.map(({ version }) => version).join(" "),
    appliances: distinct(watches.flatMap(({ appliances }) => appliances)),
    probes: distinct(watches.flatMap(({ probes }) => probes)),
    alarms: distinct(watches.flatMap(({ alarms }) => alarms)),
  };
}

function distinct<Item extends { readonly id: string }>(items: readonly Item[]): Item[] {
  return [...new Map(items.map((item) => [item.id, item])).values()];
}

/** A watch from a site file, for a gateway that the server has never told anything: those of its probes that the gateway's channels feed. */
export function watchOfSite(site: Site, channels: ReadonlySet<string>): WireWatch {
  const book = siteBook(site);
  const probes = [...book.probes.values()].filter(({ stretches }) =>
    stretches.some(({ channel }) => channels.has(channel)),
  );
  const places = new Set(probes.map(({ appliance }) => appliance));
  return {
    version: "site file",
    site: site.site,
    timeZone: site.timeZone,
    appliances: site.appliances
      .filter(({ id }) => places.has(id))
      .map(({ id, name, kind, room, circuit, doorDelay, agitatorDelay }) => ({
        id,
        name,
        shortName: cut(name, nameCharactersMax),
        kind,
        room: room ?? null,
        circuit: circuit ?? null,
        doorDelayMs: doorDelay ?? doorDelayMs,
        agitatorDelayMs: agitatorDelay ?? agitatorDelayMs,
        outOfServiceUntil: null,
      })),
    probes: probes.map((probe) => ({
      id: probe.id,
      kind: probe.kind,
      appliance: probe.appliance,
      ...rulesOnWire(probe),
    })),
    alarms: [],
  };
}
