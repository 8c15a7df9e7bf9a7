import { describe, expect, test } from "vitest";
import { parseInstant } from "../time/millis.ts";
import { type JsonChannel, type JsonMapping, jsonMapping, type JsonTime } from "./json-mapping.ts";
import { isJsonPointer, pointedAt } from "./json-pointer.ts";
import { isTopicTemplate, topicTemplate } from "./topic-template.ts";

const plain: JsonChannel = { pointer: "/t", scale: 1, unit: "C", faults: {}, words: {} };
const mapping: JsonMapping = {
  topic: "ward/{device}/telemetry",
  device: null,
  channels: { t: plain },
  time: null,
  presence: null,
};

function valueOf(channel: Partial<JsonChannel>, value: unknown): string | number | undefined {
  const dialect = jsonMapping({ ...mapping, channels: { t: { ...plain, ...channel } } });
  const parsed = dialect.parse("ward/a/telemetry", Buffer.from(JSON.stringify({ t: value })));
  return parsed.ok ? parsed.observations[0]?.channels["t"] : parsed.code;
}

describe("a value", () => {
  test.each<[Partial<JsonChannel>, unknown, string | number | undefined]>([
    [{}, 4.1, 4.1],
    [{}, "4.1", 4.1],
    [{ scale: 0.1 }, 41, 4.1],
    [{ unit: "F" }, 39.2, 4],
    [{ unit: "F", scale: 0.1 }, 392, 4],
    [{ unit: "none" }, 3_600, 3_600],
    [{ unit: "none" }, true, 1],
    [{}, true, "mqtt.channel-invalid"],
    [{}, 3_600, "implausible"],
    [{}, null, "unspecified"],
    [{}, "NaN", "unspecified"],
    [{ faults: { "-127": "disconnected" } }, -127, "disconnected"],
    [{ faults: { ERR: "open" } }, "ERR", "open"],
    [{ faults: { "-1270": "disconnected" }, scale: 0.1 }, -1_270, "disconnected"],
    [{ words: { open: 1, closed: 0 }, unit: "none" }, "closed", 0],
    [{ words: { open: 1, closed: 0 }, unit: "none" }, "ajar", "mqtt.channel-invalid"],
    [{}, "", "mqtt.channel-invalid"],
    [{}, [], "mqtt.channel-invalid"],
    [{}, "constructor", "mqtt.channel-invalid"],
  ])("with %j: %j is %j", (channel, value, read) => expect(valueOf(channel, value)).toBe(read));
});

describe("a time", () => {
  test.each<[JsonTime["format"], string | null, unknown, number | null | string]>([
    ["iso", null, "2026-11-22T02:10:00+01:00", parseInstant("2026-11-22T01:10:00Z")],
    ["iso", null, "2026-11-22T02:10:00", "mqtt.at-invalid"],
    ["iso", "Europe/Brussels", "2026-11-22 02:10:00", parseInstant("2026-11-22T01:10:00Z")],
    ["iso", "Europe/Brussels", "2026-10-25T02:10:00", null],
    ["epoch-s", null, 1_795_313_400.5, 1_795_313_400_500],
    ["epoch-s", null, "1795313400", 1_795_313_400_000],
    ["epoch-ms", null, 1_795_313_400_123, 1_795_313_400_123],
    ["epoch-ms", null, "now", "mqtt.at-invalid"],
    ["epoch-s", null, 12, null],
    ["epoch-s", null, null, null],
  ])("in %s (zone %s): %j is %j", (format, timeZone, value, at) => {
    const dialect = jsonMapping({ ...mapping, time: { pointer: "/at", format, timeZone } });
    const parsed = dialect.parse("ward/a/telemetry", Buffer.from(JSON.stringify({ t: 4, at: value })));
    expect(parsed.ok ? parsed.observations[0]?.at : parsed.code).toBe(at);
  });
});

test("a message without any of the channels says nothing, one with some gives these", () => {
  const dialect = jsonMapping({ ...mapping, channels: { t: plain, u: { ...plain, pointer: "/u" } } });
  const parsed = (text: string) => dialect.parse("ward/a/telemetry", Buffer.from(text));
  expect(parsed('{"v":1}')).toEqual({ ok: true, observations: [], presence: [] });
  expect(parsed('{"u":1}')).toMatchObject({ observations: [{ device: "a", channels: { u: 1 } }] });
});

test("a whole payload can be the value, and a fixed name the device's", () => {
  const channels = { t: { ...plain, pointer: "" } };
  const dialect = jsonMapping({ ...mapping, topic: "plant/+/t", device: "logger", channels });
  const parsed = dialect.parse("plant/7/t", Buffer.from("-32.5"));
  expect(parsed).toMatchObject({ observations: [{ device: "logger", channels: { t: -32.5 } }] });
});

test("templates and pointers", () => {
  expect(["ward/{device}/x", "a/+/{device}", "a"].filter((one) => !isTopicTemplate(one))).toEqual([]);
  const bad = ["", "a/#", "{device}/{device}", "a{device}", "a/+b"];
  expect(bad.filter(isTopicTemplate)).toEqual([]);
  expect(topicTemplate("a/+/{device}").match("a/b/c")).toBe("c");
  expect(topicTemplate("a/+/{device}").match("a/b")).toBeUndefined();
  expect(["", "/a", "/a~1b/0"].filter((one) => !isJsonPointer(one))).toEqual([]);
  expect(["a", "/a~", "/a~2"].filter(isJsonPointer)).toEqual([]);
  expect(pointedAt({ "a/b": [{ "c~": 7 }] }, "/a~1b/0/c~0")).toBe(7);
  expect(pointedAt({ a: [1] }, "/a/-1")).toBeUndefined();
  expect(pointedAt({ a: [1] }, "/a/length")).toBeUndefined();
  expect(pointedAt({}, "/constructor/name")).toBeUndefined();
});
