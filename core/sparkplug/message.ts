import type { EpochMs } from "../time/millis.ts";
import { datatypes, type Metric, type Payload, type PayloadErrorCode } from "./payload.ts";
import { readPayload } from "./payload-reader.ts";
import { parseSparkplugTopic, type SparkplugTopic } from "./topic.ts";

/** A metric as a birth declares it. */
export interface BornMetric extends Metric {
  readonly name: string;
  readonly datatype: number;
}

/** The messages of edge nodes that a host application acts on. `at`: when it was published; `seq`: 0 to 255. */
export type SparkplugMessage =
  | {
      readonly type: "NBIRTH";
      readonly at: EpochMs;
      readonly seq: number;
      /** Counts the node's connections; null where a birth does not say it. */
      readonly bdSeq: bigint | null;
      readonly metrics: readonly BornMetric[];
    }
  | { readonly type: "NDEATH"; readonly bdSeq: bigint }
  | {
      readonly type: "NDATA";
      readonly at: EpochMs;
      readonly seq: number;
      readonly metrics: readonly Metric[];
    }
  | {
      readonly type: "DBIRTH";
      readonly device: string;
      readonly at: EpochMs;
      readonly seq: number;
      readonly metrics: readonly BornMetric[];
    }
  | { readonly type: "DDEATH"; readonly device: string; readonly at: EpochMs; readonly seq: number }
  | {
      readonly type: "DDATA";
      readonly device: string;
      readonly at: EpochMs;
      readonly seq: number;
      readonly metrics: readonly Metric[];
    };

/** Messages that have their place in the node's sequence after its birth. */
export type SequencedMessage = Exclude<SparkplugMessage, { type: "NBIRTH" | "NDEATH" }>;

/** Why a message is refused before any session sees it; the codes are counted and listed in docs/errors.md. */
export type SparkplugErrorCode =
  | PayloadErrorCode
  | "sparkplug.topic-unknown"
  | "sparkplug.retained"
  | "sparkplug.timestamp-missing"
  | "sparkplug.seq-invalid"
  | "sparkplug.bdseq-missing"
  | "sparkplug.birth-invalid";

/** The outcome of reading a message. */
export type SparkplugResult =
  | { readonly ok: true; readonly topic: SparkplugTopic; readonly message: SparkplugMessage }
  | { readonly ok: false; readonly code: SparkplugErrorCode };

/** Largest sequence number; the one after it is 0. */
export const seqMax = 255;

/** The metric that tells a node's connections apart. */
export const bdSeqMetric = "bdSeq";

/**
 * Reads a message of an edge node. A retained one is refused: edge nodes never retain, so it is an old state told again. Commands (NCMD,
 * DCMD) are no edge node's words and refused as an unknown topic.
 */
export function readSparkplug(topic: string, bytes: Uint8Array, retained: boolean): SparkplugResult {
  const refuse = (code: SparkplugErrorCode): SparkplugResult => ({ ok: false, code });
  const target = parseSparkplugTopic(topic);
  if (target === null || target.type === "NCMD" || target.type === "DCMD")
    return refuse("sparkplug.topic-unknown");
  if (retained) return refuse("sparkplug.retained");
  const read = readPayload(bytes);
  if (!read.ok) return refuse(read.code);
  const message = target.type === "NDEATH" ? deathOf(read.payload) : sequencedOf(target, read.payload);
  return typeof message === "string" ? refuse(message) : { ok: true, topic: target, message };
}

function deathOf(payload: Payload): SparkplugMessage | SparkplugErrorCode {
  const bdSeq = bdSeqOf(payload.metrics);
  return bdSeq === null ? "sparkplug.bdseq-missing" : { type: "NDEATH", bdSeq };
}

function sequencedOf(
  { type, device }: SparkplugTopic,
  { at, seq: counted, metrics }: Payload,
): SparkplugMessage | SparkplugErrorCode {
  if (at === null) return "sparkplug.timestamp-missing";
  if (counted === null || counted > BigInt(seqMax)) return "sparkplug.seq-invalid";
  const seq = Number(counted);
  if (type === "NDATA") return { type, at, seq, metrics };
  if (device !== null && type === "DDATA") return { type, device, at, seq, metrics };
  if (device !== null && type === "DDEATH") return { type, device, at, seq };
  const born = bornOf(metrics);
  if (born === null) return "sparkplug.birth-invalid";
  if (device !== null) return { type: "DBIRTH", device, at, seq, metrics: born };
  return { type: "NBIRTH", at, seq, bdSeq: bdSeqOf(metrics), metrics: born };
}

const bdSeqOf = (metrics: readonly Metric[]): bigint | null => {
  const value = metrics.find((metric) => metric.name === bdSeqMetric)?.value;
  return value?.kind === "integer" ? value.bits : null;
};

/** A birth gives each metric a name, a datatype and at most one alias of its own; null where it does not. */
function bornOf(metrics: readonly Metric[]): readonly BornMetric[] | null {
  const born: BornMetric[] = [];
  const names = new Set<string>();
  const aliases = new Set<bigint>();
  for (const metric of metrics) {
    const { name, alias, datatype } = metric;
    if (name === null || name === "" || names.has(name)) return null;
    if (alias !== null && aliases.has(alias)) return null;
    names.add(name);
    if (alias !== null) aliases.add(alias);
    born.push({ ...metric, name, datatype: datatype ?? datatypeOf(metric) });
  }
  return born;
}

/** Where a birth leaves the datatype out, what the value's own kind tells; whole numbers then count as unsigned. */
function datatypeOf({ value }: Metric): number {
  switch (value?.kind) {
    case "float":
      return datatypes.float;
    case "double":
      return datatypes.double;
    case "boolean":
      return datatypes.boolean;
    case "integer":
      return datatypes.uint64;
    default:
      return datatypes.string;
  }
}
