import { lineLengthMax } from "./frame.ts";

/** What a splitter hands out: whole lines, and how many bytes it threw away because no line could hold them. */
export interface SplitLines {
  readonly lines: readonly string[];
  /** Lines longer than the dialect allows that were dropped whole. */
  readonly overlong: number;
}

/** Cuts a byte stream into lines, whatever its chunks. Keeps at most one longest line in memory. */
export interface LineSplitter {
  readonly push: (chunk: Uint8Array) => SplitLines;
}

/**
 * Makes a splitter. A line ends at LF; a CR before it is dropped; empty lines are passed over. A `$` inside a line starts a new
 * one, so that a frame that lost its end costs only itself. Bytes beyond ASCII become `?`, which no CRC survives.
 */
export function lineSplitter(): LineSplitter {
  let partial = "";
  let skipping = false;
  return {
    push: (chunk) => {
      const lines: string[] = [];
      let overlong = 0;
      const finish = (): void => {
        const line = partial.endsWith("\r") ? partial.slice(0, -1) : partial;
        if (!skipping && line.length > 0) lines.push(line);
        partial = "";
        skipping = false;
      };
      for (const byte of chunk) {
        if (byte === 0x0a) finish();
        else {
          if (byte === 0x24) finish();
          if (!skipping) partial += byte < 0x80 ? String.fromCharCode(byte) : "?";
          if (partial.length > lineLengthMax + 1) {
            skipping = true;
            partial = "";
            overlong += 1;
          }
        }
      }
      return { lines, overlong };
    },
  };
}
