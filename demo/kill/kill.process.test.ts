import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { readingsTopic } from "@coldkeep/core/mqtt/message.ts";
import {
  freePort,
  mosquittoMissing,
  startGatewayProcess,
  startMosquitto,
} from "@coldkeep/gateway/rig/processes.ts";
import { serialDevice } from "@coldkeep/gateway/rig/serial-device.ts";
import { wakeBell } from "@coldkeep/gateway/rig/wake-bell.ts";
import { startServerProcess } from "@coldkeep/server/testing/server-process.ts";
import fc from "fast-check";
import { connect } from "mqtt";
import { expect, test } from "vitest";

/** How often the gateway and the server are killed. */
const gatewayKills = 60;
const serverKills = 40;

/** How often each of the two devices takes a sample. Unit ms. */
const everyMs = 8;

/** A kill comes after at most so many events (samples taken, lines that the device hears, lines that the programs log). */
const eventsBetweenKillsMax = 150;

/** How often the server's records are looked into in the end. Unit ms. */
const lookEveryMs = 500;

/** For a machine that has other things to do; by itself it takes about two minutes. */
const timeoutMs = 900_000;

const seed = Number(process.env["SEED"] ?? fc.sample(fc.nat(), 1)[0]);

/** Nothing here waits for the clock or calls anybody: the limits and gaps are as wide as they go. */
const site = `
site: mechelen
timeZone: Europe/Brussels
profiles:
  any: { low: -200, high: 900, deadband: 0.3, maxGap: 3650d, excursionAfter: 10m, recoverAfter: 5m, unmonitoredAfter: 3650d, alarmDelay: 3650d }
appliances:
  - { id: fridge-1, name: Red cells 1, kind: refrigerator, profile: any, probes: [ { id: serial-probe } ] }
  - { id: fridge-2, name: Red cells 2, kind: refrigerator, profile: any, probes: [ { id: mqtt-probe } ] }
contacts:
  - { id: on-call, name: On call, email: on-call@example.org }
`;

/** A program that is killed and started again. */
interface Victim {
  /** Kills it and begins to start it again. */
  readonly kill: () => Promise<void>;
  /** Waits until it runs, and ends it in order. */
  readonly stop: () => Promise<number | null>;
}

interface Running {
  readonly kill: () => Promise<unknown>;
  readonly stop: () => Promise<number | null>;
}

function victim(start: () => Promise<Running>): Victim {
  let running = start();
  return {
    kill: async () => {
      await (await running).kill();
      running = start();
    },
    stop: async () => (await running).stop(),
  };
}

/** A serial device on a pseudo-terminal, an MQTT device behind Mosquitto, a gateway and a server, each with a folder of its own. */
async function world() {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-kill-"));
  const bell = wakeBell();
  let events = 0;
  let hasSession = false;
  const happened = (): void => {
    events += 1;
    bell.ring();
  };
  const [brokerPort, serverPort] = [await freePort(), await freePort()];
  const broker = await startMosquitto(folder, brokerPort);
  const serial = serialDevice("ckt-serial", () => performance.now(), happened);
  const publisher = connect(`mqtt://127.0.0.1:${brokerPort}`, { clientId: "ckt-mqtt" });
  writeFileSync(join(folder, "site.yaml"), site);
  const settings = join(folder, "gateway.yaml");
  writeFileSync(settings, gatewaySettings(serverPort, folder, serial.line.path, brokerPort));

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
    if (hasSession) publish();
    happened();
  }, everyMs);

  const records = join(folder, "server");
  const startServer = (): Promise<Running> =>
    startServerProcess({
      COLDKEEP_LISTEN: `127.0.0.1:${serverPort}`,
      COLDKEEP_DATA: records,
      COLDKEEP_SITE: join(folder, "site.yaml"),
      COLDKEEP_API_TOKEN: "token",
    });
  const startGateway = async (): Promise<Running> => {
    const started = await startGatewayProcess(settings, (line) => {
      hasSession ||= line.includes("broker is open");
      happened();
    });
    return { kill: () => started.end("SIGKILL"), stop: () => started.end("SIGTERM") };
  };
  return {
    bell,
    serial,
    sampleSerial,
    records,
    events: () => events,
    published: () => published,
    server: victim(startServer),
    gateway: victim(startGateway),
    quiet: () => clearInterval(timer),
    end: async () => {
      publisher.end(true);
      serial.line.close();
      await broker.end("SIGTERM");
      rmSync(folder, { recursive: true });
    },
  };
}

