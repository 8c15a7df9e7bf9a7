import { appendFileSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { type TimeQuality, timeSources } from "@coldkeep/core/readings/stamp.ts";
import type { BootLedger } from "../intake/ledger.ts";
import {
  type BufferEntry,
  type Commit,
  evidenceMax,
  type LaneName,
  type ReadingBuffer,
  thinEntriesMax,
} from "./buffer.ts";
import { memoryBuffer } from "./memory-buffer.ts";
import { bufferFileName, openSqliteBuffer } from "./sqlite-buffer.ts";

const createdAt = 1_795_000_000_000;
const folders: string[] = [];
const closers: (() => void)[] = [];

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "coldkeep-buffer-"));
  folders.push(path);
  return path;
}

function sqlite(path = folder()): ReadingBuffer {
  const { buffer } = openSqliteBuffer(path, createdAt);
  closers.push(buffer.close);
  return buffer;
}

afterEach(() => {
  for (const close of closers.splice(0)) {
    try {
      close();
    } catch {
      // Closed by the test itself.
    }
  }
  for (const path of folders.splice(0)) rmSync(path, { recursive: true });
});

const readingsOf = (from: number, count: number): BufferEntry[] =>
  Array.from({ length: count }, (_, index): BufferEntry => {
    const n = from + index;
    const probe = `p-${n % 3}`;
    if (n % 7 === 6) return { subject: "fridge-1", kind: "door", active: n % 2 === 0, at: n };
    if (n % 5 === 4) return { probe, at: n, fault: "open" };
    const time: TimeQuality = { source: timeSources[n % 4] ?? "arrival", uncertaintyMs: n * 1_000_003 };
    return n % 3 === 0 ? { probe, at: n, celsius: n / 10, time } : { probe, at: n, celsius: n / 10 };
  });

const commitOf = (part: Partial<Commit>): Commit => ({
  entries: [],
  setAside: [],
  signals: [],
  ledgers: [],
  forgotten: [],
  evidence: [],
  ...part,
});

const ledgerOf = (boot: number, last: number): BootLedger => ({
  device: "d",
  boot,
  source: "s",
  lastHeardAt: 5,
  kept: [[0, last]],
  lost: [],
  anchors: [{ fromSequence: 0, zeroAt: 17 }],
});

const evidenceOf = (n: number) => ({
  at: n,
  source: "s",
  code: "serial.crc-wrong",
  excerpt: Uint8Array.of(n % 256, 0, 255),
});

