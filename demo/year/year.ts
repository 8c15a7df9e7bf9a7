import { dayMs, type DurationMs, type EpochMs, hourMs } from "@coldkeep/core/time/millis.ts";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { seededRandom } from "@coldkeep/firmware-sim/random/random.ts";
import type { Log } from "@coldkeep/gateway/health/log.ts";
import { type Books, makeBooks } from "./books.ts";
import { type Box, makeBox } from "./box.ts";
import { type Device, type DeviceOptions, makeDevice } from "./device.ts";
import { drawFaults, type Fault } from "./faults.ts";
import { makeMachine } from "./machine.ts";
import { makeNoise, type Noise } from "./noise.ts";
import { recordServer, type RecordServer } from "./record.ts";
import { makeWire } from "./wire.ts";

/** What is simulated. */
export interface YearOptions {
  readonly seed: number;
  readonly days: number;
  /** How often each device takes a sample. Unit ms. */
  readonly everyMs: DurationMs;
  /** An empty folder for the gateway's buffer. */
  readonly folder: string;
  readonly log?: Log;
}

/** A step of the machine's clock, and whether the gateway noticed. */
export interface ClockJump {
  readonly at: EpochMs;
  readonly byMs: number;
  readonly isNoticed: boolean;
}

/** A year that is over, with everything delivered that can be. */
export interface Year {
  readonly books: Books;
  readonly server: RecordServer;
  readonly box: Box;
  readonly noise: Noise;
  readonly devices: readonly DeviceOptions[];
  readonly faults: readonly Fault[];
  readonly jumps: readonly ClockJump[];
  readonly startAt: EpochMs;
  readonly endAt: EpochMs;
}

/** 2026-01-01T00:00:00Z. */
const startAt: EpochMs = 1_767_225_600_000;
/** Quiet time at the end in which all that waits is fetched and delivered. */
const quietMs: DurationMs = 12 * hourMs;
/** A time server is asked so often, as systemd-timesyncd does at the most. Unit ms. */
const timeServerEveryMs: DurationMs = 2_048_000;
/** How soon a gateway must notice that its machine's clock was set. Unit ms. */
const noticedWithinMs: DurationMs = 15_000;

const deviceKinds: readonly Omit<DeviceOptions, "everyMs">[] = [
  { device: "ckt-big", ringSamples: 4_096, memory: "kept", ppm: 60 },
  { device: "ckt-small", ringSamples: 200, memory: "kept", ppm: -100 },
  { device: "ckt-forgetful", ringSamples: 4_096, memory: "volatile", ppm: 100 },
];

/** Lives through a year on one line, in this process and under a virtual clock. The same seed gives the same year. */
export async function liveYear(options: YearOptions): Promise<Year> {
  const { seed, days, everyMs } = options;
  const world = virtualClock(startAt);
  const random = (name: string) => seededRandom(seed, name);
  const books = makeBooks();
  const noise = makeNoise(random("noise"));
  const wire = makeWire(world, random("wire"), noise);
  const server = recordServer(world, random("server"));
  const machine = makeMachine(world, 40);
  const devices = deviceKinds.map((kind): Device => {
    const device = { ...kind, everyMs };
    return makeDevice(device, world, random(kind.device), books, wire);
  });
  const probes = new Map(deviceKinds.map(({ device }) => [`${device}/t`, `${device}-t`]));
  const log = options.log === undefined ? {} : { log: options.log };
  const box = makeBox({
    folder: options.folder,
    machine,
    wire,
    server,
    random: random("box").next,
    probes,
    ...log,
  });
  const faults = drawFaults(random("faults"), startAt, days);
  const jumps: ClockJump[] = [];
  const jumpRandom = random("jumps");
  const active = new Map<Fault["kind"], number>();
  const isActive = (kind: Fault["kind"]): boolean => (active.get(kind) ?? 0) > 0;
  let downs = 0;
  let synchronizedAt = startAt;
  let stopping: Promise<void> = Promise.resolve();

  /** What stands after any fault began or ended. */
  function settle(): void {
    wire.plug(isActive("adapter-out") ? "out" : isActive("wires-cut") ? "cut" : "in");
    server.setReachable(!isActive("server-away") && !isActive("network-away"));
    box.setDiskFull(isActive("disk-full"));
  }

  function jump(byMs: number): void {
    const before = box.count("clock.jumped");
    const at = world.epochMs();
    machine.setBy(byMs);
    const wasRunning = box.isRunning();
    world.after(noticedWithinMs, () => {
      const isNoticed = box.count("clock.jumped") > before;
      // A time server may have put it right before anybody looked.
      const isStill = synchronizedAt < at;
      if (wasRunning && downs === 0 && isStill) jumps.push({ at, byMs, isNoticed });
    });
  }

  function begin(fault: Fault): void {
    active.set(fault.kind, (active.get(fault.kind) ?? 0) + 1);
    switch (fault.kind) {
      case "noise":
        wire.setNoise(fault.amount);
        break;
      case "device-reset":
        devices[jumpRandom.below(devices.length)]?.reset(fault.untilAt - fault.fromAt);
        break;
      case "gateway-kill":
      case "box-power-cut":
        downs += 1;
        box.kill();
        break;
      case "gateway-restart":
        downs += 1;
        stopping = box.stop();
        break;
      case "clock-jump":
        jump(fault.amount);
        break;
      default:
        break;
    }
    settle();
  }

  async function end(fault: Fault): Promise<void> {
    active.set(fault.kind, (active.get(fault.kind) ?? 0) - 1);
    switch (fault.kind) {
      case "noise":
        if (!isActive("noise")) wire.setNoise(0);
        break;
      case "box-power-cut":
        machine.powerOn(fault.untilAt - fault.fromAt);
        downs -= 1;
        break;
      case "gateway-kill":
      case "gateway-restart":
        downs -= 1;
        break;
      default:
        break;
    }
    settle();
    await stopping;
    if (downs === 0) box.start();
  }

  function timeServer(): void {
    if (!isActive("network-away")) {
      machine.synchronize(jumpRandom.below(40) - 20);
      synchronizedAt = world.epochMs();
    }
    world.after(timeServerEveryMs, timeServer);
  }

  const liveUntil = async (until: EpochMs): Promise<void> => {
    while (world.step(until)) await settled();
  };

  timeServer();
  box.start();
  const endAt = startAt + days * dayMs;
  for (const { at, happens } of inOrder(faults, begin, end)) {
    await liveUntil(Math.min(at, endAt));
    await happens();
  }
  await liveUntil(endAt + quietMs);
  return {
    books,
    server,
    box,
    noise,
    devices: devices.map((one) => one.options),
    faults,
    jumps,
    startAt,
    endAt,
  };
}

function inOrder(
  faults: readonly Fault[],
  begin: (fault: Fault) => void,
  end: (fault: Fault) => Promise<void>,
): { readonly at: EpochMs; readonly happens: () => Promise<void> }[] {
  return faults
    .flatMap((fault) => [
      { at: fault.fromAt, happens: async () => begin(fault) },
      { at: fault.untilAt, happens: () => end(fault) },
    ])
    .toSorted((a, b) => a.at - b.at);
}

const already = Promise.resolve();

/** Lets what hangs on promises go on: the longest chain of the uplink has fewer links. */
async function settled(): Promise<void> {
  for (let link = 0; link < 12; link += 1) await already;
}
