import type { GoodReading } from "@coldkeep/core/readings/reading.ts";
import { type DurationMs, type EpochMs, hourMs, minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";

/** What makes one simulated appliance and its failure different from another. */
export interface WarmUp {
  readonly bags: number;
  readonly ambientCelsius: number;
  /** Power lost, compressor dead (both with a closed door), or the door left ajar, as W/K on top of the wall. */
  readonly doorWattsPerKelvin: number;
  readonly powered: boolean;
  readonly probe: "air" | "product";
  readonly everyMs: DurationMs;
  readonly noiseCelsius: number;
  readonly stepCelsius: number;
}

/** When in a run the failure begins. */
export const failsAtMs: DurationMs = 3 * hourMs;
/** Longest time for which a failure is followed. */
export const followedMs: DurationMs = 8 * hourMs;

const stepMs = 2 * secondMs;

/**
 * A blood refrigerator of two nodes (air with liner, load) with a compressor that switches, the failure after some hours of normal running, and what its probe says of it. The figures are those of the domain notes'
 * refrigerator (400 l): wall 2 W/K, air and liner 12 kJ/K, a bag 1.08 kJ/K behind 0.3 W/K, 250 W of cooling, switching at 0.8 °C about 3.5 °C.
 */
export function simulate(warmUp: WarmUp, random: () => number): GoodReading[] {
  let air = 4;
  let load = 3.9;
  let control = 4;
  let shown = 4;
  let running = false;
  const lagMs = warmUp.probe === "air" ? minuteMs : 12 * minuteMs;
  const readings: GoodReading[] = [];
  for (let at: EpochMs = 0; at <= failsAtMs + followedMs; at += stepMs) {
    const failed = at >= failsAtMs;
    control += ((air - control) * stepMs) / minuteMs;
    if (control > 4.3) running = true;
    if (control < 2.7) running = false;
    const cooling = running && (!failed || warmUp.powered) ? 250 : 0;
    const leak = (2 + (failed ? warmUp.doorWattsPerKelvin : 0)) * (warmUp.ambientCelsius - air);
    const toLoad = 0.3 * warmUp.bags * (air - load);
    air += ((leak - toLoad - cooling) * stepMs) / secondMs / 12_000;
    load += (toLoad * stepMs) / secondMs / (1_080 * warmUp.bags);
    shown += ((air - shown) * stepMs) / lagMs;
    if (at % warmUp.everyMs === 0) {
      const noisy = shown + warmUp.noiseCelsius * normal(random);
      readings.push({ at, celsius: Math.round(noisy / warmUp.stepCelsius) * warmUp.stepCelsius });
    }
  }
  return readings;
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A failure drawn at random. */
export function drawWarmUp(random: () => number): WarmUp {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const powered = random() < 0.3;
  return {
    bags: pick([5, 20, 50, 100, 200]),
    ambientCelsius: 18 + 10 * random(),
    powered,
    doorWattsPerKelvin: powered ? 12 + 30 * random() : pick([0, 0, 2]),
    probe: pick(["air", "product", "product"]),
    everyMs: pick([15 * secondMs, minuteMs, minuteMs, 2 * minuteMs]),
    noiseCelsius: 0.02 + 0.03 * random(),
    stepCelsius: pick([0.01, 0.0625, 0.1]),
  };
}
