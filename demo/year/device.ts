import { formatLine } from "@coldkeep/core/serial/frame.ts";
import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";
import type { VirtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import {
  type FirmwareInput,
  type FirmwareState,
  type MemoryKind,
  powerOn,
  type StoredSample,
  stepFirmware,
  takeResend,
} from "@coldkeep/firmware-sim/firmware/firmware.ts";
import type { SeededRandom } from "@coldkeep/firmware-sim/random/random.ts";
import type { Books } from "./books.ts";
import type { Wire } from "./wire.ts";

/** What makes up a device of the year. */
export interface DeviceOptions {
  readonly device: string;
  readonly ringSamples: number;
  readonly memory: MemoryKind;
  /** How fast its quartz runs, in millionths. */
  readonly ppm: number;
  /** How often it takes a sample, by its own quartz. Unit ms. */
  readonly everyMs: DurationMs;
}

/** A device on the line. */
export interface Device {
  readonly options: DeviceOptions;
  /** The power fails and is back after `offMs`. */
  readonly reset: (offMs: DurationMs) => void;
}

/** A line takes so long at 9600 baud. Unit ms. */
const lineMs = 60;
/** How long after a sample it is sent, and after a request it is answered. Unit ms. */
const sendWithinMs = 300;
const answerWithinMs = 200;
/** Share of answers that come only after the gateway has lost its patience, and how late. */
const lateShare = 0.02;
const lateMs = 3_000;

/** Puts a device on a line. */
export function makeDevice(
  options: DeviceOptions,
  world: VirtualClock,
  random: SeededRandom,
  books: Books,
  wire: Wire,
): Device {
  const startAt = world.epochMs();
  const local = (): EpochMs => startAt + (world.epochMs() - startAt) * (1 + options.ppm / 1_000_000);
  let state: FirmwareState = powerOn(options, 1, local());
  let isOn = true;
  let isAnswering = false;
  const send = wire.attach((frame) => {
    if (!isOn) return;
    apply({ kind: "frame", frame });
    if (state.resends.length === 0 || isAnswering) return;
    isAnswering = true;
    world.after(random.next() < lateShare ? lateMs : random.below(answerWithinMs), answer);
  });
  const say = (sample: StoredSample): void => void send(`${formatLine({ kind: "sample", sample })}\r\n`);

  function apply(input: FirmwareInput): StoredSample | null {
    const before = state;
    const step = stepFirmware(state, input);
    state = step.state;
    const isForgetting = state.overwritten > before.overwritten;
    if (isForgetting) drop(before.ring[0]);
    return step.sampled;
  }

  function drop(sample: StoredSample | undefined): void {
    const value = sample?.channels["t"];
    if (typeof value === "number") books.drop(value, world.epochMs());
  }

  function answer(): void {
    const taken = isOn ? takeResend(state) : { state, sample: null };
    state = taken.state;
    isAnswering = taken.sample !== null;
    if (taken.sample === null) return;
    say(taken.sample);
    world.after(lineMs, answer);
  }

  function sample(): void {
    const value = books.take(options.device, state.boot, state.nextSequence, world.epochMs());
    const sampled = apply({ kind: "sample", at: Math.round(local()), channels: { t: value } });
    const { boot } = state;
    world.after(random.below(sendWithinMs), () => {
      if (isOn && sampled !== null && state.boot === boot) say(sampled);
    });
  }

  function live(): void {
    world.after(options.everyMs / (1 + options.ppm / 1_000_000), () => {
      if (isOn) sample();
      live();
    });
  }

  world.after(random.below(options.everyMs), live);
  return {
    options,
    reset: (offMs) => {
      if (!isOn) return;
      isOn = false;
      if (options.memory === "volatile") for (const held of state.ring) drop(held);
      world.after(offMs, () => {
        apply({ kind: "reboot", at: Math.round(local()) });
        isOn = true;
      });
    },
  };
}
