import type { ProbeReading } from "./gateway.ts";
import { checkConfig, resolveAppliance } from "@coldkeep/firmware-sim/settings.ts";
import { type Appliance, appliance, isDown } from "@coldkeep/firmware-sim/hospital/appliance.ts";
import type { StoredSample } from "@coldkeep/firmware-sim/firmware/firmware.ts";
import { seededRandom, type SeededRandom } from "@coldkeep/firmware-sim/random/random.ts";
import { lasts } from "@coldkeep/firmware-sim/scenario/conditions.ts";
import type { ScenarioEvent } from "@coldkeep/firmware-sim/scenario/event.ts";
import { arrange } from "@coldkeep/firmware-sim/scenario/mischief.ts";
import type { Turn } from "@coldkeep/firmware-sim/scenario/timeline.ts";
import { type EpochMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import { parse } from "yaml";
import { readTemplate } from "../hospital/write-hospital.ts";
import { drawFaults } from "./faults.ts";
import { makeLies } from "./lies.ts";

/** The appliances of the demo hospital with their devices, each of which samples once a minute. */
export interface Floor {
  readonly faults: readonly ScenarioEvent[];
  /** Lives through the minute from `from` on; what the gateway heard in it, in the order of hearing. */
  readonly minute: (from: EpochMs) => readonly ProbeReading[];
}

/** Share of samples whose confirmation is lost, so that the device sends them again. */
const confirmationLost = 0.005;
/** Share of frames that get through a line full of garbage. */
const garbageHeard = 0.5;

/** The incubator stands in a cold room, so that a power cut leaves it too cold. */
const coldRoom = { meanCelsius: 16, swingKelvin: 1.5 };

/** Makes the floor as it stands at `startAt`, with faults over `days` days. */
export function makeFloor(seed: number, startAt: EpochMs, days: number): Floor {
  const file = parse(readTemplate("sim.yaml")) as object;
  const config = checkConfig({ ...file, mqtt: undefined, scenario: [] }, "demo/hospital/sim.yaml");
  const settings = config.appliances.map((one, index) => ({
    ...resolveAppliance(one, config),
    supply: index % 3 === 1 ? ("mains" as const) : ("battery" as const),
    memory: index % 2 === 0 ? ("kept" as const) : ("volatile" as const),
    ...(one.kind === "platelet-incubator" ? { ambient: coldRoom } : {}),
  }));
  const appliances = settings.map((one) => appliance(one, seed, startAt, null));
  const probes = parse(readTemplate("gateway.yaml")) as { probes: Readonly<Record<string, string>> };
  const faults = drawFaults(seed, days, settings);
  const turns = new Map(
    settings.map(({ id }) => [id, turnsOf(faults.filter((event) => event.appliance === id))]),
  );
  const random = seededRandom(seed, "floor");
  const lies = makeLies(seed, startAt, days);
  const live = (one: Appliance, until: EpochMs): void => {
    const mine = turns.get(one.settings.id) ?? [];
    for (let turn = mine[0]; turn !== undefined && startAt + turn.offsetMs <= until; turn = mine[0]) {
      mine.shift();
      one.runTo(startAt + turn.offsetMs);
      one.turn(turn, startAt + turn.offsetMs);
    }
    one.runTo(until);
  };
  return {
    faults,
    minute: (from) =>
      appliances.flatMap((one, index) => {
        const at = from + Math.floor((index * minuteMs) / appliances.length) + random.below(300);
        live(one, at);
        one.sample(at);
        return transmit(one, random).flatMap((sample) => readingsOf(sample, probes.probes).map(lies));
      }),
  };
}

/** Beginnings and ends in order of time; at one instant ends go first. */
function turnsOf(events: readonly ScenarioEvent[]): Turn[] {
  const turns = events.flatMap((event): Turn[] => [
    { offsetMs: event.at, phase: "begin", event },
    ...(event.for === undefined ? [] : [{ offsetMs: event.at + event.for, phase: "end" as const, event }]),
  ]);
  return turns.toSorted((a, b) => a.offsetMs - b.offsetMs || (a.phase < b.phase ? 1 : -1));
}

/** All that the device still holds, as far as its link carries it; what is confirmed it forgets. */
function transmit(one: Appliance, random: SeededRandom): readonly StoredSample[] {
  const conditions = one.conditions();
  const isCut = lasts(conditions, "offline") || lasts(conditions, "cable-pulled");
  if (isCut || isDown(one.settings, conditions)) return [];
  const isNoisy = lasts(conditions, "garbage");
  const heard = arrange(conditions, one.firmware().ring).send.filter(
    () => !isNoisy || random.next() < garbageHeard,
  );
  for (const { boot, sequence } of heard) {
    if (random.next() >= confirmationLost) one.feed({ kind: "delivered", boot, sequence });
  }
  return heard;
}

/** The event time is what the device's clock showed; only those that have one ever jump. */
function readingsOf(sample: StoredSample, probes: Readonly<Record<string, string>>): ProbeReading[] {
  return Object.entries(sample.channels).flatMap(([channel, value]) => {
    const probe = probes[`${sample.device}/${channel}`];
    if (probe === undefined) return [];
    const { at } = sample;
    return [{ probe, reading: typeof value === "number" ? { at, celsius: value } : { at, fault: value } }];
  });
}
