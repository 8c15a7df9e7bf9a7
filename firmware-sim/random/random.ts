import type { Random } from "@coldkeep/core/time/clock.ts";

/**
 * A seeded generator: splitmix32 stretches the seed, sfc32 (Chris Doty-Humphrey, PractRand) gives the numbers. The same seed
 * and name give the same numbers on every machine, so that a whole hospital replays from one seed.
 */
export interface SeededRandom {
  /** The next uniform number in [0, 1), with 32 bits. */
  readonly next: Random;
  /** The next number of the standard normal distribution (Box-Muller). */
  readonly normal: Random;
  /** The next integer in [0, below). */
  readonly below: (below: number) => number;
}

/** Makes the generator of one named purpose, such as `7/ckt-fridge-1/noise`; streams of different names are independent. */
export function seededRandom(seed: number, name: string): SeededRandom {
  const next = sfc32(splitmix32(seed ^ hash32(name)));
  return {
    next,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    below: (below) => Math.floor(next() * below),
  };
}

/** FNV-1a over UTF-16 code units. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}

function sfc32(seeds: () => number): Random {
  let a = seeds();
  let b = seeds();
  let c = seeds();
  let counter = 1;
  return () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
}
