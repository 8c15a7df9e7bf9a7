import type { EpochMs } from "@coldkeep/core/time/millis.ts";

/** One sample as the simulation knows it. Its value names it: whoever reads the value knows which sample it is. */
export interface TrueSample {
  readonly device: string;
  readonly boot: number;
  readonly sequence: number;
  /** When it was really taken. */
  readonly at: EpochMs;
  /** When the device lost it without anybody having acknowledged it; null while it holds it, or once it was acknowledged. */
  droppedAt: EpochMs | null;
}

/** All samples that were ever taken. */
export interface Books {
  readonly samples: readonly TrueSample[];
  /** Enters a sample and gives the value that it shows. */
  readonly take: (device: string, boot: number, sequence: number, at: EpochMs) => number;
  /** The sample that shows a value, or undefined. */
  readonly find: (celsius: number) => TrueSample | undefined;
  readonly drop: (celsius: number, at: EpochMs) => void;
}

/** Values have four digits after the point: ten million samples between 0 and 1000 degrees. */
const valuesPerDegree = 10_000;

/** Makes empty books. */
export function makeBooks(): Books {
  const samples: TrueSample[] = [];
  const find = (celsius: number): TrueSample | undefined => samples[Math.round(celsius * valuesPerDegree)];
  return {
    samples,
    find,
    take: (device, boot, sequence, at) => {
      samples.push({ device, boot, sequence, at, droppedAt: null });
      return (samples.length - 1) / valuesPerDegree;
    },
    drop: (celsius, at) => {
      const sample = find(celsius);
      if (sample !== undefined) sample.droppedAt = at;
    },
  };
}
