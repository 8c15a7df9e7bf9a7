import { mergeVersions } from "./dated.ts";
import { type Channel, type ProfileName, profileNames, type Site } from "./site.ts";
import type { EpochMs } from "../time/millis.ts";

type Appliance = Site["appliances"][number];
type Probe = Appliance["probes"][number];
type Names = readonly { readonly name: string; readonly from?: EpochMs | undefined }[];

/**
 * The site that results when a new file is applied over the one in force at `at`. What is dated (a profile's content, which profile applies, a calibration, a
 * channel's assignment) and stands in the file undated and changed applies from now on and keeps its old versions for earlier time; lists that date their
 * versions are taken at their word. A channel that the file no longer lists measures nothing from now on; a profile that applied once is kept.
 */
export function mergeSite(current: Site | null, incoming: Site, at: EpochMs): Site {
  if (current === null) return incoming;
  const known = new Map(
    current.appliances.flatMap((appliance) =>
      appliance.probes.map((probe) => [probe.id, { appliance, probe }]),
    ),
  );
  const appliances = incoming.appliances.map((appliance) => mergeAppliance(current, known, appliance, at));
  const channels = mergeChannels(current.channels ?? [], incoming.channels ?? [], new Set(known.keys()), at);
  const merged: Site = {
    ...incoming,
    profiles: mergeProfiles(current, incoming, appliances, at),
    appliances,
  };
  return channels.length === 0 ? merged : { ...merged, channels };
}

function mergeProfiles(
  current: Site,
  incoming: Site,
  appliances: readonly Appliance[],
  at: EpochMs,
): Site["profiles"] {
  const profiles: Site["profiles"] = {};
  for (const [name, versions] of Object.entries(incoming.profiles))
    profiles[name] = mergeVersions(current.profiles[name], versions, at);
  const applying = appliances.flatMap((appliance) => [
    ...profileNames(appliance.profile),
    ...appliance.probes.flatMap((probe) => (probe.profile === undefined ? [] : profileNames(probe.profile))),
  ]);
  for (const { name } of applying) {
    const kept = current.profiles[name];
    if (!Object.hasOwn(profiles, name) && kept !== undefined) profiles[name] = kept;
  }
  return profiles;
}

type KnownProbes = ReadonlyMap<string, { readonly appliance: Appliance; readonly probe: Probe }>;

function mergeAppliance(current: Site, known: KnownProbes, incoming: Appliance, at: EpochMs): Appliance {
  const before = current.appliances.find((each) => each.id === incoming.id);
  const names = mergeNames(before && profileNames(before.profile), profileNames(incoming.profile), at);
  const merged = { ...incoming, profile: nameOf(names) };
  const probes = incoming.probes.map((probe) => {
    const placed = known.get(probe.id);
    return placed === undefined ? probe : mergeProbe(placed, merged, probe, at);
  });
  return { ...merged, probes };
}

function mergeProbe(
  before: { readonly appliance: Appliance; readonly probe: Probe },
  appliance: Appliance,
  probe: Probe,
  at: EpochMs,
): Probe {
  const { profile: _profile, calibration: _calibration, ...rest } = probe;
  const profile = probeProfile(before, appliance, probe, at);
  const calibration = mergeVersions(
    before.probe.calibration ?? [{ offset: 0 }],
    probe.calibration ?? [{ offset: 0 }],
    at,
  );
  const isUncalibrated = probe.calibration === undefined && calibration.every((each) => each.offset === 0);
  const kept = isUncalibrated ? before.probe.calibration : calibration;
  return {
    ...rest,
    ...(profile === undefined ? {} : { profile }),
    ...(kept === undefined ? {} : { calibration: kept }),
  };
}

/** A probe without a profile of its own follows its appliance's; one that has or had its own, or was elsewhere, keeps that for earlier time. */
function probeProfile(
  before: { readonly appliance: Appliance; readonly probe: Probe },
  appliance: Appliance,
  probe: Probe,
  at: EpochMs,
): ProfileName | undefined {
  const known = profileNames(before.probe.profile ?? before.appliance.profile);
  if (probe.profile !== undefined) return nameOf(mergeNames(known, profileNames(probe.profile), at));
  const followed = before.probe.profile === undefined && before.appliance.id === appliance.id;
  if (followed) return undefined;
  const later = profileNames(appliance.profile).filter((each) => (each.from ?? 0) > at);
  const now = profileNames(appliance.profile).findLast((each) => (each.from ?? 0) <= at);
  const newest = known[known.length - 1];
  if (now === undefined || (newest?.name === now.name && later.length === 0)) return nameOf(known);
  return nameOf([...mergeNames(known, [{ name: now.name }], at), ...later]);
}

function mergeNames(known: Names | undefined, incoming: Names, at: EpochMs): Names {
  return mergeVersions(known, incoming, at);
}

/** A name that has always applied is written as the name alone. */
function nameOf(names: Names): ProfileName {
  const [only] = names;
  return names.length === 1 && only !== undefined && only.from === undefined ? only.name : [...names];
}

/** A probe that the site did not list as a channel was assigned to itself, and is so again once it is listed no more. */
function mergeChannels(
  known: readonly Channel[],
  incoming: readonly Channel[],
  probes: ReadonlySet<string>,
  at: EpochMs,
): Channel[] {
  const before = new Map(known.map((channel) => [channel.id, channel.assignments]));
  const unlisted = (id: string): Channel["assignments"] => [{ probe: probes.has(id) ? id : null }];
  const listed = new Set(incoming.map((channel) => channel.id));
  const merged = incoming.map(({ id, assignments }) => {
    const earlier = before.get(id) ?? (probes.has(id) ? unlisted(id) : undefined);
    return { id, assignments: mergeVersions(earlier, assignments, at) };
  });
  const gone = known.filter(({ id }) => !listed.has(id));
  return [
    ...merged,
    ...gone.map(({ id, assignments }) => ({ id, assignments: mergeVersions(assignments, unlisted(id), at) })),
  ];
}
