import { isGood, type Reading } from "./reading.ts";

/**
 * Thins readings to at most `maxPoints` so that extremes survive: the window is cut into equal numbers of readings, and of each piece its coldest and
 * its warmest reading are kept, and a fault if there is one. Order is kept; short lists come back as they are. `maxPoints` is at least 3.
 */
export function downsample(readings: readonly Reading[], maxPoints: number): readonly Reading[] {
  if (readings.length <= maxPoints) return readings;
  const pieces = Math.max(1, Math.floor(maxPoints / 3));
  const kept: Reading[] = [];
  for (let piece = 0; piece < pieces; piece += 1) {
    const from = Math.floor((piece * readings.length) / pieces);
    const to = Math.floor(((piece + 1) * readings.length) / pieces);
    kept.push(...telling(readings.slice(from, to)));
  }
  return kept;
}

function telling(piece: readonly Reading[]): Reading[] {
  let coldest: Reading | undefined;
  let warmest: Reading | undefined;
  let fault: Reading | undefined;
  for (const reading of piece) {
    if (!isGood(reading)) fault ??= reading;
    else {
      if (coldest === undefined || (isGood(coldest) && reading.celsius < coldest.celsius)) coldest = reading;
      if (warmest === undefined || (isGood(warmest) && reading.celsius > warmest.celsius)) warmest = reading;
    }
  }
  return [...new Set([coldest, warmest, fault])]
    .filter((reading) => reading !== undefined)
    .sort((a, b) => a.at - b.at);
}
