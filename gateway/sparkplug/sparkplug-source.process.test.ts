import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { stateTopic } from "@coldkeep/core/sparkplug/topic.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { type BufferEntry, isReading } from "../buffer/buffer.ts";
import { memoryBuffer } from "../buffer/memory-buffer.ts";
import { counters as makeCounters } from "../health/counters.ts";
import { silentLog } from "../health/log.ts";
import { recorder as makeRecorder } from "../intake/recorder.ts";
import { type EdgeNode, float, said, startEdgeNode } from "../rig/edge-node.ts";
import {
  freePort,
  mosquittoMissing,
  type Started,
  startGatewayProcess,
  startMosquitto,
} from "../rig/processes.ts";
import { wakeBell } from "../rig/wake-bell.ts";
import { stubServer } from "../uplink/stub-server.ts";
import { sparkplugSource } from "./sparkplug-source.ts";

const start = Date.now() - 3_600_000;
const bell = wakeBell();

let folder: string;
let port: number;
let broker: Started;
let ending: (() => unknown)[] = [];
/** The edge nodes' clock: each message is published later than the one before. */
let clockMs: number;

beforeEach(async () => {
  if (mosquittoMissing() !== null) return;
  folder = mkdtempSync(join(tmpdir(), "coldkeep-sparkplug-"));
  port = await freePort();
  broker = await startMosquitto(folder, port);
  clockMs = start;
});

afterEach(async () => {
  for (const end of ending.reverse()) await end();
  ending = [];
  if (mosquittoMissing() !== null) return;
  await broker.end("SIGTERM");
  rmSync(folder, { recursive: true });
});

/** A gateway's buffer, which outlives its sources, and what stands in it. */
function gateway() {
  const buffer = memoryBuffer(start);
  const counters = makeCounters();
  const taken: BufferEntry[] = [];
  const refused: string[] = [];
  const recorder = makeRecorder({
    buffer: {
      ...buffer,
      append: (commit) => {
        buffer.append(commit);
        taken.push(...commit.entries);
        refused.push(...commit.evidence.map(({ code }) => code));
        setImmediate(bell.ring);
      },
    },
    clock: systemClock,
    counters: { ...counters, add: (...what) => (counters.add(...what), void setImmediate(bell.ring)) },
    log: silentLog,
    ownTime: () => ({ errorMs: 0, isConfirmed: true }),
    rules: {
      probes: new Map([
        ["g.ward-3.fridge-1/product", "product"],
        ["g.ward-3.fridge-1/air", "air"],
      ]),
      signals: new Map(),
      driftMaxMs: 10_000,
      futureMaxMs: 300_000,
    },
    commitWithinMs: 2,
    gateway: "g",
    limits: { readingsMax: 1_000_000, bytesMax: 1e9, diskFreeMin: 0 },
    committed: () => {},
  });
  const source = (more: { primaryHostId?: string; rebirthPause?: number; edgeNodes?: string[] } = {}) => {
    const made = sparkplugSource({
      settings: {
        id: "plant",
        url: `mqtt://127.0.0.1:${port}`,
        clientId: `coldkeep-${ending.length}`,
        edgeNodes: ["+/+"],
        devices: {},
        metrics: {},
        clockUncertainty: 1_500,
        reorder: 300,
        rebirthPause: 1_000,
        ...more,
      },
      pauseMaxMs: 100,
      recorder,
      clock: systemClock,
      random: () => 0.5,
      counters: { ...counters, add: (...what) => (counters.add(...what), void setImmediate(bell.ring)) },
      log: { ...silentLog, info: () => setImmediate(bell.ring), warn: () => setImmediate(bell.ring) },
    });
    made.start();
    ending.push(made.stop);
    return { ...made, open: () => bell.until(() => made.status().state === "open") };
  };
  const readings = (): string[] =>
    taken.flatMap((entry) =>
      isReading(entry)
        ? [`${entry.probe} ${entry.at - start} ${"celsius" in entry ? entry.celsius : entry.fault}`]
        : [],
    );
  return {
    source,
    readings,
    refused,
    taken,
    counters,
    has: (n: number) => bell.until(() => taken.length >= n),
  };
}

async function edgeNode(bdSeq = 0n): Promise<EdgeNode> {
  const node = await startEdgeNode({
    port,
    edgeNode: "ward-3",
    device: "fridge-1",
    bdSeq,
    now: () => (clockMs += 1),
    wake: () => setImmediate(bell.ring),
  });
  ending.push(node.end);
  return node;
}

