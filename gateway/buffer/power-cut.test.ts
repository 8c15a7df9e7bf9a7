import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import type { BufferEntry, ReadingBuffer } from "./buffer.ts";
import { bufferFileName, openSqliteBuffer } from "./sqlite-buffer.ts";

const createdAt = 1_795_000_000_000;
const folders: string[] = [];

afterEach(() => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true });
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "coldkeep-power-"));
  folders.push(path);
  return path;
}

const line = (from: number, count: number): BufferEntry[] =>
  Array.from({ length: count }, (_, n) => ({
    probe: `p-${(from + n) % 5}`,
    at: from + n,
    celsius: (from + n) / 100,
  }));

/** The files on disk after a call returned, and what is held by then. */
interface Moment {
  readonly folder: string;
  readonly logBytes: number;
  readonly held: readonly number[];
}

const filesOf = (path: string): string[] => [join(path, bufferFileName), join(path, `${bufferFileName}-wal`)];

/** What a buffer holds, by `at`, in order; each must be there once. */
function contents(buffer: ReadingBuffer): number[] {
  const all: number[] = [];
  for (let idle = 0; idle < 2;)
    for (const lane of ["live", "backlog"] as const) {
      const batch = buffer.nextBatch(lane, 5_000);
      idle = batch === null ? idle + 1 : 0;
      if (batch === null) continue;
      all.push(...batch.entries.map(({ at }) => at));
      buffer.complete(batch.sequence, []);
    }
  expect(new Set(all).size).toBe(all.length);
  return all.sort((a, b) => a - b);
}

/** Runs a buffer through some calls and copies its files after each. */
function record(calls: readonly ((buffer: ReadingBuffer, held: number[]) => void)[]): Moment[] {
  const path = folder();
  const { buffer } = openSqliteBuffer(path, createdAt);
  const moments: Moment[] = [];
  const held: number[] = [];
  for (const call of calls) {
    call(buffer, held);
    const copy = folder();
    for (const file of filesOf(path)) if (existsSync(file)) copyFileSync(file, file.replace(path, copy));
    const [, log = ""] = filesOf(copy);
    moments.push({ folder: copy, logBytes: existsSync(log) ? statSync(log).size : 0, held: [...held] });
  }
  buffer.close();
  return moments;
}

let made = 0;
const appends = (count: number) => (buffer: ReadingBuffer, held: number[]) => {
  const entries = line(made, count);
  made += count;
  buffer.append({ entries, setAside: [], signals: [], ledgers: [], forgotten: [], evidence: [] });
  held.push(...entries.map(({ at }) => at));
};
const delivers = (buffer: ReadingBuffer, held: number[]): void => {
  const batch = buffer.nextBatch("live", 5_000) ?? buffer.nextBatch("backlog", 5_000);
  if (batch === null) return;
  buffer.complete(batch.sequence, []);
  const gone = new Set(batch.entries.map(({ at }) => at));
  held.splice(0, held.length, ...held.filter((at) => !gone.has(at)));
};

/**
 * The disk as a power cut may leave it between two calls: everything that was there when the first had returned (it was synced), and of what the second wrote to the log
 * only the first `cut` bytes, the last page of them garbled. The file itself is only written when the log is carried over, which comes after the log was synced.
 */
function cutBetween(before: Moment, after: Moment, share: number, noise: Uint8Array): string {
  const path = folder();
  const [file = "", log = ""] = filesOf(path);
  for (const [index, target] of [file, log].entries()) {
    const source = filesOf(before.folder)[index] ?? "";
    if (existsSync(source)) copyFileSync(source, target);
  }
  const written = readFileSync(filesOf(after.folder)[1] ?? "");
  const known = existsSync(log) ? readFileSync(log) : Buffer.alloc(0);
  const first = firstDifference(known, written);
  const cut = first + Math.floor((written.length - first) * share);
  const torn = Buffer.concat([written.subarray(0, cut), known.subarray(cut)]);
  torn.set(
    noise.subarray(0, Math.max(0, Math.min(noise.length, cut - first))),
    Math.max(first, cut - noise.length),
  );
  writeFileSync(log, torn);
  return path;
}

function firstDifference(one: Uint8Array, other: Uint8Array): number {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at += 1) if (one[at] !== other[at]) return at;
  return length;
}

/**
 * Goal: power may go at any write. What was acknowledged is there once; of the call under way all or nothing is.
 * Method: real files of a run of appends and deliveries, the log cut and torn at every place in turn.
 */
test("what was acknowledged survives a cut of the log anywhere behind it; the rest is there as a whole or not at all", () => {
  const calls = Array.from({ length: 24 }, (_, n) => (n % 6 === 5 ? delivers : appends(1 + ((n * 37) % 90))));
  const moments = record(calls);
  let whole = 0;
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: moments.length - 1 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.uint8Array({ maxLength: 4_096 }),
      (at, share, noise) => {
        const [before, after] = [moments[at - 1], moments[at]];
        if (before === undefined || after === undefined) return;
        const { buffer, damagedFile } = openSqliteBuffer(cutBetween(before, after, share, noise), createdAt);
        expect(damagedFile).toBeNull();
        const found = contents(buffer).join();
        buffer.close();
        expect([before.held.join(), after.held.join()]).toContain(found);
        if (found === after.held.join()) whole += 1;
      },
    ),
    { numRuns: 150 },
  );
  expect(whole).toBeLessThan(150);
});

test("a copy taken after each call holds exactly what had been acknowledged, also while the log is carried over", () => {
  const moments = record(
    Array.from({ length: 20 }, (_, n) => (n % 9 === 8 ? delivers : appends(n % 3 === 0 ? 6_000 : 40))),
  );
  for (const moment of moments) {
    const { buffer, damagedFile } = openSqliteBuffer(moment.folder, createdAt);
    expect(damagedFile).toBeNull();
    expect(contents(buffer)).toEqual([...moment.held].sort((a, b) => a - b));
    buffer.close();
  }
});

test("a log cut off altogether leaves what the file had taken over, and nothing half", () => {
  const [first, second] = record([appends(100), appends(100)]);
  if (first === undefined || second === undefined) throw new RangeError("two moments were recorded");
  const [, log = ""] = filesOf(second.folder);
  truncateSync(log, first.logBytes);
  const { buffer } = openSqliteBuffer(second.folder, createdAt);
  expect(contents(buffer)).toEqual(first.held);
  buffer.close();
});
