import type { EpochMs } from "../time/millis.ts";
import { type BornMetric, bdSeqMetric } from "./message.ts";
import { metricSaying } from "./metric-value.ts";
import type { KnownMetric, MetricOwner, MetricSample, NodeRefusal } from "./node-state.ts";
import type { Metric } from "./payload.ts";

/** What a birth declares, by name and by alias. */
export function ownerOf(metrics: readonly BornMetric[]): MetricOwner {
  const byName = new Map<string, KnownMetric>();
  const byAlias = new Map<bigint, KnownMetric>();
  for (const { name, alias, datatype } of metrics) {
    byName.set(name, { name, datatype });
    if (alias !== null) byAlias.set(alias, { name, datatype });
  }
  return { byName, byAlias };
}

/** A birth's values that carry a time of their own. Without one nobody knows when the value was taken: it is no reading. */
export function samplesOfBirth(metrics: readonly BornMetric[]): readonly MetricSample[] {
  return metrics.flatMap((metric) => {
    const { at, name, datatype } = metric;
    if (at === null || isHousekeeping(name)) return [];
    const value = metricSaying(metric, datatype);
    // A birth declares everything, also what has no value yet.
    if (value === "passed" || value === "mismatch") return [];
    return [{ metric: name, at, value, historical: metric.historical }];
  });
}

/** A data message's values, each at its own time or else the message's, and why some are not taken. */
export function samplesOfData(
  owner: MetricOwner,
  metrics: readonly Metric[],
  publishedAt: EpochMs,
  resolve: Resolve = byAliasOrName,
): { samples: readonly MetricSample[]; refusals: ReadonlySet<NodeRefusal> } {
  const samples: MetricSample[] = [];
  const refusals = new Set<NodeRefusal>();
  for (const metric of metrics) {
    const known = resolve(owner, metric);
    if (known === undefined) refusals.add("sparkplug.alias-unknown");
    else if (!isHousekeeping(known.name)) {
      const value = metricSaying(metric, known.datatype);
      if (value === "mismatch") refusals.add("sparkplug.value-mismatch");
      else if (value !== "passed")
        samples.push({
          metric: known.name,
          at: metric.at ?? publishedAt,
          value,
          historical: metric.historical,
        });
    }
  }
  return { samples, refusals };
}

/** Finds what a metric was declared as. */
type Resolve = (owner: MetricOwner, metric: Metric) => KnownMetric | undefined;

/** Where a metric gives both, name and alias have to mean the same. */
const byAliasOrName: Resolve = (owner, { name, alias }) => {
  if (alias === null) return name === null ? undefined : owner.byName.get(name);
  const known = owner.byAlias.get(alias);
  return name === null || known?.name === name ? known : undefined;
};

/** What a message says of itself, whatever its alias once meant. */
export const byNameOnly: Resolve = (owner, { name }) => (name === null ? undefined : owner.byName.get(name));

/** What Sparkplug itself puts among the metrics. */
const isHousekeeping = (name: string): boolean =>
  name === bdSeqMetric || name.startsWith("Node Control/") || name.startsWith("Device Control/");
