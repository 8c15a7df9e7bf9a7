import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import { isEvent, isReading, type ProbeReading } from "../buffer/buffer.ts";
import { counters as makeCounters } from "../health/counters.ts";
import { silentLog } from "../health/log.ts";
import type { Outcome, Recorder } from "../intake/recorder.ts";
import {
  freePort,
  mosquittoMissing,
  programMissing,
  type Started,
  startMosquitto,
} from "../rig/processes.ts";
import { sourceBench, type SourceBench } from "../rig/source-bench.ts";
import { wakeBell } from "../rig/wake-bell.ts";
import { deviceSource } from "./device-source.ts";
import { type MqttDeviceSettings, mqttSchema } from "./mqtt-settings.ts";

/** An MQTT client that is none of ours, so that what it publishes is an independent witness. */
const otherClient = "/usr/bin/mosquitto_pub";

const missing = mosquittoMissing() ?? programMissing(otherClient);

let folder: string;
let port: number;
let broker: Started;
let devices: MqttClient;

beforeAll(async () => {
  if (missing !== null) return;
  folder = mkdtempSync(join(tmpdir(), "coldkeep-devices-"));
  port = await freePort();
  broker = await startMosquitto(folder, port);
  devices = await connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 50 });
});

afterAll(async () => {
  if (missing !== null) return;
  await devices.endAsync(true);
  await broker.end("SIGTERM");
  rmSync(folder, { recursive: true });
});

const probes = {
  "Bloedbank/Koelkast 1/temperature": "z-1",
  "fridge-3/DS18B20-0316A2796FF4": "t-1",
  "fridge-3/DS18B20-031724D4A0FF": "t-2",
  "shellyplusht-b8d61a8b17cc/temperature-0": "s-1",
  "bloodbank/fridge_1_air": "e-1",
  "logger-7/air": "j-1",
};

const signals = {
  "Bloedbank/deur/contact": { subject: "fridge-1", kind: "door", active: { equals: 0 } },
  "Bloedbank/Koelkast 1/battery": { subject: "z-1", kind: "battery", active: { below: 20 } },
};

const jsonSource = {
  dialect: "json",
  topic: "ward/{device}/telemetry",
  channels: { air: { pointer: "/sensors/0/tenths", scale: 0.1, faults: { "-1270": "disconnected" } } },
  time: { pointer: "/at", format: "epoch-ms" },
  presence: { topic: "ward/{device}/status", online: "up", offline: "down" },
};

/** A bench with one source for each dialect, each with a session of its own in this test. */
function bench(test: string, changes: Record<string, object> = {}): SourceBench {
  const dialects: Record<string, object> = {
    zigbee: { dialect: "zigbee2mqtt" },
    tasmota: { dialect: "tasmota" },
    shelly: { dialect: "shelly" },
    esphome: { dialect: "esphome" },
    json: jsonSource,
    ...changes,
  };
  return sourceBench({
    sources: Object.entries(dialects).map(([id, one]) => ({
      kind: "mqtt",
      id,
      url: `mqtt://127.0.0.1:${port}`,
      clientId: `${test}-${id}`,
      ...one,
    })),
    probes,
    signals,
  });
}

const publish = (topic: string, payload: unknown, options: { retain?: boolean } = {}): Promise<unknown> =>
  devices.publishAsync(topic, typeof payload === "string" ? payload : JSON.stringify(payload), {
    qos: 1,
    ...options,
  });

/** The readings by probe. */
const readings = (on: SourceBench): Record<string, ProbeReading> =>
  Object.fromEntries(on.entries.filter(isReading).map((reading) => [reading.probe, reading]));

