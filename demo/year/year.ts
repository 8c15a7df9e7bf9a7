import { dayMs, type DurationMs, type EpochMs, hourMs } from "@coldkeep/core/time/millis.ts";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { seededRandom } from "@coldkeep/firmware-sim/random/random.ts";
import type { Log } from "@coldkeep/gateway/health/log.ts";
import { unconfirmedErrorMs } from "@coldkeep/gateway/time/clock-state.ts";
import { type Books, makeBooks } from "./books.ts";
import { type Box, makeBox } from "./box.ts";
import { drawFaults, type Fault } from "./faults.ts";
import { lineMedium } from "./line-medium.ts";
import { makeMachine } from "./machine.ts";
import type { Medium } from "./medium.ts";
import { radioMedium } from "./radio-medium.ts";
import { recordServer, type RecordServer } from "./record.ts";

/** What is simulated. */
export interface YearOptions {
  readonly seed: number;
  readonly days: number;
  /** `line`: devices on one serial line. `radio`: devices with MQTT behind a broker. */
  readonly over: "line" | "radio";
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
  readonly medium: Medium;
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

/** Lives through a year of one gateway, in this process and under a virtual clock. The same seed gives the same year. */
export async function liveYear(options: YearOptions): Promise<Year> {
  const { seed, days, everyMs } = options;
  const world = virtualClock(startAt);
  const random = (name: string) => seededRandom(seed, name);
  const books = makeBooks();
  const makeMedium = { line: lineMedium, radio: radioMedium }[options.over];
  const medium = makeMedium({ world, books, random, everyMs });
  const server = recordServer(world, random("server"));
  const machine = makeMachine(world, 40);
  const log = options.log === undefined ? {} : { log: options.log };
  const box = makeBox({
    folder: options.folder,
    machine,
    medium,
    server,
    random: random("box").next,
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
    medium.settle(isActive);
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
        medium.setNoise(fault.amount);
        break;
      case "device-reset":
        medium.reset(fault.amount, fault.untilAt - fault.fromAt);
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
      case "device-clock-jump":
        medium.jump(jumpRandom.below(medium.devices.length), fault.amount);
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
        if (!isActive("noise")) medium.setNoise(0);
        break;
      case "box-power-cut":
        machine.powerOn(clockLateMs(fault));
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

  /** A box without a battery for its clock: it comes back as late as it was off, and is put right by its server before it stamps anything. */
  function clockLateMs({ fromAt, untilAt }: Fault): DurationMs {
    return server.isReachable() ? untilAt - fromAt : Math.min(untilAt - fromAt, unconfirmedErrorMs / 2);
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
  return { books, server, box, medium, faults, jumps, startAt, endAt };
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
