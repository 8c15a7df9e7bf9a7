import { PbfReader } from "pbf";
import { CodedError } from "../errors/coded-error.ts";
import {
  emptyMetric,
  type Metric,
  type MetricValue,
  metricsMax,
  type Payload,
  payloadBytesMax,
  type PayloadErrorCode,
  type PayloadResult,
  timestampMax,
} from "./payload.ts";

/** The wire types of protocol buffers that the payload uses. */
const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Reads a Sparkplug B payload. Fields that are not needed are passed over; what goes beyond the limits of payload.ts is refused. */
export function readPayload(bytes: Uint8Array): PayloadResult {
  if (bytes.byteLength > payloadBytesMax) return { ok: false, code: "sparkplug.too-long" };
  try {
    return { ok: true, payload: payloadOf(new PbfReader(bytes)) };
  } catch (error) {
    return { ok: false, code: error instanceof Refusal ? error.refusal : "sparkplug.not-protobuf" };
  }
}

/** Ends the reading of a payload with its reason; never leaves this file. */
class Refusal extends CodedError {
  readonly refusal: PayloadErrorCode;
  constructor(code: PayloadErrorCode) {
    super(code, code);
    this.refusal = code;
  }
}

function payloadOf(reader: PbfReader): Payload {
  const metrics: Metric[] = [];
  const payload: Writable<Payload> = { at: null, seq: null, metrics };
  fields(reader, reader.length, {
    [key(1, wire.varint)]: () => {
      payload.at = instant(reader);
    },
    [key(2, wire.bytes)]: () => {
      if (metrics.length >= metricsMax) throw new Refusal("sparkplug.too-many-metrics");
      metrics.push(metricOf(reader, endOf(reader)));
    },
    [key(3, wire.varint)]: () => {
      payload.seq = uint64(reader);
    },
  });
  return payload;
}

function metricOf(reader: PbfReader, end: number): Metric {
  const metric: Writable<Metric> = { ...emptyMetric };
  const value =
    (read: () => MetricValue): (() => void) =>
    () => {
      metric.value = read();
    };
  const other = value(() => {
    reader.skip(wire.bytes);
    return { kind: "other" };
  });
  const integer = value(() => ({ kind: "integer", bits: uint64(reader) }));
  fields(reader, end, {
    [key(1, wire.bytes)]: () => {
      metric.name = text(reader);
    },
    [key(2, wire.varint)]: () => {
      metric.alias = uint64(reader);
    },
    [key(3, wire.varint)]: () => {
      metric.at = instant(reader);
    },
    [key(4, wire.varint)]: () => {
      metric.datatype = Number(uint64(reader));
    },
    [key(5, wire.varint)]: () => {
      metric.historical = uint64(reader) !== 0n;
    },
    [key(6, wire.varint)]: () => {
      metric.transient = uint64(reader) !== 0n;
    },
    [key(7, wire.varint)]: () => {
      metric.isNull = uint64(reader) !== 0n;
    },
    [key(9, wire.bytes)]: () => {
      metric.quality = qualityOf(reader, endOf(reader));
    },
    [key(10, wire.varint)]: integer,
    [key(11, wire.varint)]: integer,
    [key(12, wire.fixed32)]: value(() => ({ kind: "float", number: shortestOfFloat32(reader.readFloat()) })),
    [key(13, wire.fixed64)]: value(() => ({ kind: "double", number: reader.readDouble() + 0 })),
    [key(14, wire.varint)]: value(() => ({ kind: "boolean", is: uint64(reader) !== 0n })),
    [key(15, wire.bytes)]: value(() => ({ kind: "text", text: text(reader) })),
    [key(16, wire.bytes)]: other,
    [key(17, wire.bytes)]: other,
    [key(18, wire.bytes)]: other,
    [key(19, wire.bytes)]: other,
  });
  return metric;
}

/** A property set is two lists of equal length: names, and values in the same order. Null where there is no `Quality`. */
function qualityOf(reader: PbfReader, end: number): number | null {
  const names: string[] = [];
  const values: (number | null)[] = [];
  fields(reader, end, {
    [key(1, wire.bytes)]: () => {
      names.push(text(reader));
    },
    [key(2, wire.bytes)]: () => {
      values.push(propertyOf(reader, endOf(reader)));
    },
  });
  const index = names.indexOf("Quality");
  if (index < 0) return null;
  // A quality that cannot be read is no good one.
  return values[index] ?? -1;
}

function propertyOf(reader: PbfReader, end: number): number | null {
  let value: number | null = null;
  const integer = (): void => {
    value = Number(uint64(reader));
  };
  fields(reader, end, { [key(3, wire.varint)]: integer, [key(4, wire.varint)]: integer });
  return value;
}

const key = (field: number, type: number): number => (field << 3) | type;

/**
 * Reads the fields up to `end`, calling the reader of each known one and passing over the others. The library does not look whether it
 * reads beyond the end; this does, after each step.
 */
function fields(reader: PbfReader, end: number, known: Readonly<Record<number, () => void>>): void {
  while (reader.pos < end) {
    const tag = reader.readVarint();
    if (reader.pos > end || tag > 0xffff_ffff || tag < 8) throw new Refusal("sparkplug.not-protobuf");
    const read = known[tag];
    if (read === undefined) reader.skip(tag & 7);
    else read();
    if (reader.pos > end) throw new Refusal("sparkplug.not-protobuf");
  }
}

/** The end of the field of bytes that begins here. */
function endOf(reader: PbfReader): number {
  const length = reader.readVarint();
  const end = reader.pos + length;
  if (end > reader.length) throw new Refusal("sparkplug.not-protobuf");
  return end;
}

function text(reader: PbfReader): string {
  const end = endOf(reader);
  const bytes = reader.buf.subarray(reader.pos, end);
  reader.pos = end;
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

/** A whole number of up to 64 bits, exact where the library's own would be rounded. */
function uint64(reader: PbfReader): bigint {
  const start = reader.pos;
  const rounded = reader.readVarint();
  if (reader.pos > reader.length) throw new Refusal("sparkplug.not-protobuf");
  if (rounded <= Number.MAX_SAFE_INTEGER) return BigInt(rounded);
  const digits = reader.buf.subarray(start, reader.pos);
  const exact = digits.reduceRight((sum, byte) => (sum << 7n) | BigInt(byte & 0x7f), 0n);
  return BigInt.asUintN(64, exact);
}

function instant(reader: PbfReader): number {
  const at = uint64(reader);
  if (at > BigInt(timestampMax)) throw new Refusal("sparkplug.timestamp-invalid");
  return Number(at);
}

/** The shortest decimal that is this 32-bit float: 4.1 is sent as 4.099999904632568 and means 4.1. */
function shortestOfFloat32(value: number): number {
  for (let digits = 6; digits < 9; digits += 1) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return shorter + 0;
  }
  return value + 0;
}
