import { parseLine } from "@coldkeep/core/serial/frame.ts";
import type { SeededRandom } from "@coldkeep/firmware-sim/random/random.ts";

/** What a disturbed line makes of a frame. */
export interface Noise {
  /** What arrives of a text. `level`: the chance that it is disturbed, 0 to 1. */
  readonly disturb: (text: string, level: number) => Uint8Array;
  /** How many texts were disturbed. */
  readonly disturbed: () => number;
  /** How often a disturbance had to be drawn anew since its CRC was right by chance: one in 65,536, which no receiver can tell. */
  readonly unseen: () => number;
}

/** Makes the noise of one line. */
export function makeNoise(random: SeededRandom): Noise {
  let disturbed = 0;
  let unseen = 0;
  const spoil = (bytes: readonly number[]): readonly number[] => {
    const place = random.below(bytes.length);
    const rest = random.below(20);
    switch (random.below(6)) {
      case 0: // Bits flip.
        return bytes.map((byte, at) =>
          Math.abs(at - place) <= rest % 3 ? byte ^ (1 << random.below(8)) : byte,
        );
      case 1: // Bytes are lost, perhaps the end of the line, which glues two lines together.
        return bytes.filter((_, at) => at < place || at > place + rest);
      case 2: // The beginning is lost.
        return bytes.slice(place);
      case 3: // The end is lost.
        return bytes.slice(0, place);
      case 4: // Somebody else talks in between.
        return [
          ...bytes.slice(0, place),
          ...Array.from({ length: rest }, () => random.below(256)),
          ...bytes.slice(place),
        ];
      default: // An echo: twice the same.
        return [...bytes, ...bytes];
    }
  };
  return {
    disturb: (text, level) => {
      const bytes = [...Buffer.from(text, "latin1")];
      if (random.next() >= level) return Uint8Array.from(bytes);
      disturbed += 1;
      for (;;) {
        const spoiled = Uint8Array.from(spoil(bytes));
        if (!isForged(text, spoiled)) return spoiled;
        unseen += 1;
      }
    },
    disturbed: () => disturbed,
    unseen: () => unseen,
  };
}

/** True where a line can be read that was never said. */
function isForged(said: string, heard: Uint8Array): boolean {
  const texts = Buffer.from(heard)
    .toString("latin1")
    .split(/[\r\n]+|(?=\$)/);
  return texts.some((text) => parseLine(text).ok && !said.includes(text));
}
