import fc from "fast-check";
import { expect, test } from "vitest";
import { parseMessage, readingsTopic } from "./message.ts";

const topic = readingsTopic("ckt-fridge-1");

test("no topic and no bytes make the parser throw", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.constant(topic), fc.string()),
      fc.uint8Array(),
      fc.boolean(),
      (on, bytes, retained) => {
        const parsed = parseMessage(on, bytes, retained);
        if (!parsed.ok) expect(parsed.code).toMatch(/^mqtt\./);
      },
    ),
  );
});

test("no JSON makes the parser throw, and what it takes is within the limits", () => {
  const nearly = fc.record(
    {
      boot: fc.oneof(fc.nat(), fc.jsonValue()),
      sequence: fc.oneof(fc.nat(), fc.jsonValue()),
      uptimeMs: fc.oneof(fc.nat(), fc.jsonValue()),
      at: fc.oneof(fc.constant("2026-11-22T02:10:00Z"), fc.jsonValue()),
      channels: fc.oneof(
        fc.dictionary(fc.string({ maxLength: 4 }), fc.oneof(fc.double(), fc.string())),
        fc.jsonValue(),
      ),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(nearly, fc.jsonValue()), (json) => {
      const parsed = parseMessage(topic, Buffer.from(JSON.stringify(json)), false);
      if (!parsed.ok) {
        expect(parsed.code).toMatch(/^mqtt\./);
        return;
      }
      for (const value of Object.values(parsed.sample.channels))
        if (typeof value === "number") expect(value >= -273.15 && value <= 1_000).toBe(true);
      expect(Number.isInteger(parsed.sample.sequence) && parsed.sample.sequence >= 0).toBe(true);
    }),
  );
});

test("a deeply nested payload is refused, not a stack overflow", () => {
  const deep = Buffer.from("[".repeat(8_000) + "]".repeat(8_000));
  expect(parseMessage(topic, deep, false)).toEqual({ ok: false, code: "mqtt.shape-invalid" });
});
