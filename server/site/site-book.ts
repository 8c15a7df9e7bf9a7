import type { Site } from "@coldkeep/core/site/site.ts";
import type { ProfileVersion } from "@coldkeep/core/site/site.ts";
import { type Profile, type ProbeRules } from "@coldkeep/core/site/profile.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";

/** A probe as the site places it. */
export interface PlacedProbe {
  readonly id: string;
  readonly kind: "air" | "buffered" | "product";
  readonly appliance: string;
  readonly profile: string;
  readonly rules: ProbeRules;
}

/** The site's master data, looked up by id. */
export interface SiteBook {
  readonly site: Site;
  readonly probes: ReadonlyMap<string, PlacedProbe>;
  readonly appliances: ReadonlyMap<string, Site["appliances"][number]>;
}

/** Indexes a checked site. */
export function siteBook(site: Site): SiteBook {
  const probes = new Map<string, PlacedProbe>();
  for (const appliance of site.appliances) {
    for (const probe of appliance.probes) {
      const profile = probe.profile ?? appliance.profile;
      probes.set(probe.id, {
        id: probe.id,
        kind: probe.kind,
        appliance: appliance.id,
        profile,
        rules: rulesOf(site.profiles[profile] ?? []),
      });
    }
  }
  return { site, probes, appliances: new Map(site.appliances.map((each) => [each.id, each])) };
}

function rulesOf(versions: readonly ProfileVersion[]): ProbeRules {
  const profiles = versions.map((version) => ({ from: version.from ?? 0, rule: profileOf(version) }));
  return { profiles: profiles.sort((a, b) => a.from - b.from), offsets: [{ from: 0, rule: 0 }] };
}

function profileOf(version: ProfileVersion): Profile {
  const { low, high, criticalLow, criticalHigh, deadband } = version;
  const { maxGap, excursionAfter, recoverAfter, unmonitoredAfter, alarmDelay } = version;
  return {
    low,
    high,
    criticalLow,
    criticalHigh,
    deadband,
    maxGap,
    excursionAfter,
    recoverAfter,
    unmonitoredAfter,
    alarmDelay,
  };
}

/**
 * The site that results when a new file is applied over the one in force at `at`: a profile whose single version changed gets a new version from
 * now on, and keeps its old ones for earlier time; a file that dates its versions itself is taken at its word.
 */
export function mergeSite(current: Site | null, incoming: Site, at: EpochMs): Site {
  if (current === null) return incoming;
  const profiles: Site["profiles"] = {};
  for (const [name, versions] of Object.entries(incoming.profiles)) {
    profiles[name] = mergeProfile(current.profiles[name], versions, at);
  }
  return { ...incoming, profiles };
}

function mergeProfile(
  known: readonly ProfileVersion[] | undefined,
  versions: ProfileVersion[],
  at: EpochMs,
): ProfileVersion[] {
  const [only] = versions;
  const isUndated = versions.length === 1 && only !== undefined && only.from === undefined;
  if (known === undefined || !isUndated) return versions;
  const newest = known[known.length - 1];
  if (newest !== undefined && sameContent(newest, only)) return [...known];
  return [...known, { ...only, from: at }];
}

function sameContent(a: ProfileVersion, b: ProfileVersion): boolean {
  return JSON.stringify({ ...a, from: 0 }) === JSON.stringify({ ...b, from: 0 });
}
