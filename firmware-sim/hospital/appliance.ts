import type { ChannelValue } from "@coldkeep/core/readings/sample.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import {
  type FirmwareInput,
  type FirmwareState,
  powerOn,
  stepFirmware,
  type StoredSample,
} from "../firmware/firmware.ts";
import { ambientCelsius } from "../physics/ambient.ts";
import { measure, sensorCharacters } from "../physics/probe.ts";
import { advance, settled, type ThermalInputs, type ThermalState } from "../physics/thermal.ts";
import { seededRandom } from "../random/random.ts";
import { channelFault, type Conditions, lasts, turnConditions } from "../scenario/conditions.ts";
import type { Turn } from "../scenario/timeline.ts";
import type { ApplianceSettings, ChannelName, TemperatureName } from "../settings.ts";

/** What an appliance and its device remember over a restart of the simulator. */
export interface Remembered {
  readonly boot: number;
  readonly lastSampleAt: EpochMs;
  readonly thermal: ThermalState;
  /** Samples that a memory of the kind `kept` holds. */
  readonly kept: readonly StoredSample[];
}

/** One appliance with its sensor device: the physics, the firmware, and what a scenario does to them. */
export interface Appliance {
  readonly settings: ApplianceSettings;
  readonly firmware: () => FirmwareState;
  readonly conditions: () => Conditions;
  readonly thermal: () => ThermalState;
  /** Takes over a new state of the firmware, such as after a resend was taken out of it. */
  readonly setFirmware: (state: FirmwareState) => void;
  /** Hands the firmware an input. */
  readonly feed: (input: FirmwareInput) => void;
  /** Runs the physics up to an instant of their own time. */
  readonly runTo: (physicsAt: EpochMs) => void;
  /** Takes a sample; null where the device has no power. */
  readonly sample: (at: EpochMs) => StoredSample | null;
  /** Begins or ends an event at `at`. */
  readonly turn: (turn: Turn, at: EpochMs) => void;
  readonly remember: () => Remembered;
}

const hourMs = 3_600_000;

/** Makes an appliance whose device starts at `bootAt`: anew, or as the next boot of what is remembered. */
export function appliance(
  settings: ApplianceSettings,
  seed: number,
  bootAt: EpochMs,
  remembered: Remembered | null,
): Appliance {
  const boot = (remembered?.boot ?? 0) + 1;
  const { normal } = seededRandom(seed, `${settings.device}/noise/${boot}`);
  let thermal = remembered?.thermal ?? inCycle(settings, seed, bootAt);
  let physicsAt = bootAt;
  let lastSampleAt = remembered?.lastSampleAt ?? bootAt;
  let conditions: Conditions = [];
  let firmware = powerOn(settings, boot, bootAt, remembered?.kept);

  const feed = (input: FirmwareInput): StoredSample | null => {
    const step = stepFirmware(firmware, input);
    firmware = step.state;
    return step.sampled;
  };
  const read = (channel: ChannelName): ChannelValue => {
    if (channel === "agitator") return isAgitating(conditions) ? 1 : 0;
    const celsius = measure(sensorCharacters[settings.sensor], shown(thermal, channel), normal);
    return channelFault(conditions, channel) ?? celsius;
  };
  return {
    settings,
    firmware: () => firmware,
    conditions: () => conditions,
    thermal: () => thermal,
    setFirmware: (state) => {
      firmware = state;
    },
    feed: (input) => void feed(input),
    runTo: (until) => {
      thermal = runPhysics(settings, thermal, conditions, physicsAt, until);
      physicsAt = until;
    },
    sample: (at) => {
      const channels = Object.fromEntries(settings.channels.map((channel) => [channel, read(channel)]));
      if (isDown(settings, conditions)) return null;
      lastSampleAt = at;
      return feed({ kind: "sample", at, channels });
    },
    turn: (turn, at) => {
      const wasDown = isDown(settings, conditions);
      conditions = turnConditions(conditions, turn);
      for (const input of turnInputs(turn, at)) feed(input);
      if (wasDown && !isDown(settings, conditions)) feed({ kind: "reboot", at });
    },
    remember: () => ({
      boot: firmware.boot,
      lastSampleAt,
      thermal,
      kept: settings.memory === "kept" ? firmware.ring : [],
    }),
  };
}

/** True while the device itself has no power: it neither samples nor speaks. */
export function isDown(settings: ApplianceSettings, conditions: Conditions): boolean {
  return settings.supply === "mains" && lasts(conditions, "power-cut");
}

function isAgitating(conditions: Conditions): boolean {
  return !lasts(conditions, "agitator-stopped") && !lasts(conditions, "power-cut");
}

function shown(thermal: ThermalState, channel: TemperatureName): number {
  return channel === "product" ? thermal.productProbeCelsius : thermal.airProbeCelsius;
}

/** Longest stretch of physics with one room temperature, ms. */
const ambientStepMs = 60_000;

function runPhysics(
  settings: ApplianceSettings,
  from: ThermalState,
  conditions: Conditions,
  fromAt: EpochMs,
  untilAt: EpochMs,
): ThermalState {
  let thermal = from;
  for (let at = fromAt; at < untilAt; at += ambientStepMs) {
    const inputs = thermalInputs(settings, conditions, at);
    thermal = advance(settings.thermal, thermal, inputs, Math.min(ambientStepMs, untilAt - at));
  }
  return thermal;
}

function thermalInputs(settings: ApplianceSettings, conditions: Conditions, at: EpochMs): ThermalInputs {
  return {
    ambientCelsius: ambientCelsius(settings.ambient, at),
    doorOpen: lasts(conditions, "door-open"),
    powered: !lasts(conditions, "power-cut"),
    compressorDead: lasts(conditions, "compressor-dead"),
    agitatorStopped: !isAgitating(conditions),
  };
}

/** A first state somewhere in its cycle, by the seed, so that a hospital's machines do not run in step. */
function inCycle(settings: ApplianceSettings, seed: number, at: EpochMs): ThermalState {
  const random = seededRandom(seed, `${settings.device}/phase`);
  const { defrostEveryMs, defrostMs, coldPack } = settings.thermal;
  const start = {
    ...settled(settings.thermal),
    sinceDefrostMs: defrostMs + Math.floor(random.next() * Math.max(0, defrostEveryMs - defrostMs)),
    packMs: Math.floor(random.next() * (coldPack?.changedEveryMs ?? 0)),
  };
  const beforeMs = 2 * hourMs + random.below(hourMs);
  return runPhysics(settings, start, [], at - beforeMs, at);
}

function turnInputs({ event, phase }: Turn, at: EpochMs): readonly FirmwareInput[] {
  if (event.event === "reboot") return [{ kind: "reboot", at }];
  if (event.event !== "clock-jump") return [];
  const byMs = event.by ?? 0;
  return [{ kind: "clock-jump", byMs: phase === "begin" ? byMs : -byMs }];
}
