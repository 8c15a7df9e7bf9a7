import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readSparkplug } from "./message.ts";
import { metricSaying } from "./metric-value.ts";
import {
  datatypes,
  emptyMetric,
  type Metric,
  type MetricValue,
  metricsMax,
  type Payload,
  payloadBytesMax,
  qualities,
  timestampMax,
} from "./payload.ts";
import { readPayload } from "./payload-reader.ts";
import { writePayload } from "./payload-writer.ts";
import { parseSparkplugTopic, saysOffline, sparkplugTopic, sparkplugTypes } from "./topic.ts";

const orNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary);
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const instant = fc.integer({ min: 0, max: timestampMax });
const words = fc.string({ unit: "grapheme", maxLength: 12 });

/** Float values as they are read: the shortest decimal of the 32-bit float. */
const float = fc.float().map((value) => {
  const read = readPayload(
    writePayload({
      at: null,
      seq: null,
      metrics: [{ ...emptyMetric, value: { kind: "float", number: value } }],
    }),
  );
  const got = read.ok ? read.payload.metrics[0]?.value : null;
  return got?.kind === "float" ? got.number : Number.NaN;
});
const value: fc.Arbitrary<MetricValue> = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 32n - 1n }).map((bits) => ({ kind: "integer" as const, bits })),
  float.map((number) => ({ kind: "float" as const, number })),
  fc.double().map((number) => ({ kind: "double" as const, number: number + 0 })),
  fc.boolean().map((is) => ({ kind: "boolean" as const, is })),
  words.map((text) => ({ kind: "text" as const, text })),
);
const metric: fc.Arbitrary<Metric> = fc.record({
  name: orNull(words),
  alias: orNull(uint64),
  at: orNull(instant),
  datatype: orNull(fc.integer({ min: 0, max: 2 ** 32 - 1 })),
  historical: fc.boolean(),
  transient: fc.boolean(),
  isNull: fc.boolean(),
  quality: orNull(fc.constantFrom(0, 192, 500, 64)),
  value: orNull(value),
});
const payload: fc.Arbitrary<Payload> = fc.record({
  at: orNull(instant),
  seq: orNull(uint64),
  metrics: fc.array(metric, { maxLength: 8 }),
});

