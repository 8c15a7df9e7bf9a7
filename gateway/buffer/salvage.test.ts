import {
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { type BufferEntry, type ReadingBuffer } from "./buffer.ts";
import { salvage } from "./salvage.ts";
import { bufferFileName, openSqliteBuffer } from "./sqlite-buffer.ts";

const createdAt = 1_795_000_000_000;
const pageBytes = 4_096;
const folders: string[] = [];

afterEach(() => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true });
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "coldkeep-salvage-"));
  folders.push(path);
  return path;
}

const entries = Array.from({ length: 20_000 }, (_, n): BufferEntry => {
  if (n % 50 === 49) return { subject: "fridge-1", kind: "door", active: n % 100 === 99, at: createdAt + n };
  const [probe, at] = [`p-${n % 8}`, createdAt + n];
  return n % 17 === 3
    ? { probe, at, fault: "open" }
    : { probe, at, celsius: n / 100, time: { source: "poll", uncertaintyMs: n } };
});

const ledger = {
  device: "d",
  boot: 1,
  source: "s",
  lastHeardAt: 5,
  kept: [[0, 9]] as const,
  lost: [],
  anchors: [
    {
      fromSequence: 0,
      zeroAt: 17,
    },
  ],
};

/** A buffer with a batch under way, something set aside, a ledger, a signal and evidence. Returns the bytes of its closed file. */
function soundFile(path: string): Buffer {
  const { buffer } = openSqliteBuffer(path, createdAt);
  const excerpt = Uint8Array.of(1);
  buffer.append({
    entries,
    setAside: [],
    signals: [{ channel: "d/door", active: true, at: 3 }],
    ledgers: [ledger],
    forgotten: [],
    evidence: [{ at: 1, source: "s", code: "c", excerpt }],
  });
  buffer.nextBatch("live", 100);
  buffer.nextBatch("backlog", 100);
  buffer.refuse(createdAt, "batch.shape-invalid", 7);
  buffer.nextBatch("backlog", 100);
  buffer.close();
  return readFileSync(join(path, bufferFileName));
}

function waiting(buffer: ReadingBuffer): BufferEntry[] {
  const all: BufferEntry[] = [];
  for (let idle = 0; idle < 2;)
    for (const lane of ["live", "backlog"] as const) {
      const batch = buffer.nextBatch(lane, 5_000);
      idle = batch === null ? idle + 1 : 0;
      if (batch === null) continue;
      all.push(...batch.entries);
      buffer.complete(batch.sequence, []);
    }
  return all;
}

test("all of a file is taken over where all can be read: what waits, in its order, and what is known", () => {
  const path = folder();
  soundFile(path);
  const salvaged = salvage(join(path, bufferFileName), join(path, "new.db"), createdAt + 50);
  expect(salvaged).toEqual({ entries: 19_900, refused: 100, unreadable: 0 });
  const other = folder();
  renameSync(join(path, "new.db"), join(other, bufferFileName));
  const { buffer } = openSqliteBuffer(other, createdAt + 99);
  expect(buffer.heldReadings()).toBe(20_000);
  expect(buffer.refused()).toHaveLength(100);
  expect(buffer.refused()[0]).toEqual({ entry: entries[0], code: "batch.shape-invalid", at: 7 });
  expect(buffer.ledgers()).toEqual([ledger]);
  expect(buffer.signals()).toEqual([{ channel: "d/door", active: true, at: 3 }]);
  expect(buffer.evidence()).toHaveLength(1);
  expect(waiting(buffer)).toEqual(entries.slice(100));
  buffer.close();
});

test("of a file with damaged pages everything else is taken over, nothing twice, nothing that was not there", () => {
  const original = soundFile(folder());
  const known = new Set(entries.map((entry) => JSON.stringify(entry)));
  let damagedRuns = 0;
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 2, max: original.length / pageBytes }), { minLength: 1, maxLength: 3 }),
      fc.uint8Array({ minLength: 64, maxLength: 512 }),
      (pages, noise) => {
        const path = folder();
        const file = Buffer.from(original);
        for (const page of pages) file.set(noise, (page - 1) * pageBytes);
        writeFileSync(join(path, bufferFileName), file);
        const { buffer, damagedFile, salvaged } = openSqliteBuffer(path, createdAt + 50);
        if (damagedFile !== null) {
          damagedRuns += 1;
          expect(existsSync(damagedFile)).toBe(true);
          expect(salvaged?.refused).toBe(buffer.refusedCount());
        }
        const all = waiting(buffer).map((entry) => JSON.stringify(entry));
        expect(all.filter((entry) => !known.has(entry))).toEqual([]);
        expect(new Set(all).size).toBe(all.length);
        // One page holds some 140 readings; a damaged inner page hides the pages below it.
        if (salvaged?.unreadable !== undefined && salvaged.unreadable !== null)
          expect(all.length).toBe(20_000 - salvaged.refused - salvaged.unreadable);
        buffer.close();
      },
    ),
    { numRuns: 15, endOnFailure: true },
  );
  expect(damagedRuns).toBeGreaterThan(5);
});

test("of a single damaged page only what stood on it is gone", () => {
  const path = folder();
  const original = soundFile(path);
  const file = join(path, bufferFileName);
  const page = original.length / pageBytes / 2;
  const handle = openSync(file, "r+");
  writeSync(handle, Buffer.alloc(pageBytes, 0xa5), 0, pageBytes, Math.floor(page) * pageBytes);
  expect(statSync(file).size).toBe(original.length);
  const { buffer, salvaged } = openSqliteBuffer(path, createdAt + 50);
  expect(salvaged?.unreadable).toBeGreaterThan(0);
  expect(salvaged?.unreadable).toBeLessThan(400);
  buffer.close();
});

test("the names of the probes are found in their index where their table is damaged", () => {
  const path = folder();
  const original = soundFile(path);
  const db = new DatabaseSync(join(path, bufferFileName));
  const root = Number(
    db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'probe'").get()?.["rootpage"],
  );
  db.close();
  original.fill(0, (root - 1) * pageBytes, root * pageBytes);
  writeFileSync(join(path, bufferFileName), original);
  const { buffer, salvaged } = openSqliteBuffer(path, createdAt + 50);
  expect(salvaged).toEqual({ entries: 19_900, refused: 100, unreadable: 0 });
  buffer.close();
});

test("a power cut between setting the damaged file aside and beginning the new one costs nothing", () => {
  const path = folder();
  soundFile(path);
  renameSync(join(path, bufferFileName), join(path, `${bufferFileName}.salvage`));
  const { buffer, damagedFile } = openSqliteBuffer(path, createdAt + 50);
  expect(damagedFile).toBeNull();
  expect(buffer.heldReadings()).toBe(20_000);
  buffer.close();
});
