import { PbfWriter } from "pbf";
import type { EpochMs } from "../time/millis.ts";
import { datatypes, emptyMetric, type Metric, type Payload } from "./payload.ts";

/** Writes a payload as protocol buffers. Values of kind `other` are left out. */
export function writePayload(payload: Payload): Uint8Array {
  const writer = new PbfWriter();
  if (payload.at !== null) writer.writeVarintField(1, payload.at);
  for (const metric of payload.metrics) writer.writeMessage(2, writeMetric, metric);
  if (payload.seq !== null) writeUint64(writer, 3, payload.seq);
  return writer.finish();
}

/** The name of the metric by which an edge node is asked to tell its births again. */
export const rebirthMetric = "Node Control/Rebirth";

/** The NCMD payload that asks an edge node for its births. */
export function writeRebirthRequest(at: EpochMs): Uint8Array {
  const rebirth: Metric = {
    ...emptyMetric,
    name: rebirthMetric,
    at,
    datatype: datatypes.boolean,
    value: { kind: "boolean", is: true },
  };
  return writePayload({ at, seq: null, metrics: [rebirth] });
}

function writeMetric(metric: Metric, writer: PbfWriter): void {
  if (metric.name !== null) writeText(writer, 1, metric.name);
  if (metric.alias !== null) writeUint64(writer, 2, metric.alias);
  if (metric.at !== null) writer.writeVarintField(3, metric.at);
  if (metric.datatype !== null) writer.writeVarintField(4, metric.datatype);
  if (metric.historical) writer.writeBooleanField(5, true);
  if (metric.transient) writer.writeBooleanField(6, true);
  if (metric.isNull) writer.writeBooleanField(7, true);
  if (metric.quality !== null) writer.writeMessage(9, writeQuality, metric.quality);
  writeValue(metric, writer);
}

function writeValue({ value, datatype }: Metric, writer: PbfWriter): void {
  switch (value?.kind) {
    case "integer":
      writeUint64(
        writer,
        datatype === datatypes.int64 || datatype === datatypes.uint64 ? 11 : 10,
        value.bits,
      );
      break;
    case "float":
      writer.writeFloatField(12, value.number);
      break;
    case "double":
      writer.writeDoubleField(13, value.number);
      break;
    case "boolean":
      writer.writeBooleanField(14, value.is);
      break;
    case "text":
      writeText(writer, 15, value.text);
      break;
    case "other":
    case undefined:
      break;
  }
}

function writeQuality(quality: number, writer: PbfWriter): void {
  writer.writeStringField(1, "Quality");
  writer.writeMessage(
    2,
    (_, inner) => {
      inner.writeVarintField(1, datatypes.int32);
      inner.writeVarintField(3, quality);
    },
    null,
  );
}

/** The library writes characters beyond the 16-bit plane wrong. */
function writeText(writer: PbfWriter, field: number, text: string): void {
  writer.writeBytesField(field, new TextEncoder().encode(text));
}

/** The library writes whole numbers exactly up to 2^53 only. */
function writeUint64(writer: PbfWriter, field: number, value: bigint): void {
  writer.writeTag(field, 0);
  let rest = BigInt.asUintN(64, value);
  while (rest > 0x7fn) {
    writer.realloc(1);
    writer.buf[writer.pos] = Number(rest & 0x7fn) | 0x80;
    writer.pos += 1;
    rest >>= 7n;
  }
  writer.writeVarint(Number(rest));
}
