import type { Random } from "@coldkeep/core/time/clock.ts";

/** How a sensor shows a temperature. */
export interface SensorCharacter {
  /** Standard deviation of the noise, K. */
  readonly noiseKelvin: number;
  /** Smallest step of the output, K. */
  readonly quantumKelvin: number;
}

/** A platinum probe behind a converter with a tenth of a degree, and a one-wire sensor with sixteenths (DS18B20). */
export const sensorCharacters = {
  platinum: { noiseKelvin: 0.02, quantumKelvin: 0.1 },
  "one-wire": { noiseKelvin: 0.03, quantumKelvin: 0.0625 },
} as const satisfies Record<string, SensorCharacter>;

/** The types of sensor by name. */
export type SensorType = keyof typeof sensorCharacters;

/** What the sensor puts out for a true temperature: noise added, then rounded to its step. `normal` is a standard normal source. */
export function measure(character: SensorCharacter, celsius: number, normal: Random): number {
  const noisy = celsius + normal() * character.noiseKelvin;
  const steps = Math.round(noisy / character.quantumKelvin);
  return Number((steps * character.quantumKelvin).toFixed(4)) + 0;
}
