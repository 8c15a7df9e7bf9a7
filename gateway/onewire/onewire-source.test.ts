import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { counters as makeCounters } from "../health/counters.ts";
import { silentLog } from "../health/log.ts";
import type { Observation } from "../intake/admit.ts";
import type { Recorder } from "../intake/recorder.ts";
import { onewireSource } from "./onewire-source.ts";
import { type SensorFiles, sensorFiles } from "./sensor-files.ts";

let ending: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ending.reverse()) await end();
  ending = [];
});

const fridge = "28-0316a2794f5d";
const freezer = "28-000000b81c02";
const fourDegrees = "40 00 4b 46 7f ff 10 10 20 : crc=20 YES\n40 00 4b 46 7f ff 10 10 20 t=4000\n";

/** A source over sensor files on a virtual clock; `round` lets one round of reading happen. */
function world(files: SensorFiles) {
  const clock = virtualClock(1_790_000_000_000);
  const counters = makeCounters();
  const seen: Observation[] = [];
  const refused: string[] = [];
  const recorder = {
    observe: (observation: Observation) => seen.push(observation),
    refuse: (_: string, code: string) => refused.push(code),
  } as unknown as Recorder;
  let reads = 0;
  const counted: SensorFiles = {
    list: files.list,
    read: async (sensor, file) => {
      reads += 1;
      return files.read(sensor, file);
    },
  };
  const settings = { id: "bus", interval: 60_000, timeout: 5_000 };
  const source = onewireSource({ settings, files: counted, recorder, clock, counters, log: silentLog });
  source.start();
  ending.push(source.stop);
  /** Turns of the event loop until what the file system does is done. */
  const settle = async (until: () => boolean): Promise<void> => {
    for (let turn = 0; turn < 10_000 && !until(); turn += 1) await new Promise(setImmediate);
    expect(until()).toBe(true);
  };
  const values = (): unknown[] => seen.map(({ device, channels }) => [device, channels["temperature"]]);
  return { clock, counters, source, seen, refused, settle, values, reads: () => reads };
}

function sysfs(): {
  root: string;
  put: (sensor: string, file: string, text: string) => void;
  take: (sensor: string) => void;
} {
  const root = mkdtempSync(join(tmpdir(), "coldkeep-w1-"));
  ending.push(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, "w1_bus_master1"));
  return {
    root,
    put: (sensor, file, text) => {
      mkdirSync(join(root, sensor), { recursive: true });
      writeFileSync(join(root, sensor, file), text);
    },
    take: (sensor) => rmSync(join(root, sensor), { recursive: true }),
  };
}

test("sensors in a folder like the kernel's are read, come and go", async () => {
  const { root, put, take } = sysfs();
  put(fridge, "w1_slave", fourDegrees);
  put(freezer, "temperature", "-32062\n");
  const { clock, settle, seen, values, counters } = world(sensorFiles(root));
  clock.advance(1);
  await settle(() => seen.length === 2 && clock.pending() === 1);
  expect(new Map(values() as [string, unknown][])).toEqual(
    new Map<string, unknown>([
      [fridge, 4],
      [freezer, -32.062],
    ]),
  );
  expect(seen[0]).toMatchObject({ keeps: false, stamp: { time: { source: "poll", uncertaintyMs: 750 } } });
  take(freezer);
  clock.advance(60_000);
  await settle(() => seen.length === 4 && clock.pending() === 1);
  expect(values().slice(2)).toEqual([
    [freezer, "disconnected"],
    [fridge, 4],
  ]);
  expect(counters.of("onewire.sensor-missing")).toBe(1);
  put(freezer, "temperature", "-32000\n");
  clock.advance(60_000);
  await settle(() => seen.length === 6 && clock.pending() === 1);
  expect(values().slice(4)).toContainEqual([freezer, -32]);
});

test("what cannot be read is refused once as evidence, then counted; a folder that is missing is waited for", async () => {
  const { root, put } = sysfs();
  const zeros = "00 00 00 00 00 00 00 00 00";
  put(fridge, "w1_slave", `${zeros} : crc=00 YES\n${zeros} t=0\n`);
  const { clock, settle, refused, counters, seen } = world(sensorFiles(root));
  clock.advance(1);
  await settle(() => refused.length === 1 && clock.pending() === 1);
  clock.advance(60_000);
  await settle(() => counters.of("onewire.scratchpad-empty") === 1 && clock.pending() === 1);
  expect([refused, seen]).toEqual([["onewire.scratchpad-empty"], []]);
  const missing = world(sensorFiles(join(root, "nowhere")));
  missing.clock.advance(1);
  await missing.settle(() => missing.source.status().state === "waiting");
  expect(missing.source.status().trouble).toContain("cannot be read");
});

test("a bus that hangs holds one read and nobody else, and is read again when it comes back", async () => {
  let release: (() => void) | null = null;
  const bytes = (text: string): Uint8Array => Buffer.from(text, "latin1");
  const files: SensorFiles = {
    list: () => Promise.resolve([fridge, freezer]),
    read: () =>
      release === null
        ? new Promise((resolve) => {
            release = () => resolve(bytes(fourDegrees));
          })
        : Promise.resolve(bytes(fourDegrees)),
  };
  const { clock, settle, source, counters, reads, seen } = world(files);
  clock.advance(1);
  await settle(() => reads() === 1);
  clock.advance(5_000);
  await settle(() => source.status().state === "waiting" && clock.pending() === 1);
  expect(source.status().trouble).toBe(`reading ${fridge} hangs`);
  for (let round = 0; round < 5; round += 1) {
    clock.advance(60_000);
    await settle(() => counters.of("onewire.hangs") === 2 + round && clock.pending() === 1);
  }
  expect([reads(), seen]).toEqual([1, []]);
  (release as (() => void) | null)?.();
  await settle(() => reads() === 1);
  await new Promise(setImmediate);
  // Exactly to the next round: what is asked then must get its turn before its time is over.
  clock.advance(55_000);
  await settle(() => seen.length === 2);
  expect(source.status()).toMatchObject({ state: "open", trouble: null });
});
