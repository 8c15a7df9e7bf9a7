import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** Largest log file in bytes; then it becomes `<name>.1` and a new one begins. */
export const logBytesMax = 5 * 1024 * 1024;

/** How many of the last lines are kept at hand. */
export const tailLinesMax = 20;

/** Longest line kept at hand, in characters; a longer one is cut. */
const tailLineCharactersMax = 400;

/** A log file that never grows beyond twice `logBytesMax`, with its last lines at hand. */
export interface BoundedLog {
  readonly path: string;
  /** Appends output as it comes; it need not end with a line. */
  readonly write: (text: string) => void;
  /** The last whole lines, and what came after them. */
  readonly tail: () => readonly string[];
}

/** Opens a log, going on from what is there. */
export function openLog(path: string, bytesMax: number = logBytesMax): BoundedLog {
  mkdirSync(dirname(path), { recursive: true });
  let size = sizeOf(path);
  let lines: string[] = [];
  let rest = "";
  return {
    path,
    write: (text) => {
      const bytes = Buffer.byteLength(text);
      if (size > 0 && size + bytes > bytesMax) {
        renameSync(path, `${path}.1`);
        size = 0;
      }
      appendFileSync(path, text);
      size += bytes;
      const parts = (rest + text).split("\n");
      rest = (parts.pop() ?? "").slice(-tailLineCharactersMax);
      lines = [...lines, ...parts.map((line) => line.slice(0, tailLineCharactersMax))].slice(-tailLinesMax);
    },
    tail: () => (rest === "" ? lines : [...lines, rest]),
  };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
