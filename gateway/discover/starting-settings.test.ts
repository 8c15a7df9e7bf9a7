import fc from "fast-check";
import { expect, test } from "vitest";
import { isDeviceName } from "@coldkeep/core/mqtt-devices/device-message.ts";
import { parseSettings } from "../settings/settings.ts";
import type { DiscoveredSource } from "./discovered.ts";
import { startingSettings } from "./starting-settings.ts";

const beginning = {
  gateway: "ward-3",
  serverUrl: "http://127.0.0.1:8080",
  data: "/var/lib/coldkeep",
  health: "127.0.0.1:8090",
};

const modbus = (path: string): DiscoveredSource => ({
  settings: {
    kind: "modbus-rtu",
    path,
    baudRate: 9_600,
    parity: "even",
    devices: [{ device: "modbus-7", unit: 7, profile: "int16-tenths" }],
  },
  stem: "bus",
  heard: [{ device: "modbus-7", channel: "temperature", value: 4.3 }],
  notes: ["modbus-7 fits int16-tenths best"],
});

const zigbee: DiscoveredSource = {
  settings: { kind: "mqtt", url: "mqtt://127.0.0.1:1883", dialect: "zigbee2mqtt" },
  stem: "zigbee2mqtt",
  heard: [
    { device: "Bloedbank/Koelkast 1", channel: "temperature", value: 4 },
    { device: "Bloedbank/Koelkast 1", channel: "battery", value: 87 },
    { device: "Bloedbank/Koelkast 1", channel: "contact", value: 1 },
    { device: "Bloedbank/Koelkast-1", channel: "temperature", value: "open" },
  ],
  notes: [],
};

test("what was found becomes settings that pass the check, with probes to rename and signals to take up", () => {
  const text = startingSettings(beginning, [modbus("/dev/a"), modbus("/dev/b"), zigbee]);
  const settings = parseSettings(text, "test");
  expect(settings.sources.map(({ id, kind }) => [id, kind])).toEqual([
    ["bus-1", "modbus-rtu"],
    ["bus-2", "modbus-rtu"],
    ["zigbee2mqtt", "mqtt"],
  ]);
  expect(settings.probes).toEqual({
    "modbus-7/temperature": "modbus-7-temperature",
    "Bloedbank/Koelkast 1/temperature": "bloedbank-koelkast-1-temperature",
  });
  expect(settings.signals).toEqual({});
  expect(text).toContain("# modbus-7 fits int16-tenths best");
  expect(text).toContain("# Bloedbank/Koelkast-1/temperature: bloedbank-koelkast-1-temperature # heard open");
  const uncommented = text.replace(/^# signals:[^]*$/m, (block) =>
    block.replace(/^# ?/gm, "").replaceAll("your-appliance", "fridge-1"),
  );
  expect(parseSettings(uncommented, "test").signals).toEqual({
    "Bloedbank/Koelkast 1/battery": { subject: "fridge-1", kind: "battery", active: { below: 20 } },
    "Bloedbank/Koelkast 1/contact": { subject: "fridge-1", kind: "door", active: { equals: 0 } },
  });
});

test("whatever a device is called, the settings pass the check and keep its name", () => {
  const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }).filter(isDeviceName);
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 5 }), (devices) => {
      const heard = devices.map((device) => ({ device, channel: "temperature", value: 4 }));
      const settings = parseSettings(startingSettings(beginning, [{ ...zigbee, heard }]), "test");
      const [first] = devices;
      expect(Object.keys(settings.probes)).toContain(`${first}/temperature`);
    }),
  );
});

test("a source of which only a battery was heard passes too", () => {
  const heard = zigbee.heard.slice(1, 2);
  expect(parseSettings(startingSettings(beginning, [{ ...zigbee, heard }]), "test").probes).toEqual({});
});
