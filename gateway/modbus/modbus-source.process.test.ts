import { mkdtempSync, rmSync, symlinkSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { type Gateway, startGateway } from "../app.ts";
import { silentLog } from "../health/log.ts";
import { modbusPeersMissing, type PeerUnits, pymodbusDevice, serialCable } from "../rig/modbus-peers.ts";
import { freePort } from "../rig/processes.ts";
import { wakeBell } from "../rig/wake-bell.ts";
import { parseSettings } from "../settings/settings.ts";
import { type StubServer, stubServer } from "../uplink/stub-server.ts";

let ending: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ending.reverse()) await end();
  ending = [];
});

const units: PeerUnits = {
  // 4.1 °C and -28.0 °C in tenths, 0x7FFF for a fault, 4.1 as a float in both word orders.
  1: { hr: { 0: 0x0029, 1: 0xfee8, 2: 0x7fff, 3: 0x4083, 4: 0x3333, 5: 0x3333, 6: 0x4083 } },
  // A Simex transducer whose PT100 is broken off: last value 19.7 °C, status A0h.
  2: { hr: { 1: 197, 2: 0xa0 }, ir: { 0: 41, 1: 41 }, di: { 7: true, 8: false }, co: { 3: true } },
};

const tenths = (register: number) => ({ register, scale: 0.1, sentinels: { "0x7FFF": "open" } });

const devices = [
  {
    device: "plc",
    unit: 1,
    interval: "1s",
    profile: {
      channels: {
        fridge: tenths(0),
        freezer: tenths(1),
        broken: tenths(2),
        float: { register: 3, type: "float32" },
        swapped: { register: 5, type: "float32", wordOrder: "CDAB" },
      },
    },
  },
  { device: "simex", unit: 2, interval: "1s", profile: "simex-trs-02a" },
  { device: "sus", unit: 2, interval: "1s", profile: "sus-thermasgard" },
  {
    device: "contacts",
    unit: 2,
    interval: "1s",
    profile: {
      channels: {
        door: { function: 2, register: 7 },
        mains: { function: 2, register: 8 },
        battery: { function: 1, register: 3 },
      },
    },
  },
  { device: "gone", unit: 9, interval: "1s", profile: "int16-tenths" },
];

const probes = {
  "plc/fridge": "fridge",
  "plc/freezer": "freezer",
  "plc/broken": "broken",
  "plc/float": "float",
  "plc/swapped": "swapped",
  "simex/temperature": "simex",
  "sus/temperature": "sus",
  "gone/temperature": "gone",
};

const signals = {
  "contacts/door": { subject: "fridge-1", kind: "door" },
  "contacts/mains": { subject: "fridge-1", kind: "power", active: { equals: 0 } },
  "contacts/battery": { subject: "contacts", kind: "battery" },
};

/** What the values above must be on the server. */
const expected = {
  fridge: 4.1,
  freezer: -28,
  broken: "open",
  float: 4.1,
  swapped: 4.1,
  simex: "open",
  sus: 4.1,
};

async function world(folder: string, source: Record<string, unknown>) {
  const bell = wakeBell();
  const server: StubServer = await stubServer(() => {
    setImmediate(bell.ring);
    return null;
  });
  ending.push(server.stop);
  const settings = parseSettings(
    JSON.stringify({
      gateway: "g",
      server: { url: server.url },
      data: join(folder, "data"),
      sources: [{ id: "bus", timeout: "1s", devices, ...source }],
      probes,
      signals,
      linger: "0ms",
      pauseMax: "100ms",
    }),
    "test",
  );
  const log = { ...silentLog, info: bell.ring, warn: bell.ring };
  const gateway: Gateway = await startGateway({ settings, clock: systemClock, random: () => 0.5, log });
  ending.push(gateway.stop);
  const valuesOf = (probe: string): unknown[] =>
    server
      .readings()
      .filter((one) => one.probe === probe)
      .map((one) => ("celsius" in one ? one.celsius : one.fault));
  const allSeen = (times: number): boolean =>
    Object.keys(expected).every((probe) => valuesOf(probe).length >= times);
  return { bell, server, gateway, valuesOf, allSeen };
}

type World = Awaited<ReturnType<typeof world>>;

async function expectRead({ bell, server, gateway, valuesOf, allSeen }: World): Promise<void> {
  await bell.until(
    () => allSeen(2) && gateway.counters.of("event.battery", "contacts") + events(server).length >= 3,
  );
  for (const [probe, value] of Object.entries(expected))
    expect(new Set(valuesOf(probe))).toEqual(new Set([value]));
  expect(valuesOf("gone")).toEqual([]);
  for (const one of server.readings()) expect(one).toMatchObject({ time: { source: "poll" } });
  const told = events(server).map(({ subject, kind, active }) => `${subject} ${kind} ${active}`);
  expect(new Set(told)).toEqual(
    new Set(["contacts battery true", "fridge-1 door true", "fridge-1 power true"]),
  );
  expect(told.length).toBe(3);
}

const events = (server: StubServer) => [...server.recorded.values()].flatMap((batch) => batch.events ?? []);

function folderOfTest(): string {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-modbus-"));
  ending.push(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe.skipIf(modbusPeersMissing() !== null)("devices of pymodbus", () => {
  test("are read rightly over TCP", async () => {
    const port = await freePort();
    const device = await pymodbusDevice("tcp", String(port), units);
    ending.push(device.end);
    const there = await world(folderOfTest(), { kind: "modbus-tcp", host: "127.0.0.1", port });
    await expectRead(there);
    expect(there.gateway.counters.of("modbus.exception", "bus")).toBeGreaterThan(0);
  });

  test("are read rightly on a serial line, through a missing unit, a pulled cable and another port", async () => {
    const folder = folderOfTest();
    const path = join(folder, "by-id");
    const plug = async (): Promise<() => Promise<void>> => {
      const cable = await serialCable(folder);
      const device = await pymodbusDevice("rtu", cable.far, units);
      symlinkSync(cable.near, path);
      return async () => {
        unlinkSync(path);
        await device.end();
        await cable.end();
      };
    };
    const pull = await plug();
    const there = await world(folder, { kind: "modbus-rtu", path });
    await expectRead(there);
    expect(there.gateway.counters.of("modbus.timeout", "bus")).toBeGreaterThan(0);
    await pull();
    await there.bell.until(() => there.gateway.counters.of("source.closed", "bus") > 0);
    const before = there.valuesOf("fridge").length;
    ending.push(await plug());
    await there.bell.until(() => there.valuesOf("fridge").length > before + 1);
    expect(new Set(there.valuesOf("fridge"))).toEqual(new Set([4.1]));
  });
});