const aliases = { "Inputs/product": 1n, "Inputs/air": 2n };
const dealtAnew = { "Inputs/product": 2n, "Inputs/air": 1n };

describe.skipIf(mosquittoMissing() !== null)("Sparkplug edge nodes with a real Mosquitto", () => {
  test("births and data by alias become readings with the device's time; early messages wait", async () => {
    const it = gateway();
    const made = it.source();
    await made.open();
    const node = await edgeNode();
    await node.born(aliases);
    const first = node.data([said(1n, start + 1_000, float(4.1)), said(2n, start + 1_000, float(3.9))]);
    const second = node.data([said(1n, start + 2_000, float(4.2))]);
    const third = node.data([said(1n, start + 3_000, null, { isNull: true })]);
    await node.send(first);
    await node.send(third);
    await node.send(second);
    // No metric has a value at its birth: a fault without a time of its own is no reading.
    await it.has(4);
    expect(it.readings()).toEqual([
      "product 1000 4.1",
      "air 1000 3.9",
      "product 2000 4.2",
      "product 3000 unspecified",
    ]);
    expect(it.taken[0]).toMatchObject({ time: { source: "device", uncertaintyMs: 1_500 } });
    expect(node.asked()).toBe(0);
    expect(Object.fromEntries(made.presence())).toEqual({ "g/ward-3": true, "g/ward-3/fridge-1": true });
  });

  test("a lost message makes the gateway ask for a birth; aliases dealt out anew are read by the new birth", async () => {
    const it = gateway();
    await it.source().open();
    const node = await edgeNode();
    await node.born(aliases);
    node.data([said(1n, start + 1_000, float(4.1))]);
    await node.send(node.data([said(1n, start + 2_000, float(4.2))]));
    await bell.until(() => node.asked() > 0);
    await node.born(dealtAnew);
    await node.send(node.data([said(1n, start + 3_000, float(3.9))]));
    await it.has(1);
    expect(it.readings()).toEqual(["air 3000 3.9"]);
    expect(it.refused).toEqual(["sparkplug.order-lost"]);
  });

  test("a node that dies is offline; the death of an earlier connection changes nothing", async () => {
    const it = gateway();
    const made = it.source();
    await made.open();
    const old = await edgeNode(4n);
    await old.born(aliases);
    await bell.until(() => made.presence().get("g/ward-3/fridge-1") === true);
    const node = await edgeNode(5n);
    await node.born(aliases);
    await bell.until(() => it.counters.of("sparkplug.offline") === 1);
    old.cut();
    await bell.until(() => it.refused.includes("sparkplug.death-old"));
    await node.send(node.data([said(1n, start + 1_000, float(4.1))]));
    await it.has(1);
    expect(made.presence().get("g/ward-3")).toBe(true);
    node.cut();
    await bell.until(() => made.presence().get("g/ward-3") === false);
    expect(made.presence().get("g/ward-3/fridge-1")).toBe(false);
  });

  test("what was kept during an outage of the broker is replayed with its own times", async () => {
    const it = gateway();
    const made = it.source();
    await made.open();
    const node = await edgeNode();
    await node.born(aliases);
    await node.send(node.data([said(1n, start + 1_000, float(4.1))]));
    await it.has(1);
    await broker.end("SIGKILL");
    await bell.until(() => made.status().state !== "open");
    broker = await startMosquitto(folder, port);
    await made.open();
    const again = await edgeNode(1n);
    await again.born(aliases);
    const late = { historical: true };
    await again.send(
      again.data([said(1n, start + 61_000, float(4.3), late), said(1n, start + 121_000, float(4.4), late)]),
    );
    await again.send(again.data([said(1n, start + 181_000, float(4.5))]));
    await it.has(4);
    expect(it.readings()).toEqual([
      "product 1000 4.1",
      "product 61000 4.3",
      "product 121000 4.4",
      "product 181000 4.5",
    ]);
  });

  test("a gateway that starts anew asks the nodes of its settings, others when they speak", async () => {
    const it = gateway();
    const first = it.source();
    await first.open();
    const node = await edgeNode();
    await node.born(aliases);
    await node.send(node.data([said(1n, start + 1_000, float(4.1))]));
    await it.has(1);
    await first.stop();
    // Nobody is there to hear it.
    await node.send(node.data([said(1n, start + 2_000, float(4.2))]));
    const second = it.source();
    await second.open();
    await node.send(node.data([said(1n, start + 3_000, float(4.3))]));
    await bell.until(() => node.asked() > 0);
    await node.born(dealtAnew);
    await node.send(node.data([said(2n, start + 4_000, float(4.4))]));
    await it.has(2);
    await second.stop();
    const before = node.asked();
    const third = it.source({ edgeNodes: ["g/ward-3"] });
    await third.open();
    await bell.until(() => node.asked() > before);
    expect(it.readings()).toEqual(["product 1000 4.1", "product 4000 4.4"]);
    expect([...new Set(it.refused)]).toEqual(["sparkplug.before-birth"]);
  });

  test("a primary host says that it is there, again if someone else says no, and its will says when it is gone", async () => {
    const it = gateway();
    const states: { online: boolean; timestamp: number; retained: boolean }[] = [];
    const other = await connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 });
    ending.push(() => other.endAsync(true));
    other.on("message", (_, payload, { retain }) => {
      states.push({ ...JSON.parse(payload.toString()), retained: retain });
      bell.ring();
    });
    await other.subscribeAsync(stateTopic("coldkeep"), { qos: 1 });
    const made = it.source({ primaryHostId: "coldkeep" });
    await made.open();
    await bell.until(() => states.length === 1);
    const timestamp = states[0]?.timestamp ?? 0;
    await other.publishAsync(stateTopic("coldkeep"), `{"online":false,"timestamp":${timestamp}}`, { qos: 1 });
    await bell.until(() => states.length === 3);
    await made.stop();
    await bell.until(() => states.length === 4);
    expect(states.map(({ online }) => online)).toEqual([true, false, true, false]);
    expect(new Set(states.map((state) => state.timestamp)).size).toBe(1);
    await other.subscribeAsync(stateTopic("coldkeep"), { qos: 1 });
    await bell.until(() => states.length === 5);
    expect(states[4]).toEqual({ online: false, timestamp, retained: true });
  });

  test("what cannot be read is refused and kept as evidence, and the rest goes on", async () => {
    const it = gateway();
    await it.source().open();
    const node = await edgeNode();
    await node.born(aliases);
    const other = await connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 });
    ending.push(() => other.endAsync(true));
    await other.publishAsync("spBv1.0/g/DDATA/ward-3/fridge-1", '{"temperature":4}');
    await other.publishAsync("spBv1.0/g/NDATA/ward-3", Buffer.alloc(300_000));
    await bell.until(() => it.refused.length === 2);
    await node.send(node.data([said(1n, start + 1_000, float(4.1))]));
    await it.has(1);
    expect(it.refused).toEqual(["sparkplug.not-protobuf", "sparkplug.too-long"]);
    expect(it.readings()).toEqual(["product 1000 4.1"]);
  });

  test("a gateway process that is killed and started again brings each reading to the server once, under its name", async () => {
    const server = await stubServer();
    ending.push(server.stop);
    const settings = join(folder, "gateway.yaml");
    const text = {
      gateway: "g",
      server: { url: server.url },
      data: join(folder, "data"),
      sources: [
        {
          kind: "sparkplug",
          id: "plant",
          url: `mqtt://127.0.0.1:${port}`,
          edgeNodes: ["g/ward-3"],
          metrics: { "Inputs/air": { channel: "air", scale: 0.1 } },
        },
      ],
      probes: { "g.ward-3.fridge-1/product": "product", "g.ward-3.fridge-1/air": "air" },
      linger: "5ms",
    };
    writeFileSync(settings, JSON.stringify(text));
    let opened = 0;
    const startGateway = (): Promise<Started> =>
      startGatewayProcess(settings, (line) => {
        if (line.includes("plant is open")) opened += 1;
        bell.ring();
      });
    const node = await edgeNode();
    for (let round = 1; round <= 3; round += 1) {
      const asked = node.asked();
      const running = await startGateway();
      await bell.until(() => opened === round && node.asked() > asked);
      const turned = round === 2 ? dealtAnew : aliases;
      await node.born(turned);
      const at = start + round * 1_000;
      const product = said(turned["Inputs/product"], at, float(4 + round / 10));
      const air = said(turned["Inputs/air"], at, float(30 + round));
      await node.send(node.data([product, air]));
      await server.until(() => server.readings().length === 2 * round);
      expect(await running.end("SIGKILL")).toBeNull();
    }
    const shown = server
      .readings()
      .map((one) => `${one.probe} ${"celsius" in one ? one.celsius : one.fault}`);
    expect(shown.toSorted()).toEqual([
      "air 3.1",
      "air 3.2",
      "air 3.3",
      "product 4.1",
      "product 4.2",
      "product 4.3",
    ]);
  });
});
