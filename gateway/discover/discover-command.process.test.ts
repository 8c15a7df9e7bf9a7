import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { expect, test } from "vitest";
import { readingsTopic } from "@coldkeep/core/mqtt/message.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { modbusPeersMissing, pymodbusDevice, serialCable } from "../rig/modbus-peers.ts";
import { freePort, mosquittoMissing, startMosquitto } from "../rig/processes.ts";
import { serialDevice } from "../rig/serial-device.ts";
import { parseSettings } from "../settings/settings.ts";
import { discoverCommand } from "./discover-command.ts";

async function discover(...args: string[]): Promise<{ code: number; text: string }> {
  const lines: string[] = [];
  const code = await discoverCommand(args, {
    print: (line) => lines.push(line),
    progress: () => {},
    environment: {},
    clock: systemClock,
    random: () => 0.5,
    stop: new AbortController().signal,
  });
  return { code, text: lines.join("\n") };
}

/** What devices of each kind publish. */
const messages: readonly (readonly [string, string])[] = [
  [readingsTopic("ckt-mqtt"), JSON.stringify({ boot: 1, sequence: 0, uptimeMs: 1_000, channels: { t: 5 } })],
  ["zigbee2mqtt/fridge-5", JSON.stringify({ temperature: 4.5, battery: 87 })],
  [
    "tele/tasmota-1/SENSOR",
    JSON.stringify({ Time: "2026-11-24T10:00:00", DS18B20: { Temperature: 3.5 }, TempUnit: "C" }),
  ],
  ["esp-1/sensor/fridge_temperature/state", "2.5"],
  ["ward/box-9/telemetry", JSON.stringify({ values: { celsius: 6.5 } })],
];

test.skipIf(mosquittoMissing() !== null)(
  "a line and a broker with devices of every kind become settings that pass the check; a file that is there stays",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "coldkeep-discover-"));
    const port = await freePort();
    const url = `mqtt://127.0.0.1:${port}`;
    const broker = await startMosquitto(folder, port);
    const publisher = await connectAsync(url);
    const device = serialDevice("ckt-serial", () => 1_000);
    const timer = setInterval(() => {
      device.sample({ t: 4.2 });
      for (const [topic, payload] of messages) publisher.publish(topic, payload);
    }, 100);
    const sensor = join(folder, "w1", "28-000000000001");
    mkdirSync(sensor, { recursive: true });
    const four = "40 00 4b 46 7f ff 10 10 20";
    writeFileSync(join(sensor, "w1_slave"), `${four} : crc=20 YES\n${four} t=4000\n`);
    const file = join(folder, "gateway.yaml");
    const { code, text } = await discover(
      "--port",
      device.line.path,
      "--listen",
      "2s",
      "--broker",
      url,
      "--for",
      "4s",

      "--onewire",
      join(folder, "w1"),
      "--write",
      file,
      "--gateway",
      "ward-3",
      "--data",
      join(folder, "data"),
    );
    clearInterval(timer);
    expect(code).toBe(0);
    for (const row of [
      /own dialect, 9600 +ckt-serial\/t +4\.2/,
      /coldkeep +ckt-mqtt\/t +5/,
      /zigbee2mqtt +fridge-5\/temperature +4\.5/,
      /tasmota +tasmota-1\/[\w-]+ +3\.5/,
      /esphome +esp-1\/fridge_temperature +2\.5/,
      /onewire +28-000000000001\/temperature +4/,
      /ward\/box-9\/telemetry/,
    ])
      expect(text).toMatch(row);
    const settings = parseSettings(readFileSync(file, "utf8"), file);
    expect(settings.gateway).toBe("ward-3");
    expect(settings.sources.map(({ id }) => id).sort()).toEqual([
      "coldkeep",
      "esphome",
      "line",
      "onewire",
      "tasmota",
      "zigbee2mqtt",
    ]);
    expect(Object.keys(settings.probes)).toContain("fridge-5/temperature");
    expect([device.acknowledged(), device.requests]).toEqual([-1, []]);

    writeFileSync(file, "mine");
    await expect(discover("--no-ports", "--write", file)).rejects.toMatchObject({ code: "settings.exists" });
    expect(readFileSync(file, "utf8")).toBe("mine");
    await publisher.endAsync();
    device.line.close();
    await broker.end("SIGTERM");
    rmSync(folder, { recursive: true });
  },
);

test.skipIf(modbusPeersMissing() !== null)(
  "pymodbus devices on serial lines and over TCP are found, each under a name of its own",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "coldkeep-discover-"));
    const [one, two] = [join(folder, "one"), join(folder, "two")];
    mkdirSync(one);
    mkdirSync(two);
    const cables = [await serialCable(one), await serialCable(two)] as const;
    const port = await freePort();
    // 4.3 as a float: 0x4089 0x999A.
    const float = { hr: { 0: 0x4089, 1: 0x999a } };
    const devices = [
      await pymodbusDevice("rtu", cables[0].far, { 7: float }),
      await pymodbusDevice("rtu", cables[1].far, { 7: { ir: { 0: 52 } } }),
      await pymodbusDevice("tcp", `${port}`, { 3: { hr: { 0: 41 } } }),
    ];
    const { code, text } = await discover(
      "--port",
      cables[0].near,
      "--port",
      cables[1].near,
      "--listen",
      "1s",
      "--host",
      `127.0.0.1:${port}`,
    );
    expect(text).toMatch(/Modbus, 9600 none +modbus-1-7\/temperature +4\.3/);
    expect(text).toMatch(/profile: controlbox-tb260-float/);
    expect(text).toMatch(/Modbus, 9600 none +modbus-2-7\/temperature +5\.2/);
    expect(text).toMatch(/profile: sus-thermasgard/);
    expect(text).toMatch(/modbus-tcp +tcp-3\/temperature +4\.1/);
    expect(code).toBe(0);
    for (const each of [...devices, ...cables]) await each.end();
    rmSync(folder, { recursive: true });
  },
);

test("where nothing is found it says why, and ends with 1", async () => {
  const { code, text } = await discover(
    "--port",
    "/nowhere/tty",
    "--broker",
    `mqtt://127.0.0.1:${await freePort()}`,
    "--for",
    "1s",
    "--host",
    `127.0.0.1:${await freePort()}`,
  );
  expect(code).toBe(1);
  expect(text).toMatch(/\/nowhere\/tty .*there is no such file/);
  expect(text).toMatch(/mqtt:.*nothing listens there/);
  expect(text).toMatch(/127\.0\.0\.1:\d+ +cannot be reached/);
  await expect(discover("--units", "0-300")).rejects.toMatchObject({ code: "arguments.invalid" });
  await expect(discover("--broker", "nonsense")).rejects.toMatchObject({ code: "arguments.invalid" });
});