const localTime = (at: number, zone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(zone)
    .toPlainDateTime()
    .toString({ smallestUnit: "second" });

describe.skipIf(missing !== null)("devices that are sold, over a real Mosquitto", () => {
  test("give readings with their probe, value, time and how good that is", async () => {
    const tasmota = { dialect: "tasmota", timeZone: "Asia/Tokyo", clockTolerance: "10m" };
    const on = bench("values", { tasmota });
    on.start();
    await on.open();
    const before = systemClock.epochMs();
    // Whole seconds, a while ago.
    const at = before - (before % 1_000) - 60_000;
    await publish("zigbee2mqtt/Bloedbank/Koelkast 1", {
      temperature: 4.34,
      humidity: 44.7,
      battery: 87,
      last_seen: formatInstant(at),
    });
    execFileSync(otherClient, [
      "-h",
      "127.0.0.1",
      "-p",
      String(port),
      "-q",
      "1",
      "-t",
      "tele/fridge-3/SENSOR",
      "-m",
      JSON.stringify({
        Time: localTime(at, "Asia/Tokyo"),
        "DS18B20-1": { Id: "0316A2796FF4", Temperature: 39.4 },
        "DS18B20-2": { Id: "031724D4A0FF", Temperature: 185 },
        TempUnit: "F",
      }),
    ]);
    await publish("shellyplusht-b8d61a8b17cc/events/rpc", {
      src: "shellyplusht-b8d61a8b17cc",
      dst: "shellyplusht-b8d61a8b17cc/events",
      method: "NotifyStatus",
      params: { ts: at / 1_000 + 0.62, "temperature:0": { id: 0, tC: 5.5, tF: 41.9 } },
    });
    await publish("bloodbank/sensor/fridge_1_air/state", "4.12");
    await publish("ward/logger-7/telemetry", { sensors: [{ tenths: -325 }], at });
    await on.bell.until(() => Object.keys(readings(on)).length === 6);
    const after = systemClock.epochMs();
    const told = readings(on);
    const device = { source: "device", uncertaintyMs: 3_000 };
    const tolerant = { source: "device", uncertaintyMs: 601_000 };
    expect(told["z-1"]).toEqual({ probe: "z-1", at, celsius: 4.34, time: device });
    expect(told["t-1"]).toEqual({ probe: "t-1", at, celsius: 4.1111, time: tolerant });
    expect(told["t-2"]).toEqual({ probe: "t-2", at, fault: "power-on", time: tolerant });
    expect(told["s-1"]).toEqual({ probe: "s-1", at: at + 620, celsius: 5.5, time: device });
    expect(told["j-1"]).toEqual({
      probe: "j-1",
      at,
      celsius: -32.5,
      time: { source: "device", uncertaintyMs: 2_001 },
    });
    const arrived = told["e-1"];
    expect(arrived).toMatchObject({ celsius: 4.12, time: { source: "arrival", uncertaintyMs: 5_000 } });
    expect(arrived !== undefined && arrived.at >= before && arrived.at <= after).toBe(true);
    await on.stop();
  });

  test("that were heard while we were away come with their own time, or not at all", async () => {
    const first = bench("away");
    first.start();
    await first.open();
    await first.stop();
    const at = systemClock.epochMs() - 3_600_000;
    await publish("bloodbank/sensor/fridge_1_air/state", "9.9");
    await publish("zigbee2mqtt/Bloedbank/Koelkast 1", { temperature: 9.9 });
    await publish("ward/logger-7/telemetry", { sensors: [{ tenths: 41 }], at });
    const second = bench("away");
    second.start();
    await second.open();
    await second.bell.until(() => readings(second)["j-1"] !== undefined);
    await publish("bloodbank/sensor/fridge_1_air/state", "4.1");
    await publish("zigbee2mqtt/Bloedbank/Koelkast 1", { temperature: 4.2 });
    await second.bell.until(() => Object.keys(readings(second)).length === 3);
    expect(second.entries).toHaveLength(3);
    expect(readings(second)).toMatchObject({
      "e-1": { celsius: 4.1 },
      "j-1": { celsius: 4.1 },
      "z-1": { celsius: 4.2 },
    });
    expect(readings(second)["j-1"]?.at).toBe(at);
    await second.stop();
  });

  test("in a kept session must tell the time: what does not is refused, and the log says what to do", async () => {
    const on = bench("timeless", { zigbee: { dialect: "zigbee2mqtt", session: "kept" } });
    on.start();
    await on.open();
    const late = systemClock.epochMs() + 3_600_000;
    await publish("zigbee2mqtt/Bloedbank/Koelkast 1", { temperature: 4.2 });
    await publish("zigbee2mqtt/Bloedbank/Koelkast 1", { temperature: 4.2, last_seen: late });
    await on.bell.until(() => on.counters.of("sample.at-future") === 1);
    expect(on.entries).toMatchObject([{ subject: "bloedbank-koelkast-1", kind: "clock", active: true }]);
    expect(on.buffer.refused()).toMatchObject([
      { entry: { celsius: 4.2, at: late }, code: "sample.at-future" },
    ]);
    expect(on.buffer.evidence().map(({ code }) => code)).toEqual(["mqtt.at-missing", "sample.at-future"]);
    expect(on.logged.filter((line) => line.includes("session: clean")).length).toBe(1);
    await on.stop();
  });

  test("whose clock is wrong are read by the time of arrival, and their clock is told to the server", async () => {
    const on = bench("clocks");
    on.start();
    await on.open();
    const sensor = { Id: "0316A2796FF4", Temperature: 4.1 };
    const before = systemClock.epochMs();
    for (const offMs of [-86_400_000, 3_600_000, 0]) {
      const epoch = Math.floor((systemClock.epochMs() + offMs) / 1_000);
      await publish("tele/fridge-3/SENSOR", { Time: "2026-11-22T03:10:00", Epoch: epoch, DS18B20: sensor });
    }
    await on.bell.until(() => on.entries.length === 5);
    const sources = on.entries.filter(isReading).map((reading) => reading.time?.source);
    expect(sources).toEqual(["arrival", "arrival", "device"]);
    for (const { at } of on.entries.filter(isReading)) expect(at).toBeGreaterThanOrEqual(before - 1_000);
    expect(on.entries.filter(isEvent)).toMatchObject([
      { subject: "fridge-3", kind: "clock", active: true },
      { subject: "fridge-3", kind: "clock", active: false },
    ]);
    expect(on.counters.of("mqtt.clock-off")).toBe(2);
    expect(on.logged.filter((line) => line.includes("clock of fridge-3 is wrong")).length).toBe(1);
    await on.stop();
  });

  test("tell of doors and batteries, and of being there, also by retained messages, which are no readings", async () => {
    await publish("zigbee2mqtt/bridge/state", { state: "online" }, { retain: true });
    await publish("zigbee2mqtt/Bloedbank/Koelkast 1/availability", { state: "offline" }, { retain: true });
    await publish("tele/fridge-3/LWT", "Online", { retain: true });
    await publish("ward/logger-7/status", "down", { retain: true });
    await publish("bloodbank/sensor/fridge_1_air/state", "9.9", { retain: true });
    const on = bench("presence");
    on.start();
    await on.open();
    await publish("zigbee2mqtt/Bloedbank/deur", { contact: true });
    await publish("zigbee2mqtt/Bloedbank/deur", { contact: false });
    await publish("zigbee2mqtt/Bloedbank/Koelkast 1", { battery: 15 });
    await publish("zigbee2mqtt/lamp", { state: "ON" });
    await publish("zigbee2mqtt/Bloedbank/Koelkast 1", "{");
    await on.bell.until(() => on.entries.length === 3 && on.counters.of("mqtt.not-json") === 1);
    expect(on.entries).toMatchObject([
      { subject: "fridge-1", kind: "door", active: false },
      { subject: "fridge-1", kind: "door", active: true },
      { subject: "z-1", kind: "battery", active: true },
    ]);
    const isThere = (source: string, count: number): boolean =>
      Object.keys(on.source(source).status().presence ?? {}).length === count;
    await on.bell.until(() => isThere("zigbee", 2) && isThere("tasmota", 1) && isThere("json", 1));
    expect(on.source("zigbee").status().presence).toEqual({
      bridge: "online",
      "Bloedbank/Koelkast 1": "offline",
    });
    expect(on.source("tasmota").status().presence).toEqual({ "fridge-3": "online" });
    expect(on.source("json").status().presence).toEqual({ "logger-7": "offline" });
    expect(on.counters.of("mqtt.retained", "esphome")).toBe(1);
    expect(on.counters.of("mqtt.passed-over", "zigbee")).toBe(1);
    await on.stop();
    await publish("bloodbank/sensor/fridge_1_air/state", "", { retain: true });
  });

  test("are given up where the broker hangs, so that no message comes older than we say", async () => {
    const on = bench("hanging", { esphome: { dialect: "esphome", arrivalUncertainty: "2s" } });
    on.start();
    await on.open();
    broker.process.kill("SIGSTOP");
    try {
      await on.bell.until(() => on.source("esphome").status().state !== "open");
      expect(on.source("shelly").status().state).toBe("open");
    } finally {
      broker.process.kill("SIGCONT");
    }
    await on.open();
    await publish("bloodbank/sensor/fridge_1_air/state", "4.4");
    await on.bell.until(() => readings(on)["e-1"] !== undefined);
    await on.stop();
  });

  test.each<[string, "kept" | "clean", Outcome[]]>([
    ["comes again in a kept session", "kept", ["full", "failed", "kept"]],
    ["is lost and counted in a clean one", "clean", ["full", "failed"]],
  ])("that find no room: what was refused %s", async (_name, session, outcomes) => {
    const bell = wakeBell();
    const counters = makeCounters();
    const answers = [...outcomes];
    const heard: number[] = [];
    const recorder = {
      observe: ({ channels }, done) => {
        heard.push(Number(channels["temperature"]));
        done(answers.shift() ?? "kept");
        bell.ring();
      },
    } as Partial<Recorder> as Recorder;
    const clientId = `room-${session}`;
    const settings = { kind: "mqtt", id: "z", url: `mqtt://127.0.0.1:${port}`, clientId, session };
    const source = deviceSource({
      settings: {
        ...(mqttSchema.parse({ ...settings, dialect: "zigbee2mqtt" }) as MqttDeviceSettings),
        clientId,
      },
      pauseMaxMs: 100,
      recorder,
      clock: systemClock,
      random: () => 0.5,
      counters,
      log: { ...silentLog, info: bell.ring },
    });
    source.start();
    await bell.until(() => source.status().state === "open");
    const last_seen = formatInstant(systemClock.epochMs());
    await publish("zigbee2mqtt/a", { temperature: 4, last_seen });
    await bell.until(() => heard.length === (session === "kept" ? 3 : 1));
    await publish("zigbee2mqtt/a", { temperature: 5, last_seen });
    await bell.until(() => heard.includes(5));
    expect(heard).toEqual(session === "kept" ? [4, 4, 4, 5] : [4, 5]);
    expect(counters.of("sample.lost")).toBe(session === "kept" ? 0 : 2);
    await source.stop();
  });
});
