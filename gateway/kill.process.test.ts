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

/** How often both devices take a sample. Unit ms. */
const everyMs = 4;

/** A device must not be more than so many samples ahead before the gateway is killed again, so that the test ends. */
const seed = Number(process.env["SEED"] ?? fc.sample(fc.nat(), 1)[0]);

/**
 * Goal: what a device was told is kept reaches the server, once, whenever the gateway dies.
 * Method: a serial device on a pseudo-terminal and an MQTT device behind a real broker send without pause; the gateway, a process of its own,
 * is killed with SIGKILL after a random number of samples, acknowledgements and batches, and started again. The value of a sample is its
 * sequence. The server is a stub that records each (gateway, sequence) once and breaks off every seventh answer after recording.
 */
test.skipIf(mosquittoMissing() !== null)(`kill -9 loses and doubles nothing (SEED=${seed})`, async () => {
  const random = fc.sample(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), {
    seed,
    numRuns: 200,
  });
  let drawn = 0;
  const chance = (): number => random[drawn++ % random.length] ?? 0;
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-kill-"));
  const bell = wakeBell();
  let events = 0;
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
  const device = serialDevice("ckt-serial", () => performance.now(), happened);
  const settings = join(folder, "gateway.yaml");
  writeFileSync(
    settings,
    JSON.stringify({
      gateway: "g",
      server: { url: server.url },
      data: join(folder, "data"),
      sources: [
        { kind: "serial", id: "line", path: device.line.path, baudRate: 115_200 },
        { kind: "mqtt", id: "broker", url: `mqtt://127.0.0.1:${port}` },
      ],
      probes: { "ckt-serial/t": "serial-probe", "ckt-mqtt/t": "mqtt-probe" },
      resendTimeout: "300ms",
      pauseMax: "200ms",
      linger: "5ms",
      batchReadingsMax: 50,
    }),
  );
  let gateway = await startGatewayProcess(settings);
  const publisher = connect(`mqtt://127.0.0.1:${port}`, { clientId: "ckt-mqtt" });
  await bell.until(
    () => server.seen.length > 0 || publisher.connected || (publisher.on("connect", bell.ring), false),
  );
  // The broker queues for the gateway only once the gateway has its session there.
  let published = 0;
  const publish = (): void => {
    const sample = {
      boot: 1,
      sequence: published,
      uptimeMs: Math.round(performance.now()),
      channels: { t: published / 100 },
    };
    published += 1;
    publisher.publish(readingsTopic("ckt-mqtt"), JSON.stringify(sample), { qos: 1 });
  };
  let sending = true;
  const timer = setInterval(() => {
    if (!sending) return;
    device.sample({ t: device.samples.length / 100 });
    if (sessionKnown) publish();
    happened();
  }, everyMs);
  let sessionKnown = false;
  const probe = setInterval(() => {
    if (sessionKnown) return;
    publisher.publish(readingsTopic("ckt-unknown"), "probe", { qos: 1 });
    sessionKnown = server.readings().length > 0;
  }, 20);
  await bell.until(() => sessionKnown && device.acknowledged() >= 0);
  clearInterval(probe);

  for (let kill = 0; kill < kills; kill += 1) {
    const due = events + 1 + Math.floor(chance() * 250);
    await bell.until(() => events >= due);
    await gateway.end("SIGKILL");
    gateway = await startGatewayProcess(settings);
  }
  sending = false;
  device.sample({ t: device.samples.length / 100 });
  const valuesOf = (probe: string): number[] =>
    server
      .readings()
      .flatMap((reading) => (reading.probe === probe && "celsius" in reading ? [reading.celsius * 100] : []))
      .map(Math.round)
      .sort((a, b) => a - b);
  const last = (): boolean => {
    if (device.acknowledged() < device.samples.length - 1) {
      return false;
    }
    return (
      valuesOf("serial-probe").length >= device.samples.length && valuesOf("mqtt-probe").length >= published
    );
  };
  // A last live sample now and then shows the gateway what is still missing, as a device's next minute would.
  const nudge = setInterval(() => {
    if (device.acknowledged() < device.samples.length - 1) device.sample({ t: device.samples.length / 100 });
    bell.ring();
  }, 1_000);
  await bell.until(last);
  clearInterval(nudge);
  clearInterval(timer);
  await gateway.end("SIGTERM");
  expect(valuesOf("serial-probe")).toEqual(device.samples.map((sample) => sample.sequence));
  expect(valuesOf("mqtt-probe")).toEqual(Array.from({ length: published }, (_, n) => n));
  console.log(
    `${kills} kills, ${device.samples.length} serial and ${published} MQTT samples, ${server.seen.length} requests, ${device.requests.length} resend requests`,
  );
  publisher.end(true);
  device.line.close();
  await broker.end("SIGTERM");
  await server.stop();
  rmSync(folder, { recursive: true });
});