function gatewaySettings(serverPort: number, folder: string, path: string, brokerPort: number): string {
  return JSON.stringify({
    gateway: "g",
    server: { url: `http://127.0.0.1:${serverPort}`, token: "token" },
    data: join(folder, "gateway"),
    sources: [
      { kind: "serial", id: "line", path, baudRate: 115_200 },
      { kind: "mqtt", id: "broker", url: `mqtt://127.0.0.1:${brokerPort}` },
    ],
    probes: { "ckt-serial/t": "serial-probe", "ckt-mqtt/t": "mqtt-probe" },
    resendTimeout: "300ms",
    pauseMax: "200ms",
    linger: "5ms",
    batchReadingsMax: 50,
  });
}

/** What the server has of a probe: the sequences that its readings name, in order. */
function sequencesAt(records: string, probe: string): number[] {
  const database = new DatabaseSync(join(records, "records.sqlite"), { readOnly: true });
  try {
    const rows = database
      .prepare(
        "SELECT value FROM readings JOIN probes ON probes.number = readings.probe WHERE id = ? ORDER BY value",
      )
      .all(probe);
    return rows.map(({ value }) => Math.round(Number(value) * 100));
  } finally {
    database.close();
  }
}

/** Folds the server's journal anew, as a person would: the exit code of `coldkeep replay`, and what it said. */
async function replay(records: string): Promise<{ code: unknown; said: string }> {
  const script = fileURLToPath(import.meta.resolve("@coldkeep/server/coldkeep.ts"));
  const child = spawn(process.execPath, [script, "replay", "--data", records], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, "close")) as unknown[];
  return { code, said };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, sequence) => sequence);

/**
 * Goal: what a device took reaches the server's records, once, whenever the gateway or the server dies.
 * Method: both devices send without pause; gateway and server, processes of their own, are killed with SIGKILL after random numbers of
 * events and started again, so that at times both are down. The value of a sample is its sequence: the server's records are compared with
 * what the devices took, and with their own journal.
 */
test.skipIf(mosquittoMissing() !== null)(
  `kill -9 of gateway and server loses and doubles nothing (SEED=${seed} npx vitest run demo/kill)`,
  async () => {
    const chance = fc.sample(fc.tuple(fc.integer({ min: 1, max: eventsBetweenKillsMax }), fc.nat()), {
      seed,
      numRuns: gatewayKills + serverKills,
    });
    const order = chance.map(([after, place], index) => ({ after, place, isGateway: index < gatewayKills }));
    const { bell, serial, records, gateway, server, ...rest } = await world();
    await bell.until(() => rest.published() > 0 && serial.acknowledged() >= 0);
    for (const { after, isGateway } of order.toSorted((a, b) => a.place - b.place)) {
      const due = rest.events() + after;
      await bell.until(() => rest.events() >= due);
      await (isGateway ? gateway : server).kill();
    }
    rest.quiet();
    // A live sample now and then shows the gateway what is still missing, as a device's next minute would.
    let inRecords = 0;
    const slowly = setInterval(() => {
      if (serial.acknowledged() < serial.samples.length - 1) rest.sampleSerial();
      inRecords = sequencesAt(records, "serial-probe").length + sequencesAt(records, "mqtt-probe").length;
      bell.ring();
    }, lookEveryMs);
    await bell.until(
      () =>
        serial.acknowledged() === serial.samples.length - 1 &&
        inRecords >= serial.samples.length + rest.published(),
    );
    clearInterval(slowly);
    expect(await gateway.stop()).toBe(0);
    expect(await server.stop()).toBe(0);
    expect(sequencesAt(records, "serial-probe")).toEqual(upTo(serial.samples.length));
    expect(sequencesAt(records, "mqtt-probe")).toEqual(upTo(rest.published()));
    expect(await replay(records)).toMatchObject({ code: 0 });
    console.log(
      `seed ${seed}: ${gatewayKills} kills of the gateway and ${serverKills} of the server, ${serial.samples.length} serial and ${rest.published()} MQTT samples, ${serial.requests.length} requests to resend`,
    );
    await rest.end();
  },
  timeoutMs,
);
