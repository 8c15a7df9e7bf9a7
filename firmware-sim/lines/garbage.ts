import type { SeededRandom } from "../random/random.ts";

/** What a disturbed line makes of a good one: noise, a frame cut short, or one whose CRC is wrong. Never a good frame. */
export function garble(line: string, random: SeededRandom): Uint8Array {
  switch (random.below(3)) {
    case 0:
      return Uint8Array.from({ length: 1 + random.below(80) }, () => random.below(256));
    case 1:
      return Buffer.from(line.slice(0, 1 + random.below(line.length - 5)));
    default:
      return Buffer.from(`${line.slice(0, -4)}${flipped(line.slice(-4))}\r\n`);
  }
}

function flipped(crc: string): string {
  const value = Number.parseInt(crc, 16) ^ 0x0101;
  return value.toString(16).toUpperCase().padStart(4, "0");
}