describe.each([
  { name: "in memory", create: () => memoryBuffer(createdAt) },
  { name: "in SQLite", create: () => sqlite() },
])("the buffer $name", ({ create }) => {
  test("hands out what came in, in order, under sequences that begin with its making", () => {
    const buffer = create();
    const readings = readingsOf(0, 7);
    buffer.append(commitOf({ entries: readings }));
    expect(buffer.nextBatch("live", 10)).toEqual({
      sequence: createdAt,
      lane: "live",
      heldReadings: 0,
      entries: readings,
    });
    expect(buffer.nextBatch("backlog", 10)).toBeNull();
  });

  test("an open batch stays as it is until it is complete", () => {
    const buffer = create();
    buffer.append(commitOf({ entries: readingsOf(0, 3) }));
    const first = buffer.nextBatch("live", 10);
    buffer.append(commitOf({ entries: readingsOf(3, 3) }));
    expect(buffer.nextBatch("live", 10)).toEqual(first);
    buffer.complete(createdAt, []);
    const second = buffer.nextBatch("live", 10);
    expect(second).toMatchObject({ sequence: createdAt + 1, entries: readingsOf(3, 3) });
    expect(buffer.heldReadings()).toBe(3);
  });

  test("what is too much for one live batch becomes backlog, and what then comes is live", () => {
    const buffer = create();
    buffer.append(commitOf({ entries: readingsOf(0, 25) }));
    expect(buffer.nextBatch("live", 10)).toBeNull();
    expect(buffer.backlogReadings()).toBe(25);
    buffer.append(commitOf({ entries: readingsOf(25, 2) }));
    expect(buffer.nextBatch("live", 10)).toMatchObject({ entries: readingsOf(25, 2), heldReadings: 25 });
    expect(buffer.nextBatch("backlog", 10)).toMatchObject({ entries: readingsOf(0, 10), heldReadings: 17 });
  });

  test("halves have fresh sequences and the same readings in the same order", () => {
    const buffer = create();
    buffer.append(commitOf({ entries: readingsOf(0, 5) }));
    buffer.nextBatch("live", 10);
    buffer.split(createdAt);
    expect(buffer.nextBatch("live", 10)).toMatchObject({
      sequence: createdAt + 1,
      entries: readingsOf(0, 3),
    });
    buffer.complete(createdAt + 1, []);
    expect(buffer.nextBatch("live", 10)).toMatchObject({
      sequence: createdAt + 2,
      entries: readingsOf(3, 2),
    });
    expect(buffer.heldReadings()).toBe(2);
  });

  test("a fresh sequence is at least the floor, and later ones are above it", () => {
    const buffer = create();
    buffer.append(commitOf({ entries: readingsOf(0, 2) }));
    buffer.nextBatch("live", 10);
    buffer.renumber(createdAt, createdAt + 500);
    expect(buffer.nextBatch("live", 10)).toMatchObject({
      sequence: createdAt + 500,
      entries: readingsOf(0, 2),
    });
    buffer.append(commitOf({ entries: readingsOf(2, 1) }));
    buffer.complete(createdAt + 500, []);
    expect(buffer.nextBatch("live", 10)?.sequence).toBe(createdAt + 501);
  });

  test("a refused reading is set aside, still counts as held, and can be put back in line", () => {
    const buffer = create();
    buffer.append(commitOf({ entries: readingsOf(4, 1) }));
    buffer.nextBatch("live", 10);
    buffer.refuse(createdAt, "batch.shape-invalid", 99);
    expect(buffer.nextBatch("live", 10)).toBeNull();
    expect(buffer.refused()).toEqual([{ entry: readingsOf(4, 1)[0], code: "batch.shape-invalid", at: 99 }]);
    expect(buffer.heldReadings()).toBe(1);
    expect(buffer.requeueRefused()).toBe(1);
    expect(buffer.nextBatch("live", 10)).toMatchObject({ entries: readingsOf(4, 1) });
    expect(buffer.heldReadings()).toBe(1);
  });

  test("ledgers are replaced and forgotten by device and boot", () => {
    const buffer = create();
    buffer.append(commitOf({ ledgers: [ledgerOf(1, 4), ledgerOf(2, 0)] }));
    buffer.append(commitOf({ ledgers: [ledgerOf(2, 9)], forgotten: [{ device: "d", boot: 1 }] }));
    expect(buffer.ledgers()).toEqual([ledgerOf(2, 9)]);
  });

  test("thins out what waits, from the oldest on and never what is in an open batch, and keeps evidence of it", () => {
    const buffer = create();
    const line = (from: number, count: number): BufferEntry[] =>
      Array.from({ length: count }, (_, n) => ({ probe: "p", at: from + n, celsius: (from + n) / 10 }));
    buffer.append(commitOf({ entries: line(0, 9) }));
    const live = buffer.nextBatch("live", 10);
    buffer.append(commitOf({ entries: line(100, 9) }));
    expect(buffer.thinOut(500)).toEqual({ examined: 9, dropped: 4, more: false });
    expect(buffer.nextBatch("live", 10)).toEqual(live);
    buffer.complete(createdAt, []);
    expect(buffer.nextBatch("live", 10)?.entries.map(({ at }) => at)).toEqual([100, 102, 104, 106, 108]);
    expect(buffer.heldReadings()).toBe(5);
    const [evidence] = buffer.evidence();
    expect(evidence).toMatchObject({ at: 500, source: "buffer", code: "buffer.thinned" });
    expect(JSON.parse(Buffer.from(evidence?.excerpt ?? []).toString())).toEqual({
      readings: 4,
      of: 9,
      from: 101,
      to: 107,
    });
    buffer.complete(createdAt + 1, []);
    expect(buffer.thinOut(501)).toBeNull();
  });

  test("thins out stretch by stretch, and begins again with the oldest", () => {
    const buffer = create();
    const line = Array.from({ length: thinEntriesMax + 1_000 }, (_, n): BufferEntry => ({
      probe: "p",
      at: n,
      celsius: n / 10,
    }));
    buffer.append(commitOf({ entries: line }));
    expect(buffer.thinOut(1)).toMatchObject({ examined: thinEntriesMax, more: true });
    expect(buffer.thinOut(1)).toMatchObject({ examined: 1_000, more: false });
    const half = buffer.heldReadings();
    expect(half).toBeLessThan(line.length / 2 + 5);
    expect(buffer.thinOut(1)).toMatchObject({ examined: half, more: false });
    expect(buffer.heldReadings()).toBeLessThan(half / 2 + 5);
  });

  test("knows its usage", () => {
    const buffer = create();
    buffer.append(commitOf({ entries: readingsOf(0, 1_000) }));
    const usage = buffer.usage();
    expect(usage.heldReadings).toBe(1_000);
    expect(usage.usedBytes).toBeGreaterThan(20_000);
    expect(usage.diskFreeBytes).toBeGreaterThan(0);
  });

  test("keeps the last refusals only", () => {
    const buffer = create();
    const all = Array.from({ length: evidenceMax + 7 }, (_, n) => evidenceOf(n));
    buffer.append(commitOf({ evidence: all.slice(0, 9) }));
    buffer.append(commitOf({ evidence: all.slice(9) }));
    expect(buffer.evidence().map((one) => one.at)).toEqual(all.slice(7).map((one) => one.at));
    expect(Uint8Array.from(buffer.evidence()[0]?.excerpt ?? [])).toEqual(all[7]?.excerpt);
  });

  test("a batch that is not open, or a single one to split, is an error with a code", () => {
    const buffer = create();
    expect(() => buffer.complete(5, [])).toThrow(expect.objectContaining({ code: "buffer.batch-unknown" }));
    buffer.append(commitOf({ entries: readingsOf(0, 1) }));
    buffer.nextBatch("live", 10);
    expect(() => buffer.split(createdAt)).toThrow(expect.objectContaining({ code: "buffer.batch-single" }));
    expect(buffer.nextBatch("live", 10)).toMatchObject({ sequence: createdAt, entries: readingsOf(0, 1) });
  });
});

