import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { devicePattern } from "@coldkeep/core/readings/sample.ts";
import type { MetricOwner } from "@coldkeep/core/sparkplug/node-state.ts";
import { channelValue, deviceName, metricChannels } from "./sparkplug-names.ts";
import { asItIs, sparkplugSchema } from "./sparkplug-settings.ts";

const owner = (...names: string[]): MetricOwner => ({
  byName: new Map(names.map((name) => [name, { name, datatype: 9 }])),
  byAlias: new Map(),
});

describe("names of devices", () => {
  const name = (group: string, edgeNode: string, device: string | null) => ({ group, edgeNode, device });

  test("plain ids are joined by dots; others need a name of the settings", () => {
    expect(deviceName({}, name("blood", "ward-3", "fridge_1"))).toBe("blood.ward-3.fridge_1");
    expect(deviceName({}, name("blood", "ward-3", null))).toBe("blood.ward-3");
    expect(deviceName({}, name("blood", "ward-3", "Fridge 1"))).toBeNull();
    expect(deviceName({}, name("blood", "ward.3", "f"))).toBeNull();
    expect(deviceName({}, name("blood", "w".repeat(60), "f"))).toBeNull();
    const devices = { "blood/ward-3/Fridge 1": "fridge-1", "blood/ward-3": "a.b" };
    expect(deviceName(devices, name("blood", "ward-3", "Fridge 1"))).toBe("fridge-1");
    expect(deviceName(devices, name("blood", "ward-3", null))).toBe("a.b");
    expect(deviceName(devices, name("a", "b", null))).toBeNull();
    expect(deviceName(devices, name("__proto__", "constructor", null))).toBeNull();
  });

  test("no two devices have one name", () => {
    const id = fc.oneof(fc.constantFrom("a", "b", "a.b", "a-b", "a b", "-"), fc.string({ minLength: 1 }));
    const one = fc.record({ group: id, edgeNode: id, device: fc.option(id) });
    fc.assert(
      fc.property(one, one, (first, second) => {
        const names = [deviceName({}, first), deviceName({}, second)];
        const same = JSON.stringify(first) === JSON.stringify(second);
        if (!same && names[0] !== null) expect(names[0]).not.toBe(names[1]);
        for (const given of names) if (given !== null) expect(given).toMatch(devicePattern);
      }),
    );
  });
});

describe("names of channels", () => {
  test("the last part of a metric's name, where it is one and no other metric's", () => {
    const channels = metricChannels(
      {
        "Bottom/Temperature": { channel: "bottom", scale: 0.1, unit: "C" },
        "Spare/x": { channel: "door", ...asItIs },
      },
      owner("Inputs/product", "Top/Temperature", "Bottom/Temperature", "door", "Spare/x", "a/b c", "2"),
    );
    expect([...channels].map(([name, { channel, scale }]) => [name, channel, scale])).toEqual([
      ["Inputs/product", "product", 1],
      ["Top/Temperature", "Temperature", 1],
      ["Bottom/Temperature", "bottom", 0.1],
    ]);
    expect(metricChannels({}, owner("Top/Temperature", "Bottom/Temperature")).size).toBe(0);
  });

  test.each([
    [{ scale: 1, unit: "C" }, 4.1, 4.1],
    [{ scale: 0.1, unit: "C" }, 41, 4.1],
    [{ scale: 0.1, unit: "F" }, 392, 4],
    [{ scale: 1, unit: "F" }, -40, -40],
    [{ scale: 0.001, unit: "none" }, 3_600, 3.6],
    [{ scale: 0.1, unit: "F" }, "unspecified", "unspecified"],
  ] as const)("%j makes of %s %s", (how, value, reads) => {
    expect(channelValue({ channel: "t", ...how }, value)).toBe(reads);
  });
});

describe("settings", () => {
  test("the example in docs/protocols.md is taken", () => {
    const text = readFileSync(new URL("../../docs/protocols.md", import.meta.url), "utf8");
    const [, yaml = ""] = /^```yaml\n(- kind: sparkplug\n[\s\S]*?)^```/m.exec(text) ?? [];
    const [settings]: unknown[] = parse(yaml);
    expect(sparkplugSchema.parse(settings)).toMatchObject({
      metrics: {
        "Top/Temperature": { channel: "top", scale: 1, unit: "C" },
        "Bottom/Temperature": { channel: "bottom", scale: 0.1, unit: "C" },
      },
      clockUncertainty: 1_000,
      reorder: 2_000,
    });
  });

  test("by default all edge nodes, and nobody waits for the gateway", () => {
    const settings = sparkplugSchema.parse({ kind: "sparkplug", id: "plant", url: "mqtt://127.0.0.1:1883" });
    expect(settings).toMatchObject({ edgeNodes: ["+/+"], devices: {}, metrics: {}, rebirthPause: 10_000 });
    expect(settings.primaryHostId).toBeUndefined();
  });

  test.each([
    { edgeNodes: ["blood"] },
    { edgeNodes: ["blood/#"] },
    { edgeNodes: [] },
    { primaryHostId: "a/b" },
    { devices: { "blood/ward-3/+": "x" } },
    { devices: { "blood/ward-3": "with blank" } },
    { metrics: { t: "1st" } },
    { metrics: { t: { channel: "t", unit: "K" } } },
    { ca: "/etc/ca.pem" },
    { reorder: "1h" },
  ])("%j is refused", (more) => {
    const settings = { kind: "sparkplug", id: "plant", url: "mqtt://127.0.0.1:1883", ...more };
    expect(sparkplugSchema.safeParse(settings).success).toBe(false);
  });
});
