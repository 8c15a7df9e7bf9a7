import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { connect } from "mqtt";
import { expect, test } from "vitest";
import { readingsTopic } from "@coldkeep/core/mqtt/message.ts";
import { freePort, mosquittoMissing, startGatewayProcess, startMosquitto } from "./rig/processes.ts";
import { serialDevice } from "./rig/serial-device.ts";
import { wakeBell } from "./rig/wake-bell.ts";
import { stubServer } from "./uplink/stub-server.ts";

/** How often the gateway is killed. */
const kills = 20;

/** How often each of the two devices takes a sample. Unit ms. */
const everyMs = 4;

/** A kill comes after at most so many events (samples taken, lines heard by the device, requests seen by the server). */
const eventsBetweenKillsMax = 250;

const seed = Number(process.env["SEED"] ?? fc.sample(fc.nat(), 1)[0]);

/** A serial device, an MQTT device behind a real broker, and a server that breaks off every seventh answer after recording the batch. */
async function world() {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-kill-"));
  const bell = wakeBell();
  let events = 0;
  let session = false;
  const happened = (): void => {
    events += 1;
    bell.ring();
  };
  const server = await stubServer((_, request) => {
    setImmediate(happened);
    return request % 7 === 6 ? { kind: "reset-after-record" } : null;
  });
  const port = await freePort();
  const broker = await startMosquitto(folder, port);
  const serial = serialDevice("ckt-serial", () => performance.now(), happened);
  const publisher = connect(`mqtt://127.0.0.1:${port}`, { clientId: "ckt-mqtt" });
  const settings = join(folder, "gateway.yaml");
  writeFileSync(settings, settingsText(server.url, folder, serial.line.path, port));

  let published = 0;
  const publish = (): void => {
    const [sequence, uptimeMs] = [published++, Math.round(performance.now())];
    const message = JSON.stringify({ boot: 1, sequence, uptimeMs, channels: { t: sequence / 100 } });
    publisher.publish(readingsTopic("ckt-mqtt"), message, { qos: 1 });
  };
  const sampleSerial = (): unknown => serial.sample({ t: serial.samples.length / 100 });
  const timer = setInterval(() => {
    sampleSerial();
    // A broker queues for a gateway that it has met once.
    if (session) publish();
    happened();
  }, everyMs);

  return {
    bell,
    server,
    serial,
    sampleSerial,
    events: () => events,
    published: () => published,
    startGateway: () =>
      startGatewayProcess(settings, (line) => {
        session ||= line.includes("broker is open");
        happened();
      }),
    quiet: () => clearInterval(timer),
    end: async () => {
      publisher.end(true);
      serial.line.close();
      await broker.end("SIGTERM");
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

function settingsText(url: string, folder: string, path: string, port: number): string {
  return JSON.stringify({
    gateway: "g",
    server: { url },
    data: join(folder, "data"),
    sources: [
      { kind: "serial", id: "line", path, baudRate: 115_200 },
      { kind: "mqtt", id: "broker", url: `mqtt://127.0.0.1:${port}` },
    ],
    probes: { "ckt-serial/t": "serial-probe", "ckt-mqtt/t": "mqtt-probe" },
    resendTimeout: "300ms",
    pauseMax: "200ms",
    linger: "5ms",
    batchReadingsMax: 50,
  });
}

/**
 * Goal: what a device was told is kept reaches the server, once, whenever the gateway dies.
 * Method: both devices send without pause; the gateway, a process of its own, is killed with SIGKILL after a random number of events and
 * started again. The value of a sample is its sequence, so that the server's record shows what is missing or double.
 */
test.skipIf(mosquittoMissing() !== null)(`kill -9 loses and doubles nothing (SEED=${seed})`, async () => {
  const chances = fc.sample(fc.integer({ min: 1, max: eventsBetweenKillsMax }), { seed, numRuns: kills });
  const { bell, server, serial, startGateway, ...rest } = await world();
  const valuesOf = (probe: string): number[] =>
    server
      .readings()
      .flatMap((one) => (one.probe === probe && "celsius" in one ? [Math.round(one.celsius * 100)] : []))
      .sort((a, b) => a - b);

  let gateway = await startGateway();
  await bell.until(() => rest.published() > 0 && serial.acknowledged() >= 0);
  for (const after of chances) {
    const due = rest.events() + after;
    await bell.until(() => rest.events() >= due);
    await gateway.end("SIGKILL");
    gateway = await startGateway();
  }
  rest.quiet();
  // A live sample now and then shows the gateway what is still missing, as a device's next minute would.
  const slowly = setInterval(() => {
    if (serial.acknowledged() < serial.samples.length - 1) rest.sampleSerial();
    bell.ring();
  }, 1_000);
  await bell.until(
    () =>
      serial.acknowledged() === serial.samples.length - 1 &&
      valuesOf("serial-probe").length >= serial.samples.length &&
      valuesOf("mqtt-probe").length >= rest.published(),
  );
  clearInterval(slowly);
  expect(await gateway.end("SIGTERM")).toBe(0);
  expect(valuesOf("serial-probe")).toEqual(serial.samples.map((sample) => sample.sequence));
  expect(valuesOf("mqtt-probe")).toEqual(Array.from({ length: rest.published() }, (_, n) => n));
  console.log(
    `${kills} kills, ${serial.samples.length} serial and ${rest.published()} MQTT samples, ${server.seen.length} requests, ${serial.requests.length} requests to resend`,
  );
  await rest.end();
});