type Step =
  | { do: "append"; count: number }
  | { do: "next" | "complete" | "split" | "refuse" | "renumber"; lane: LaneName }
  | { do: "requeue" }
  | { do: "thin" }
  | { do: "reopen" };

const lane = fc.constantFrom<LaneName>("live", "backlog");
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("append" as const), count: fc.nat(30) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom("next" as const, "complete" as const), lane }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("split" as const, "refuse" as const, "renumber" as const),
      lane,
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ do: "requeue" }, { do: "reopen" }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "thin" }) },
);

test("SQLite does as the model does, whatever the order of calls, and across restarts; no reading is lost or doubled but what was thinned out", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const path = folder();
      const model = memoryBuffer(createdAt);
      let real = sqlite(path);
      let made = 0;
      let dropped = 0;
      const delivered: number[] = [];
      for (const one of steps) {
        if (one.do === "append") {
          const readings = readingsOf(made, one.count);
          made += one.count;
          for (const buffer of [model, real]) buffer.append(commitOf({ entries: readings }));
        } else if (one.do === "reopen") {
          real.close();
          real = sqlite(path);
        } else if (one.do === "thin") {
          const thinned = model.thinOut(5);
          dropped += thinned?.dropped ?? 0;
          expect(real.thinOut(5)?.dropped).toBe(thinned?.dropped);
        } else if (one.do === "requeue") expect(real.requeueRefused()).toBe(model.requeueRefused());
        else {
          const batch = model.nextBatch(one.lane, 8);
          expect(real.nextBatch(one.lane, 8)).toEqual(batch);
          if (batch === null || one.do === "next") continue;
          if (one.do === "split" && batch.entries.length < 2) continue;
          for (const buffer of [model, real]) {
            if (one.do === "complete") buffer.complete(batch.sequence, []);
            else if (one.do === "split") buffer.split(batch.sequence);
            else if (one.do === "refuse") buffer.refuse(batch.sequence, "c", 1);
            else buffer.renumber(batch.sequence, createdAt + 1_000);
          }
          if (one.do === "complete") delivered.push(...batch.entries.map((reading) => reading.at));
        }
        expect(real.heldReadings()).toBe(model.heldReadings());
        expect(real.backlogReadings()).toBe(model.backlogReadings());
        expect(real.refused()).toEqual(model.refused());
        expect(real.refusedCount()).toBe(model.refused().length);
      }
      real.requeueRefused();
      for (let idle = 0; idle < 2;) {
        idle = 0;
        for (const name of ["live", "backlog"] as const) {
          const batch = real.nextBatch(name, 8);
          if (batch === null) idle += real.backlogReadings() === 0 ? 1 : 0;
          else {
            delivered.push(...batch.entries.map((reading) => reading.at));
            real.complete(batch.sequence, []);
          }
        }
      }
      expect(new Set(delivered).size).toBe(delivered.length);
      expect(delivered).toHaveLength(made - dropped);
      expect(real.heldReadings()).toBe(0);
      real.close();
    }),
    { numRuns: 60 },
  );
});

