import type { EpochMs } from "@coldkeep/core/time/millis.ts";

/** The room around the appliances: a mean with a daily swing, warmest in the afternoon. */
export interface Ambient {
  /** °C */
  readonly meanCelsius: number;
  /** Half the difference between the warmest and the coldest hour, K. */
  readonly swingKelvin: number;
}

const dayMs = 86_400_000;
const warmestMs = 15 * 3_600_000;

/** The room's temperature at an instant, °C: a cosine over the UTC day with its top at 15:00. */
export function ambientCelsius(ambient: Ambient, at: EpochMs): number {
  return ambient.meanCelsius + ambient.swingKelvin * Math.cos((2 * Math.PI * (at - warmestMs)) / dayMs);
}
