import { fahrenheit, rounded } from "@coldkeep/core/mqtt-devices/values.ts";
import { channelPattern, type ChannelValue, devicePattern } from "@coldkeep/core/readings/sample.ts";
import type { MetricOwner } from "@coldkeep/core/sparkplug/node-state.ts";
import { asItIs, type MetricChannel, type SparkplugSettings } from "./sparkplug-settings.ts";

/** An edge node or a device of one. */
export interface SparkplugName {
  readonly group: string;
  readonly edgeNode: string;
  readonly device: string | null;
}

const plain = /^[A-Za-z0-9_-]+$/;

/**
 * The device name that an edge node or device goes by: as the settings say, else its ids joined by dots. Null where that would be no device
 * name, or might be another's as well: `a.b` and `c` would read like `a` and `b.c`.
 */
export function deviceName(devices: SparkplugSettings["devices"], name: SparkplugName): string | null {
  const { group, edgeNode, device } = name;
  const ids = device === null ? [group, edgeNode] : [group, edgeNode, device];
  const path = ids.join("/");
  if (Object.hasOwn(devices, path)) return devices[path] ?? null;
  const joined = ids.join(".");
  const isClear = ids.every((id) => plain.test(id)) && devicePattern.test(joined);
  return isClear && !Object.values(devices).includes(joined) ? joined : null;
}

/** The channels by metric name of one owner; metrics without a clear channel are missing. */
export type MetricChannels = ReadonlyMap<string, MetricChannel>;

/** Gives each metric of an owner its channel: as the settings say, else its last part, where no other metric has the same. */
export function metricChannels(metrics: SparkplugSettings["metrics"], owner: MetricOwner): MetricChannels {
  const channels = new Map<string, MetricChannel>();
  const claims = new Map<string, number>();
  for (const name of owner.byName.keys()) {
    const said = Object.hasOwn(metrics, name) ? metrics[name] : undefined;
    const metric = said ?? { channel: name.slice(name.lastIndexOf("/") + 1), ...asItIs };
    if (!channelPattern.test(metric.channel)) continue;
    channels.set(name, metric);
    claims.set(metric.channel, (claims.get(metric.channel) ?? 0) + 1);
  }
  return new Map([...channels].filter(([, { channel }]) => claims.get(channel) === 1));
}

/** A metric's value as its channel's: scaled, and in degrees Celsius where it is a temperature. */
export function channelValue({ scale, unit }: MetricChannel, value: ChannelValue): ChannelValue {
  if (typeof value !== "number") return value;
  const scaled = scale === 1 ? value : rounded(value * scale);
  return unit === "F" ? fahrenheit(scaled) : scaled;
}
