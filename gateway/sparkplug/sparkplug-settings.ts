import * as z from "zod";
import { channelPattern, devicePattern } from "@coldkeep/core/readings/sample.ts";
import { isSparkplugId } from "@coldkeep/core/sparkplug/topic.ts";
import { minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { brokerFields, checkBroker } from "../mqtt/broker-settings.ts";
import { duration, sourceId } from "../settings/fields.ts";

/** Most entries of `edgeNodes`; each is six subscriptions. */
export const edgeNodeFiltersMax = 32;

/** The ids of a path, each to be checked. */
const isPath = (path: string, counts: readonly number[], wild: boolean): boolean => {
  const ids = path.split("/");
  return counts.includes(ids.length) && ids.every((id) => (wild && id === "+") || isSparkplugId(id));
};

/** How a metric is read about which the settings say nothing more: degrees Celsius, or a contact's 0 and 1. */
export const asItIs = { scale: 1, unit: "C" } as const;

const edgeNodeFilter = z
  .string()
  .refine((text) => isPath(text, [2], true), "expected <group>/<edge node>, with + for any");

const devicePath = z
  .string()
  .refine(
    (text) => isPath(text, [2, 3], false),
    "expected <group>/<edge node> or <group>/<edge node>/<device>",
  );

const channel = z.string().regex(channelPattern, "expected a channel's name");

/** A metric's channel, and what makes degrees Celsius of its values: times `scale`, from `unit` (`none` for contacts and batteries). */
const metricSchema = z.union([
  channel.transform((name) => ({ channel: name, ...asItIs })),
  z.strictObject({
    channel,
    scale: z.number().default(asItIs.scale),
    unit: z.enum(["C", "F", "none"]).default(asItIs.unit),
  }),
]);

/** A broker with edge nodes of Sparkplug B. See docs/protocols.md, "Sparkplug B". */
export const sparkplugSchema = z
  .strictObject({
    kind: z.literal("sparkplug"),
    id: sourceId,
    ...brokerFields,
    /** The edge nodes that are listened to. Those without a `+` are asked for their births at each connection. Default all. */
    edgeNodes: z.array(edgeNodeFilter).min(1).max(edgeNodeFiltersMax).default(["+/+"]),
    /** The host id under which edge nodes wait for this gateway. Default none: no edge node waits. */
    primaryHostId: z.string().refine(isSparkplugId, "expected an id without / + #").optional(),
    /** Device names by `<group>/<edge node>[/<device>]`. Default: the ids joined by dots, where they are plain. */
    devices: z.record(devicePath, z.string().regex(devicePattern)).default({}),
    /** Channels by metric name. Default: what stands after the metric name's last slash, in degrees Celsius. */
    metrics: z.record(z.string().min(1), metricSchema).default({}),
    /** How far off the edge nodes' clocks may be. Range [0ms, 10m], default 1s. */
    clockUncertainty: duration(0, 10 * minuteMs, "1s"),
    /** How long early messages wait for the missing one. Range [100ms, 1m], default 2s. */
    reorder: duration(100, minuteMs, "2s"),
    /** Shortest pause between two requests for a birth. Range [1s, 10m], default 10s. */
    rebirthPause: duration(secondMs, 10 * minuteMs, "10s"),
  })
  .superRefine(checkBroker);

/** The settings of a Sparkplug source after checking. */
export type SparkplugSettings = z.output<typeof sparkplugSchema>;

/** A metric's channel and how its values become degrees Celsius. */
export type MetricChannel = SparkplugSettings["metrics"][string];
