import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isFault } from "../readings/reading.ts";
import { channelPattern } from "../readings/sample.ts";
import { clockSetFromMs, type DeviceDialect, deviceMessageBytesMax, isDeviceName } from "./device-message.ts";
import { dialects } from "./example-dialects.ts";
import { jsonMapping } from "./json-mapping.ts";
import { tasmota } from "./tasmota.ts";

const mapped = jsonMapping({
  topic: "ward/{device}/telemetry",
  device: null,
  channels: {
    air: { pointer: "/air", scale: 0.1, unit: "C", faults: { "-1270": "disconnected" }, words: {} },
    door: { pointer: "/inputs/0", scale: 1, unit: "none", faults: {}, words: { open: 1 } },
  },
  time: { pointer: "/at", format: "iso", timeZone: "Europe/Brussels" },
  presence: { topic: "ward/{device}/status", online: "up", offline: "down" },
});

/** Each dialect with topics that it takes and a message that it reads. */
const cases: Record<string, { dialect: DeviceDialect; topics: string[]; message: string }> = {
  zigbee2mqtt: {
    dialect: dialects.zigbee2mqtt,
    topics: ["zigbee2mqtt/a/b", "zigbee2mqtt/a/availability", "zigbee2mqtt/bridge/state"],
    message: '{"temperature":4.1,"battery":80,"contact":true,"last_seen":"2026-11-22T02:10:00Z"}',
  },
  tasmota: {
    dialect: tasmota({ fullTopic: "%prefix%/%topic%/", timeZone: "Europe/Brussels" }),
    topics: ["tele/a/SENSOR", "tele/a/LWT"],
    message:
      '{"Time":"2026-10-25T02:30:00","DS18B20":{"Id":"0316A2796FF4","Temperature":4.1},"TempUnit":"C"}',
  },
  shelly: {
    dialect: dialects.shelly,
    topics: ["a/events/rpc", "a/online", "a/status/temperature:0"],
    message: '{"method":"NotifyStatus","params":{"ts":1680962879.62,"temperature:0":{"tC":4.1}}}',
  },
  esphome: {
    dialect: dialects.esphome,
    topics: ["a/sensor/b/state", "a/binary_sensor/b/state", "a/status"],
    message: "4.1",
  },
  json: {
    dialect: mapped,
    topics: ["ward/a/telemetry", "ward/a/status"],
    message: '{"air":41,"inputs":["open"],"at":"2026-10-25T02:30:00"}',
  },
};

function holds(dialect: DeviceDialect, topic: string, payload: Uint8Array): void {
  const parsed = dialect.parse(topic, payload);
  if (!parsed.ok) {
    expect(parsed.code).toMatch(/^mqtt\.[a-z-]+$/);
    return;
  }
  for (const { device } of parsed.presence) expect(isDeviceName(device)).toBe(true);
  for (const { device, at, channels } of parsed.observations) {
    expect(isDeviceName(device)).toBe(true);
    expect(at === null || (Number.isSafeInteger(at) && at >= clockSetFromMs)).toBe(true);
    for (const [name, value] of Object.entries(channels)) {
      expect(name).toMatch(channelPattern);
      expect(typeof value === "number" ? Number.isFinite(value) : isFault(value)).toBe(true);
    }
  }
}

const keys = fc.constantFrom(
  "temperature",
  "battery",
  "contact",
  "last_seen",
  "Time",
  "Epoch",
  "TempUnit",
  "DS18B20",
  "Temperature",
  "Id",
  "method",
  "params",
  "ts",
  "temperature:0",
  "devicepower:0",
  "input:1",
  "tC",
  "errors",
  "air",
  "inputs",
  "at",
  "__proto__",
  "constructor",
);
const leaf = fc.oneof(
  fc.double(),
  fc.string({ maxLength: 6 }),
  fc.boolean(),
  fc.constantFrom(null, "NotifyStatus", "C", "F", "ON", 85, -127, 1_679_051_584_123, "2026-10-25T02:30:00"),
);
const { message: nearly } = fc.letrec((tie) => ({
  message: fc.dictionary(keys, fc.oneof({ depthSize: "small" }, leaf, tie("message"), fc.array(leaf))),
}));

describe.each(Object.entries(cases))("%s", (_name, { dialect, topics, message }) => {
  const topic = fc.oneof(fc.constantFrom(...topics), fc.string());

  test("reads its own message", () => {
    const parsed = dialect.parse(topics[0] ?? "", Buffer.from(message));
    expect(parsed.ok && parsed.observations.length).toBe(1);
  });

  test("no bytes make it throw", () => {
    fc.assert(fc.property(topic, fc.uint8Array(), (on, bytes) => holds(dialect, on, bytes)));
  });

  test("no JSON makes it throw, and what it takes is within the limits", () => {
    fc.assert(
      fc.property(topic, fc.oneof(nearly, fc.jsonValue()), (on, json) =>
        holds(dialect, on, Buffer.from(JSON.stringify(json))),
      ),
    );
  });

  test("a message that was cut, glued or damaged is refused or passed over, never thrown at", () => {
    const bytes = Buffer.from(message);
    fc.assert(
      fc.property(topic, fc.nat(bytes.length), fc.nat(bytes.length), fc.nat(255), (on, from, to, by) => {
        const damaged = Buffer.from(bytes);
        damaged[from % bytes.length] = by;
        for (const payload of [bytes.subarray(0, to), Buffer.concat([bytes, bytes.subarray(from)]), damaged])
          holds(dialect, on, payload);
      }),
    );
  });

  test("what is too long or deeply nested is refused", () => {
    const on = topics[0] ?? "";
    const long = dialect.parse(on, new Uint8Array(deviceMessageBytesMax + 1).fill(0x20));
    expect(long.ok).toBe(false);
    const deep = dialect.parse(on, Buffer.from("[".repeat(8_000) + "]".repeat(8_000)));
    expect(deep.ok && deep.observations.length > 0).toBe(false);
  });
});