describe("the file", () => {
  test("outlives the process: readings, ledgers, open batch, evidence", () => {
    const path = folder();
    const before = sqlite(path);
    before.append(
      commitOf({ entries: readingsOf(0, 3), ledgers: [ledgerOf(1, 4)], evidence: [evidenceOf(1)] }),
    );
    const batch = before.nextBatch("live", 10);
    before.close();
    const after = sqlite(path);
    expect(after.nextBatch("live", 10)).toEqual(batch);
    expect(after.ledgers()).toEqual([ledgerOf(1, 4)]);
    expect(after.evidence()).toHaveLength(1);
  });

  test.each([
    [
      "overwritten",
      (file: string) => writeFileSync(file, "this is not a database, and long enough to be read"),
    ],
    ["cut off", (file: string) => truncateSync(file, 5_000)],
  ])("that was %s is set aside, and a new one begun", (_, damage) => {
    const path = folder();
    const before = sqlite(path);
    before.append(commitOf({ entries: readingsOf(0, 5_000) }));
    before.close();
    damage(join(path, bufferFileName));
    const { buffer, damagedFile, salvaged } = openSqliteBuffer(path, createdAt + 9);
    expect(salvaged?.entries).toBe(buffer.heldReadings());
    closers.push(buffer.close);
    expect(damagedFile).toBe(join(path, `${bufferFileName}.damaged-${createdAt + 9}`));
    expect(readdirSync(path)).toContain(`${bufferFileName}.damaged-${createdAt + 9}`);
    buffer.append(commitOf({ entries: readingsOf(0, 1) }));
    expect(buffer.nextBatch("live", 10)?.sequence).toBe(createdAt + 9);
  });

  test("a folder that cannot be is an error with a code", () => {
    const path = folder();
    appendFileSync(join(path, "file"), "");
    expect(() => openSqliteBuffer(join(path, "file"), createdAt)).toThrow(
      expect.objectContaining({ code: "buffer.open-failed" }),
    );
  });
});
