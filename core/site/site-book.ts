import {
  type Assignments,
  channelPlan,
  type ChannelPlan,
  type Stretch,
  stretchesByProbe,
} from "./channels.ts";
import { canaryId, canaryProfile } from "../canary/canary-section.ts";
import { always, datedRules, withoutRepeats } from "./dated.ts";
import { type CalibrationVersion, profileNames, type ProfileVersion, type Site } from "./site.ts";
import type { PairSection } from "./trust-section.ts";
import { constantRules, type Dated, type Profile, type ProbeRules } from "./profile.ts";

/** A probe as the site places it. */
export interface PlacedProbe {
  readonly id: string;
  readonly kind: "air" | "buffered" | "product";
  readonly appliance: string;
  /** The newest profile's name. */
  readonly profile: string;
  /** The names of its profiles over time. */
  readonly profileNames: readonly Dated<string>[];
  readonly rules: ProbeRules;
  /** The channels whose readings are this probe's, each in its time. */
  readonly stretches: readonly Stretch[];
  /** The probe of the same appliance that it is compared with. */
  readonly pair?: PairSection;
}

/** The site's master data, looked up by id. */
export interface SiteBook {
  readonly site: Site;
  /** Also the canary's, which is in no appliance of the site: nothing is stored in it, and nothing counts it. */
  readonly probes: ReadonlyMap<string, PlacedProbe>;
  readonly appliances: ReadonlyMap<string, Site["appliances"][number]>;
  /** The channels that the site lists. */
  readonly channels: ReadonlyMap<string, Assignments>;
}

/** Indexes a checked site. */
export function siteBook(site: Site): SiteBook {
  const probes = new Map<string, PlacedProbe>();
  const channels: ChannelPlan = channelPlan(site.channels ?? []);
  const ids = site.appliances.flatMap((appliance) => appliance.probes.map((probe) => probe.id));
  const stretches = stretchesByProbe(ids, channels);
  for (const appliance of site.appliances) {
    for (const probe of appliance.probes) {
      const names = datedRules(profileNames(probe.profile ?? appliance.profile), ({ name }) => name);
      probes.set(probe.id, {
        id: probe.id,
        kind: probe.kind,
        appliance: appliance.id,
        profile: names[names.length - 1]?.rule ?? "",
        profileNames: names,
        rules: { profiles: profilesOver(names, site.profiles), offsets: offsetsOf(probe.calibration ?? []) },
        stretches: stretches.get(probe.id) ?? [],
        ...(probe.pair === undefined ? {} : { pair: probe.pair }),
      });
    }
  }
  if (site.canary !== undefined) {
    probes.set(canaryId, {
      id: canaryId,
      kind: "air",
      appliance: canaryId,
      profile: canaryId,
      profileNames: [{ from: 0, rule: canaryId }],
      rules: constantRules(canaryProfile(site.canary)),
      stretches: stretchesByProbe([canaryId], new Map()).get(canaryId) ?? [],
    });
  }
  const appliances = new Map(site.appliances.map((each) => [each.id, each]));
  return { site, probes, appliances, channels };
}

/** What applies to a probe over time: of each profile the versions that fall into the time in which the probe has that profile. */
function profilesOver(names: readonly Dated<string>[], profiles: Site["profiles"]): Dated<Profile>[] {
  const dated = names.flatMap(({ from, rule: name }, index) => {
    const start = index === 0 ? always.from : from;
    const end = names[index + 1]?.from ?? always.to;
    const versions = datedRules(profiles[name] ?? [], profileOf);
    return versions.flatMap((version, at) => {
      const begins = Math.max(start, at === 0 ? always.from : version.from);
      const ends = Math.min(end, versions[at + 1]?.from ?? always.to);
      return begins < ends ? [{ from: begins, rule: version.rule }] : [];
    });
  });
  return withoutRepeats(dated);
}

function offsetsOf(calibration: readonly CalibrationVersion[]): Dated<number>[] {
  return calibration.length === 0 ? [{ from: 0, rule: 0 }] : datedRules(calibration, ({ offset }) => offset);
}

function profileOf(version: ProfileVersion): Profile {
  const { low, high, criticalLow, criticalHigh, deadband } = version;
  const { maxGap, excursionAfter, recoverAfter, unmonitoredAfter, alarmDelay, trust } = version;
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
    ...(trust === undefined ? {} : { trust }),
    ...alarmsOf(version),
  };
}

function alarmsOf(version: ProfileVersion): Pick<Profile, "alarms"> {
  const { warnLow, warnHigh, realarmAfter, alarmOffDelay, latching } = version;
  const said = [warnLow, warnHigh, realarmAfter, alarmOffDelay, latching];
  if (said.every((each) => each === undefined)) return {};
  return {
    alarms: {
      warnLow: warnLow ?? null,
      warnHigh: warnHigh ?? null,
      realarmAfter: realarmAfter ?? null,
      offDelay: alarmOffDelay ?? 0,
      latching: latching ?? false,
    },
  };
}
