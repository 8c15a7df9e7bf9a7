import { connectAsync, type MqttClient } from "mqtt";
import { datatypes, emptyMetric, type Metric, type MetricValue } from "@coldkeep/core/sparkplug/payload.ts";
import { readPayload } from "@coldkeep/core/sparkplug/payload-reader.ts";
import { rebirthMetric, writePayload } from "@coldkeep/core/sparkplug/payload-writer.ts";
import { sparkplugTopic, type SparkplugType } from "@coldkeep/core/sparkplug/topic.ts";

/** A message that an edge node has counted and not sent yet. */
export interface CountedMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
}

/** An edge node of Sparkplug B with one device, as far as a test wants one. */
export interface EdgeNode {
  /** Tells the births: `aliases` by metric name. */
  readonly born: (aliases: Readonly<Record<string, bigint>>) => Promise<void>;
  /** Counts a data message of the device without sending it. */
  readonly data: (metrics: readonly Metric[]) => CountedMessage;
  readonly send: (message: CountedMessage) => Promise<unknown>;
  /** How often a birth was asked for. */
  readonly asked: () => number;
  readonly bdSeq: bigint;
  /** Cuts the connection, so that the broker tells the last will. */
  readonly cut: () => void;
  readonly end: () => Promise<void>;
}

/** A value of a metric that goes by its alias. */
export function said(
  alias: bigint,
  at: number,
  value: MetricValue | null,
  more: Partial<Metric> = {},
): Metric {
  return { ...emptyMetric, alias, at, value, ...more };
}

/** A 32-bit float. */
export const float = (number: number): MetricValue => ({ kind: "float", number });

/** Connects an edge node of the group `g`; `now` gives its clock, `wake` is called when it is asked for a birth. */
export async function startEdgeNode(parts: {
  readonly port: number;
  readonly edgeNode: string;
  readonly device: string;
  readonly bdSeq: bigint;
  readonly now: () => number;
  readonly wake: () => void;
}): Promise<EdgeNode> {
  const { edgeNode, device, bdSeq, now } = parts;
  const topic = (type: SparkplugType): string =>
    sparkplugTopic({ type, group: "g", edgeNode, device: type.startsWith("D") ? device : null });
  const bdSeqMetric: Metric = {
    ...emptyMetric,
    name: "bdSeq",
    at: now(),
    datatype: datatypes.int64,
    value: { kind: "integer", bits: bdSeq },
  };
  const death = Buffer.from(writePayload({ at: now(), seq: null, metrics: [bdSeqMetric] }));
  const client: MqttClient = await connectAsync(`mqtt://127.0.0.1:${parts.port}`, {
    reconnectPeriod: 0,
    will: { topic: topic("NDEATH"), payload: death, qos: 1, retain: false },
  });
  let seq = -1;
  let asked = 0;
  const count = (type: SparkplugType, metrics: readonly Metric[]): CountedMessage => {
    seq = type === "NBIRTH" ? 0 : (seq + 1) % 256;
    return { topic: topic(type), payload: writePayload({ at: now(), seq: BigInt(seq), metrics }) };
  };
  const send = (message: CountedMessage): Promise<unknown> =>
    client.publishAsync(message.topic, Buffer.from(message.payload), { qos: 0 });
  client.on("message", (_, payload) => {
    const read = readPayload(payload);
    if (!read.ok || read.payload.metrics[0]?.name !== rebirthMetric) return;
    asked += 1;
    parts.wake();
  });
  await client.subscribeAsync(topic("NCMD"), { qos: 1 });
  return {
    bdSeq,
    born: async (aliases) => {
      const rebirth: Metric = {
        ...emptyMetric,
        name: rebirthMetric,
        at: now(),
        datatype: datatypes.boolean,
        value: { kind: "boolean", is: false },
      };
      await send(count("NBIRTH", [bdSeqMetric, rebirth]));
      const metrics = Object.entries(aliases).map(([name, alias]): Metric => ({
        ...emptyMetric,
        name,
        alias,
        datatype: datatypes.float,
        isNull: true,
      }));
      await send(count("DBIRTH", metrics));
    },
    data: (metrics) => count("DDATA", metrics),
    send,
    asked: () => asked,
    cut: () => client.stream.destroy(),
    end: () => client.endAsync(true),
  };
}
