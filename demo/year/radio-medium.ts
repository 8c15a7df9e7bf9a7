import { readingsTopic } from "@coldkeep/core/mqtt/message.ts";
import { type DurationMs, type EpochMs, formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import type { VirtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import {
  type FirmwareState,
  type MemoryKind,
  powerOn,
  type StoredSample,
  stepFirmware,
} from "@coldkeep/firmware-sim/firmware/firmware.ts";
import type { SeededRandom } from "@coldkeep/firmware-sim/random/random.ts";
import { mqttSource } from "@coldkeep/gateway/mqtt/mqtt-source.ts";
import type { Books } from "./books.ts";
import type { Medium, MediumParts } from "./medium.ts";
import { makePostOffice, type PostOffice } from "./post-office.ts";

interface RadioOptions {
  readonly device: string;
  readonly ringSamples: number;
  readonly memory: MemoryKind;
  readonly ppm: number;
  /** True where it tells its own time. */
  readonly hasClock: boolean;
}

interface Radio {
  readonly reset: (offMs: DurationMs) => void;
  readonly jump: (byMs: number) => void;
}

const kinds: readonly RadioOptions[] = [
  { device: "ckt-clock", ringSamples: 4_096, memory: "kept", ppm: 80, hasClock: true },
  { device: "ckt-forgetful", ringSamples: 500, memory: "volatile", ppm: -100, hasClock: true },
  { device: "ckt-uptime", ringSamples: 4_096, memory: "volatile", ppm: 100, hasClock: false },
];

/** How often a device tries the broker again. Unit ms. */
const retryMs = 20_000;
/** A device's clock is set right so often. Unit ms. */
const setRightEveryMs = 12 * 60 * minuteMs;

/**
 * A broker with three devices of the own dialect: their clocks jump, and they keep what the broker did not take. A device without a clock
 * keeps nothing: nobody would know how old it was.
 */
export function radioMedium({ world, books, random, everyMs }: MediumParts): Medium {
  const office = makePostOffice(world);
  const radios = kinds.map((kind) => makeRadio(kind, world, random(kind.device), books, office, everyMs));
  return {
    devices: kinds.map(({ device }) => device),
    source: (supply, settings) =>
      mqttSource({
        ...supply,
        settings: { id: "medium", url: "mqtt://broker.invalid", clientId: "box" },
        pauseMaxMs: settings.pauseMax,
        connectBroker: office.connect,
      }),
    abandon: office.abandon,
    settle: (isActive) => office.setOpen(!isActive("adapter-out")),
    setNoise: () => {},
    reset: (device, offMs) => radios[device]?.reset(offMs),
    jump: (device, byMs) => radios[device]?.jump(byMs),
    isAsked: false,
    disturbed: () => 0,
    unseen: () => 0,
  };
}

function makeRadio(
  options: RadioOptions,
  world: VirtualClock,
  random: SeededRandom,
  books: Books,
  office: PostOffice,
  everyMs: DurationMs,
): Radio {
  const startAt = world.epochMs();
  const rate = 1 + options.ppm / 1_000_000;
  const local = (): EpochMs => Math.round(startAt + (world.epochMs() - startAt) * rate);
  let state: FirmwareState = powerOn(options, 1, local());
  let isOn = true;
  let aheadMs = 0;

  const drop = (sample: StoredSample | undefined): void => {
    const value = sample?.channels["t"];
    if (typeof value === "number") books.drop(value, world.epochMs());
  };

  function publish(): void {
    if (!isOn) return;
    for (const sample of state.ring) {
      const { device, boot, sequence, uptimeMs, channels, at } = sample;
      const told = options.hasClock ? { at: formatInstant(at) } : {};
      const text = JSON.stringify({ boot, sequence, uptimeMs, ...told, channels });
      if (!office.publish(readingsTopic(device), text)) break;
      state = stepFirmware(state, { kind: "delivered", boot, sequence }).state;
    }
    if (options.hasClock) return;
    for (const { boot, sequence, ...sample } of state.ring) {
      drop({ boot, sequence, ...sample });
      state = stepFirmware(state, { kind: "delivered", boot, sequence }).state;
    }
  }

  function sample(): void {
    const value = books.take(options.device, state.boot, state.nextSequence, world.epochMs());
    state = { ...state, clockOffsetMs: Math.round(world.epochMs() - local() + aheadMs) };
    const before = state;
    state = stepFirmware(state, { kind: "sample", at: local(), channels: { t: value } }).state;
    if (state.overwritten > before.overwritten) drop(before.ring[0]);
    world.after(random.below(300), publish);
  }

  const live = (): void => void world.after(everyMs / rate, () => (isOn && sample(), live()));
  const retry = (): void => void world.after(retryMs, () => (publish(), retry()));
  const setRight = (): void =>
    void world.after(setRightEveryMs, () => {
      aheadMs = random.below(400) - 200;
      setRight();
    });
  // The gateway's session stands by then.
  world.after(minuteMs + random.below(everyMs), live);
  if (options.hasClock) retry();
  setRight();
  return {
    reset: (offMs) => {
      if (!isOn) return;
      isOn = false;
      if (options.memory === "volatile") for (const held of state.ring) drop(held);
      world.after(offMs, () => {
        state = stepFirmware(state, { kind: "reboot", at: local() }).state;
        isOn = true;
      });
    },
    jump: (byMs) => {
      aheadMs += byMs;
    },
  };
}
