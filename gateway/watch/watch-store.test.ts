import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { openSqliteWatchStore, watchFileName } from "./sqlite-watch-store.ts";
import { readWatch } from "./watch-records.ts";
import { type ItemChange, memoryWatchStore } from "./watch-store.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "coldkeep-watch-"));
  folders.push(path);
  return path;
}

const changes: fc.Arbitrary<ItemChange[]> = fc.array(
  fc.tuple(fc.constantFrom("plan", "mode", "alarm a", "call b"), fc.option(fc.string(), { nil: null })),
);

test("SQLite keeps what the model keeps, also across restarts", () => {
  fc.assert(
    fc.property(fc.array(fc.record({ changes, isRestart: fc.boolean() }), { maxLength: 8 }), (steps) => {
      const path = folder();
      const model = memoryWatchStore();
      let { store } = openSqliteWatchStore(path, 0);
      for (const { changes: some, isRestart } of steps) {
        store.write(some);
        model.write(some);
        if (isRestart) {
          store.close();
          ({ store } = openSqliteWatchStore(path, 0));
        }
        expect(Object.fromEntries(store.load())).toEqual(Object.fromEntries(model.load()));
      }
      store.close();
    }),
    { numRuns: 20 },
  );
});

test("a damaged file is set aside, and a new one begun", () => {
  const path = folder();
  writeFileSync(join(path, watchFileName), "this is no database, whatever its name says".repeat(200));
  const { store, damagedFile } = openSqliteWatchStore(path, 7);
  expect(damagedFile).toBe(join(path, `${watchFileName}.damaged-7`));
  expect(store.load().size).toBe(0);
  store.close();
  expect(readdirSync(path)).toContain(`${watchFileName}.damaged-7`);
});

test("a folder that cannot be used is said so", () => {
  const path = folder();
  writeFileSync(join(path, "file"), "");
  expect(() => openSqliteWatchStore(join(path, "file"), 0)).toThrow(
    expect.objectContaining({ code: "watch.open-failed" }),
  );
});

test("what cannot be read on disk is passed over and named, never thrown", () => {
  const store = memoryWatchStore();
  store.write([
    ["plan", '{"version":1}'],
    ["alarm x", "{"],
    ["gathering", "[]"],
  ]);
  const kept = readWatch(store);
  expect(kept.unreadable.toSorted()).toEqual(["alarm x", "plan"]);
  expect(kept.plan).toBeNull();
  expect(kept.set.alarms.size).toBe(0);
});
