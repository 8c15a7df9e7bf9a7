import type { EpochMs } from "../time/millis.ts";
import { always, datedRules, type Span } from "./dated.ts";
import { type Dated, ruleAt } from "./profile.ts";

/** What a channel's readings belong to over time: a probe, or null while it measures nothing here. */
export type Assignments = readonly Dated<string | null>[];

/** All channels that the site lists, by id. A probe whose id is not among them is a channel of its own, assigned to itself for all time. */
export type ChannelPlan = ReadonlyMap<string, Assignments>;

/** A span of event time in which the readings of a channel are those of a probe. */
export interface Stretch extends Span {
  readonly channel: string;
}

/** The probe that a reading of a channel belongs to; null where it belongs to none. */
export function probeOfChannel(plan: ChannelPlan, channel: string, at: EpochMs): string | null {
  const assignments = plan.get(channel);
  return assignments === undefined ? channel : ruleAt(assignments, at);
}

/** The channels whose readings are those of each probe, in order of the channels' ids and then of time. */
export function stretchesByProbe(probes: Iterable<string>, plan: ChannelPlan): Map<string, Stretch[]> {
  const found = new Map<string, Stretch[]>();
  for (const probe of probes) found.set(probe, plan.has(probe) ? [] : [{ channel: probe, ...always }]);
  for (const [channel, assignments] of plan) {
    for (const [index, { from, rule: probe }] of assignments.entries()) {
      if (probe === null) continue;
      const start = index === 0 ? always.from : from;
      found.get(probe)?.push({ channel, from: start, to: assignments[index + 1]?.from ?? always.to });
    }
  }
  for (const list of found.values()) {
    if (list.length > 1)
      list.sort((a, b) => (a.channel < b.channel ? -1 : a.channel > b.channel ? 1 : a.from - b.from));
  }
  return found;
}

/** Which channels' readings are a probe's, as dated rules: for comparing two sets of stretches. */
export function channelsOverTime(stretches: readonly Stretch[]): Dated<readonly string[]>[] {
  const cuts = stretches
    .flatMap(({ from, to }) => [from, to])
    .filter((at) => at !== always.from && at !== always.to);
  const starts = [always.from, ...new Set(cuts.toSorted((a, b) => a - b))];
  return starts.map((from) => ({
    from,
    rule: stretches.filter((each) => each.from <= from && from < each.to).map((each) => each.channel),
  }));
}

/** The plan that a site's list of channels makes. */
export function channelPlan(
  channels: readonly {
    readonly id: string;
    readonly assignments: readonly { readonly probe: string | null; readonly from?: EpochMs | undefined }[];
  }[],
): ChannelPlan {
  return new Map(channels.map(({ id, assignments }) => [id, datedRules(assignments, ({ probe }) => probe)]));
}