describe("payloads", () => {
  test("what is written is read the same", () => {
    fc.assert(
      fc.property(payload, (written) => {
        expect(readPayload(writePayload(written))).toEqual({ ok: true, payload: written });
      }),
    );
  });

  test("no bytes make the reader throw, also not those of a payload that was cut, glued or damaged", () => {
    const damaged = fc
      .tuple(payload, payload, fc.nat(), fc.nat(), fc.nat(255))
      .map(([a, b, cut, where, byte]) => {
        const bytes = Uint8Array.from([...writePayload(a), ...writePayload(b)]);
        if (bytes.length > 0) bytes[where % bytes.length] = byte;
        return bytes.subarray(0, cut % (bytes.length + 1));
      });
    const topic = fc.oneof(
      fc
        .constantFrom(...sparkplugTypes)
        .map((type) => `spBv1.0/g/${type}/n${type.startsWith("D") ? "/d" : ""}`),
      fc.string(),
    );
    fc.assert(
      fc.property(
        topic,
        fc.oneof(fc.uint8Array({ maxLength: 64 }), damaged),
        fc.boolean(),
        (on, bytes, retained) => {
          const read = readSparkplug(on, bytes, retained);
          if (!read.ok) expect(read.code).toMatch(/^sparkplug\./);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test("a payload that is cut within its last metric is refused", () => {
    const whole = writePayload({
      at: 1,
      seq: 0n,
      metrics: [{ ...emptyMetric, name: "a/b", at: 5, value: { kind: "double", number: 4.1 } }],
    });
    // The last two bytes are the sequence number's own field.
    for (let length = 3; length < whole.length - 2; length += 1)
      expect(readPayload(whole.subarray(0, length))).toEqual({ ok: false, code: "sparkplug.not-protobuf" });
  });

  test("limits are kept", () => {
    expect(readPayload(new Uint8Array(payloadBytesMax + 1))).toEqual({
      ok: false,
      code: "sparkplug.too-long",
    });
    const many = { at: 1, seq: 0n, metrics: Array.from({ length: metricsMax + 1 }, () => emptyMetric) };
    expect(readPayload(writePayload(many))).toEqual({ ok: false, code: "sparkplug.too-many-metrics" });
    const late = { at: timestampMax + 1, seq: 0n, metrics: [] };
    expect(readPayload(writePayload(late))).toEqual({ ok: false, code: "sparkplug.timestamp-invalid" });
  });

  test.each([4.1, -32.5, 0.1, 36.6, -18.7, 5.25, 1e-5, 16_777_215, 273.15])(
    "a 32-bit float that means %d is read so",
    (number) => {
      const written = {
        at: null,
        seq: null,
        metrics: [{ ...emptyMetric, value: { kind: "float" as const, number } }],
      };
      expect(readPayload(writePayload(written))).toEqual({ ok: true, payload: written });
    },
  );
});

describe("what a metric says", () => {
  const whole = (bits: bigint): Metric => ({ ...emptyMetric, value: { kind: "integer", bits } });
  const float41: Metric = { ...emptyMetric, value: { kind: "float", number: 4.1 } };
  test.each([
    ["a float", float41, datatypes.float, 4.1],
    ["a float declared as a boolean", float41, datatypes.boolean, "mismatch"],
    ["-3 as int16 in 32 bits", whole(0xffff_fffdn), datatypes.int16, -3],
    ["-3 as int16 in 16 bits", whole(0xfffdn), datatypes.int16, -3],
    ["-3 as int8", whole(0xfdn), datatypes.int8, -3],
    ["-3 as int64", whole(2n ** 64n - 3n), datatypes.int64, -3],
    ["41 as uint16", whole(41n), datatypes.uint16, 41],
    ["a whole number declared as float", whole(41n), datatypes.float, "mismatch"],
    ["true", { ...emptyMetric, value: { kind: "boolean", is: true } }, datatypes.boolean, 1],
    ["null", { ...emptyMetric, isNull: true }, datatypes.float, "unspecified"],
    ["bad", { ...float41, quality: qualities.bad }, datatypes.float, "unspecified"],
    ["good", { ...float41, quality: qualities.good }, datatypes.float, 4.1],
    ["a quality of no meaning", { ...float41, quality: 7 }, datatypes.float, "unspecified"],
    ["stale", { ...float41, quality: qualities.stale }, datatypes.float, "passed"],
    ["transient", { ...float41, transient: true }, datatypes.float, "passed"],
    [
      "not a number",
      { ...emptyMetric, value: { kind: "double", number: Number.NaN } },
      datatypes.double,
      "unspecified",
    ],
    ["text", { ...emptyMetric, value: { kind: "text", text: "4.1" } }, datatypes.string, "passed"],
    ["nothing", emptyMetric, datatypes.float, "mismatch"],
  ] as const)("%s", (_, metric, datatype, says) => {
    expect(metricSaying(metric, datatype)).toBe(says);
  });
});

describe("topics", () => {
  const id = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => !/[/+#\p{Cc}]/u.test(text));

  test("what is written is read the same", () => {
    fc.assert(
      fc.property(fc.constantFrom(...sparkplugTypes), id, id, id, (type, group, edgeNode, name) => {
        const topic = { type, group, edgeNode, device: type.startsWith("D") ? name : null };
        expect(parseSparkplugTopic(sparkplugTopic(topic))).toEqual(topic);
      }),
    );
  });

  test("a host's own state is told from what is not", () => {
    const says = (text: string): boolean => saysOffline(Buffer.from(text));
    expect(says('{"online":false,"timestamp":1}')).toBe(true);
    expect([says('{"online":true,"timestamp":1}'), says("OFFLINE"), says("null"), says("")]).not.toContain(
      true,
    );
  });
});
