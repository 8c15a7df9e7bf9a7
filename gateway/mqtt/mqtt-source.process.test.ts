import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync, type MqttClient } from "mqtt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readingsTopic, statusTopic } from "@coldkeep/core/mqtt/message.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { counters as makeCounters } from "../health/counters.ts";
import { silentLog } from "../health/log.ts";
import type { Arrival } from "../intake/admit.ts";
import type { Outcome, Recorder } from "../intake/recorder.ts";
import { freePort, mosquittoMissing, type Started, startMosquitto } from "../rig/processes.ts";
import { wakeBell } from "../rig/wake-bell.ts";
import type { Source } from "../sources/source.ts";
import { mqttSource } from "./mqtt-source.ts";

let folder: string;
let port: number;
let broker: Started;
let device: MqttClient;
let ending: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  if (mosquittoMissing() !== null) return;
  folder = mkdtempSync(join(tmpdir(), "coldkeep-mqtt-"));
  port = await freePort();
  broker = await startMosquitto(folder, port);
  device = await connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 50 });
});

afterEach(async () => {
  for (const end of ending.reverse()) await end();
  ending = [];
  if (mosquittoMissing() !== null) return;
  await device.endAsync(true);
  await broker.end("SIGTERM");
  rmSync(folder, { recursive: true });
});

/** A source whose samples the test itself answers for. */
function source() {
  const bell = wakeBell();
  const heard: { arrival: Arrival; done: (outcome: Outcome) => void }[] = [];
  const refused: string[] = [];
  const recorder = {
    ledgers: () => [],
    sample: (arrival, _live, done) => {
      heard.push({ arrival, done });
      bell.ring();
    },
    refuse: (_source, code, _raw, done = () => {}) => {
      refused.push(code);
      done();
      bell.ring();
    },
  } as Partial<Recorder> as Recorder;
  const made: Source = mqttSource({
    settings: { id: "broker", url: `mqtt://127.0.0.1:${port}`, clientId: "coldkeep-test" },
    pauseMaxMs: 100,
    recorder,
    clock: systemClock,
    random: () => 0.5,
    counters: { ...makeCounters(), add: () => setImmediate(bell.ring) },
    log: { ...silentLog, info: bell.ring, warn: bell.ring },
  });
  made.start();
  ending.push(made.stop);
  return { made, heard, refused, bell, open: () => bell.until(() => made.status().state === "open") };
}

const publish = (sequence: number, retain = false): Promise<unknown> =>
  device.publishAsync(
    readingsTopic("d"),
    JSON.stringify({ boot: 1, sequence, uptimeMs: sequence * 1_000, channels: { t: 4 } }),
    { qos: 1, retain },
  );

describe.skipIf(mosquittoMissing() !== null)("a source with a real Mosquitto", () => {
  test("acknowledges only what was committed: the rest comes again to the next process", async () => {
    const first = source();
    await first.open();
    await publish(0);
    await publish(1);
    await first.bell.until(() => first.heard.length === 2);
    first.heard[0]?.done("kept");
    await first.made.stop();
    await publish(2);
    const second = source();
    await second.bell.until(() => second.heard.some((one) => one.arrival.sample.sequence === 2));
    // Whether the PUBACK of sample 0 had left before the connection was cut is not ours to say.
    const again = second.heard.map((one) => one.arrival.sample.sequence).filter((sequence) => sequence > 0);
    expect(again).toEqual([1, 2]);
  });

  test("reads on while a commit is pending, so that one commit serves many messages", async () => {
    const { heard, bell, open } = source();
    await open();
    for (let sequence = 0; sequence < 15; sequence += 1) await publish(sequence);
    await bell.until(() => heard.length === 15);
    for (const one of heard) one.done("kept");
    for (let sequence = 15; sequence < 45; sequence += 15) {
      for (let n = 0; n < 15; n += 1) await publish(sequence + n);
      await bell.until(() => heard.length === sequence + 15);
      for (const one of heard.slice(sequence)) one.done("kept");
    }
    expect(heard.map((one) => one.arrival.sample.sequence)).toEqual(Array.from({ length: 45 }, (_, n) => n));
  });

  test.each<Outcome>(["full", "failed"])(
    "keeps nothing back from the broker when the buffer is %s: it comes again",
    async (outcome) => {
      const { heard, bell, open } = source();
      await open();
      await publish(7);
      await bell.until(() => heard.length === 1);
      heard[0]?.done(outcome);
      await bell.until(() => heard.length === 2);
      heard[1]?.done("kept");
      await publish(8);
      await bell.until(() => heard.length === 3);
      expect(heard.map((one) => one.arrival.sample.sequence)).toEqual([7, 7, 8]);
    },
  );

  test("comes back by itself when the broker has been away", async () => {
    const { made, heard, bell, open } = source();
    await open();
    await broker.end("SIGKILL");
    await bell.until(() => made.status().state !== "open");
    expect(made.status().trouble).not.toBeNull();
    broker = await startMosquitto(folder, port);
    await open();
    await publish(3);
    await bell.until(() => heard.length === 1);
    expect(heard[0]?.arrival.sample).toMatchObject({ device: "d", boot: 1, sequence: 3 });
  });

  test("refuses what is retained, not JSON or not ours, and goes on; a last will is presence", async () => {
    await publish(1, true);
    await device.publishAsync(statusTopic("d"), "offline", { qos: 1, retain: true });
    const { made, heard, refused, bell, open } = source();
    await open();
    await device.publishAsync(readingsTopic("d"), "{", { qos: 1 });
    await device.publishAsync(readingsTopic("d"), Buffer.alloc(20_000, 0x20), { qos: 0 });
    await publish(2);
    await bell.until(() => heard.length === 1);
    expect(refused).toEqual(["mqtt.retained", "mqtt.not-json", "mqtt.too-long"]);
    expect(heard[0]?.arrival.sample.sequence).toBe(2);
    expect(made.status().presence).toEqual({ d: "offline" });
  });
});
