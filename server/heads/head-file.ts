import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { HeadRecords } from "./head-records.ts";
import { headsMax } from "./head-records.ts";
import { headLine } from "./head.ts";

/** Bytes of the file's end that are read to find its last line; a line has about 300. */
const tailBytes = 4_096;

/** What the file is called in a folder. */
export const headsFileName = "coldkeep-heads.jsonl";

/**
 * Brings a file elsewhere up to date: appends the heads that it does not have yet, one line each, and makes them durable. Never rewrites what is there; a line that was cut by a
 * crash is ended first. Throws what the file system throws, and `heads.file-differs` where the file's last head is not the one on record: one of the two was changed.
 */
export function appendHeads(given: string, heads: HeadRecords): void {
  const path = existsSync(given) && statSync(given).isDirectory() ? join(given, headsFileName) : given;
  const file = openSync(path, "a+", 0o644);
  try {
    const { last, isEnded } = readEnd(file);
    const day = last === null ? null : dayIn(last);
    const known = day === null ? null : heads.of(day);
    if (day !== null && (known === null || headLine(known) !== last))
      throw new CodedError(
        "heads.file-differs",

        `The last head in ${path} (${day}) is not the one on record: one of the two was changed`,
      );
    const lines = heads.after(day, headsMax).map((head) => `${headLine(head)}\n`);
    if (lines.length === 0) return;
    writeSync(file, `${isEnded ? "" : "\n"}${lines.join("")}`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function readEnd(file: number): { readonly last: string | null; readonly isEnded: boolean } {
  const { size } = fstatSync(file);
  const tail = Buffer.alloc(Math.min(size, tailBytes));
  readSync(file, tail, 0, tail.length, size - tail.length);
  const text = tail.toString("utf8");
  const isEnded = text === "" || text.endsWith("\n");
  const whole = text.split("\n").filter((line) => line !== "" && dayIn(line) !== null);
  return { last: whole.at(-1) ?? null, isEnded };
}

function dayIn(line: string): string | null {
  try {
    const value = JSON.parse(line) as { day?: unknown } | null;
    return typeof value?.day === "string" ? value.day : null;
  } catch {
    return null;
  }
}
