/**
 * Goal: a backup is the records of one moment; whatever byte of it is lost or changed, restoring refuses it and says what is wrong; nothing is put in place, moved or left behind
 * before all is found right. Method: real records of a test server, real files; every region of a backup is changed and cut.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { zstdDecompressSync } from "node:zlib";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import { hourMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CommandIo } from "../command-io.ts";
import { replay } from "../replay/replay.ts";
import { openDatabase } from "../store/database.ts";
import { testServer, testStart } from "../testing/test-server.ts";
import { backupCommand } from "./backup-command.ts";
import { headerBytes, readHeader, writeHeader } from "./manifest.ts";
import { restoreCommand } from "./restore-command.ts";
import { writeBackup } from "./write-backup.ts";

const folder = mkdtempSync(join(tmpdir(), "coldkeep-backup-"));
const data = join(folder, "data");
const records = join(data, "records.sqlite");
const good = join(folder, "good.sqlite.zst");

beforeAll(async () => {
  const server = await testServer({ start: testStart + hourMs });
  for (let batch = 0; batch < 6; batch += 1) {
    const readings = Array.from({ length: 30 }, (_, minute) => ({
      at: testStart + minute * minuteMs,
      celsius: 4 + batch,
    }));
    await server.post(batch % 2 === 0 ? "p1" : "p2", readings);
  }
  const path = server.server.services.database.prepare("PRAGMA database_list").get()?.["file"];
  mkdirSync(data);
  await writeBackup({ records: String(path), to: good, progress: () => undefined }, systemClock);
  await server.stop();
  await restored(good, data);
});

afterAll(() => rmSync(folder, { recursive: true }));

function io(lines: string[] = []): CommandIo {
  return { print: (line) => lines.push(line), readFile: () => "", environment: {} };
}

async function restored(from: string, into: string, ...more: string[]): Promise<string> {
  const lines: string[] = [];
  expect(await restoreCommand(["--from", from, "--data", into, ...more], io(lines))).toBe(0);
  return lines.join("\n");
}

async function refusal(run: Promise<unknown>): Promise<{ code: string; message: string }> {
  const outcome = await run.catch((error: unknown) => error);
  return outcome as { code: string; message: string };
}

const tryRestore = (from: string, into: string) =>
  refusal(restoreCommand(["--from", from, "--data", into], io()));

function fresh(name: string): string {
  return mkdtempSync(join(folder, `${name}-`));
}

function changed(bytes: Buffer, at: number, flip: number): string {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ flip;
  const path = join(folder, "changed.sqlite.zst");
  writeFileSync(path, copy);
  return path;
}

/** A backup of the records after something was done to them behind SQLite's back or Coldkeep's. */
async function backupOfTampered(tamper: (path: string) => void): Promise<string> {
  const place = fresh("tampered");
  const path = join(place, "records.sqlite");
  copyFileSync(records, path);
  tamper(path);
  const to = join(place, "b.sqlite.zst");
  await writeBackup({ records: path, to, progress: () => undefined }, systemClock);
  return to;
}

function sql(text: string): (path: string) => void {
  return (path) => {
    const sqlite = new DatabaseSync(path);
    sqlite.exec(text);
    sqlite.close();
  };
}

test("restored records are those of the backup, and follow from their journal", () => {
  const database = openDatabase(records);
  const result = replay(database, () => undefined);
  expect(result.differing).toEqual([]);
  expect(result.entries).toBeGreaterThan(6);
  expect(database.prepare("SELECT count(*) AS n FROM readings").get()).toEqual({ n: 180 });
  database.close();
});

test("any zstd program unpacks the records from a backup", () => {
  const unpacked = zstdDecompressSync(readFileSync(good).subarray(headerBytes));
  expect(unpacked.subarray(0, 15).toString()).toBe("SQLite format 3");
});

test("a changed byte anywhere is refused, says where, and leaves nothing", async () => {
  const bytes = readFileSync(good);
  const target = fresh("target");
  const places = fc.oneof(
    fc.integer({ min: 0, max: headerBytes - 1 }),
    fc.integer({ min: headerBytes, max: bytes.length - 1 }),
    fc.constantFrom(0, 3, 4, 8, 23, 25, 26, 90, headerBytes - 1, headerBytes, bytes.length - 1),
  );
  await fc.assert(
    fc.asyncProperty(places, fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const { code, message } = await tryRestore(changed(bytes, at, flip), target);
      if (at >= headerBytes) {
        expect(code).toBe("restore.damaged");
        expect(message).toContain(
          `packed records (bytes ${headerBytes} to ${bytes.length - 1}) were changed`,
        );
      } else {
        expect(["restore.damaged", "restore.not-a-backup", "restore.version-unknown"]).toContain(code);
      }
      expect(readdirSync(target)).toEqual([]);
    }),
    { numRuns: 400 },
  );
});

test("a backup cut off at any place is refused as incomplete, one with something after it as damaged", async () => {
  const bytes = readFileSync(good);
  const target = fresh("target");
  const path = join(folder, "cut.sqlite.zst");
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: bytes.length - 1 }), async (length) => {
      writeFileSync(path, bytes.subarray(0, length));
      expect(await tryRestore(path, target)).toMatchObject({ code: "restore.incomplete" });
    }),
    { numRuns: 200, examples: [[0], [1], [headerBytes - 1], [headerBytes], [bytes.length - 1]] },
  );
  writeFileSync(path, Buffer.concat([bytes, Buffer.from("x")]));
  expect(await tryRestore(path, target)).toMatchObject({ code: "restore.damaged" });
  expect(readdirSync(target)).toEqual([]);
});

test("half a backup under a complete one's name is none", async () => {
  const path = join(folder, "half.sqlite.zst");
  writeFileSync(path, Buffer.concat([Buffer.alloc(headerBytes), readFileSync(good).subarray(headerBytes)]));
  expect(await tryRestore(path, fresh("target"))).toMatchObject({ code: "restore.incomplete" });
});

test("reading a header never throws", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5_000 }), (bytes) => {
      expect(readHeader(bytes).ok).toBe(false);
    }),
  );
  const read = readHeader(readFileSync(good).subarray(0, headerBytes));
  if (!read.ok) throw new RangeError(read.what);
  expect(writeHeader(read.manifest).length).toBe(headerBytes);
  expect(readHeader(writeHeader(read.manifest))).toEqual(read);
});

test.each([
  [
    "UPDATE journal SET body = x'00' WHERE seq = 5",
    "journal_no_update",
    "journal entry 5 is the first that is wrong: its content was changed",
  ],
  [
    "DELETE FROM journal WHERE seq = 3",
    "journal_no_delete",
    "journal entry 4 is the first that is wrong: the entries between 2 and this one are missing",
  ],
  [
    "UPDATE audit SET actor = 'somebody' WHERE seq = 2",
    "audit_no_update",
    "audit entry 2 is the first that is wrong: its content was changed",
  ],
  [
    "UPDATE audit SET previous = hash WHERE seq = 2",
    "audit_no_update",
    "audit entry 2 is the first that is wrong: it does not follow the entry before it",
  ],
])("a backup of records that were tampered with is refused: %s", async (act, trigger, what) => {
  const from = await backupOfTampered(sql(`DROP TRIGGER ${trigger}; ${act};`));
  const target = fresh("target");
  const { code, message } = await tryRestore(from, target);
  expect(code).toBe("restore.records-damaged");
  expect(message).toContain(what);
  expect(readdirSync(target)).toEqual([]);
});

test("a backup of a file that SQLite finds damaged is refused", async () => {
  const from = await backupOfTampered((path) => {
    const sqlite = new DatabaseSync(path);
    const root = Number(
      sqlite.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'alarms_by_subject'").get()?.[
        "rootpage"
      ],
    );
    const size = Number(sqlite.prepare("PRAGMA page_size").get()?.["page_size"]);
    sqlite.close();
    const bytes = readFileSync(path);
    bytes.fill(0, (root - 1) * size, root * size);
    writeFileSync(path, bytes);
  });
  const { code, message } = await tryRestore(from, fresh("target"));
  expect(code).toBe("restore.records-damaged");
  expect(message).toContain("SQLite");
});

test("records of a newer program are refused", async () => {
  const from = await backupOfTampered(sql("PRAGMA user_version = 99"));
  expect(await tryRestore(from, fresh("target"))).toMatchObject({ code: "records.version-unknown" });
});

test("what is in the folder stays untouched, and is set aside with --force once the backup is found right", async () => {
  const target = fresh("target");
  writeFileSync(join(target, "records.sqlite"), readFileSync(records));
  writeFileSync(join(target, "records.sqlite-wal"), "a log left by a crash");
  writeFileSync(join(target, "note.txt"), "note");
  const before = readdirSync(target);
  expect(await tryRestore(good, target)).toMatchObject({ code: "restore.folder-not-empty" });
  const broken = changed(readFileSync(good), 9_000, 1);
  const forced = restoreCommand(["--from", broken, "--data", target, "--force"], io());
  expect(await refusal(forced)).toMatchObject({ code: "restore.damaged" });
  expect(readdirSync(target)).toEqual(expect.arrayContaining(["records.sqlite", "note.txt"]));
  expect(readdirSync(target).length).toBeLessThanOrEqual(before.length);

  await restored(good, target, "--force");
  const [aside = "", ...rest] = readdirSync(target);
  expect(rest).toEqual(["records.sqlite"]);
  expect(aside).toMatch(/^before-restore-\d{8}T\d{9}Z$/);
  expect(readdirSync(join(target, aside))).toEqual(expect.arrayContaining(["note.txt", "records.sqlite"]));
});

test("a file that is no database at all is set aside too", async () => {
  const target = fresh("target");
  writeFileSync(join(target, "records.sqlite"), "scrap".repeat(2_000));
  await restored(good, target, "--force");
  const aside = readdirSync(target).find((name) => name.startsWith("before-restore-")) ?? "";
  expect(readFileSync(join(target, aside, "records.sqlite"), "utf8")).toContain("scrap");
});

test("records that a server works on are not replaced", async () => {
  const target = fresh("target");
  copyFileSync(records, join(target, "records.sqlite"));
  const server = openDatabase(join(target, "records.sqlite"));
  const forced = restoreCommand(["--from", good, "--data", target, "--force"], io());
  expect(await refusal(forced)).toMatchObject({ code: "records.in-use" });
  server.close();
  await restored(good, target, "--force");
});

test("--verify-only checks and puts nothing anywhere", async () => {
  const target = join(folder, "never");
  expect(await restored(good, target, "--verify-only")).toContain("Nothing was put anywhere");
  expect(existsSync(target)).toBe(false);
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith(".restoring-"))).toEqual([]);
});

test("--keep removes the oldest complete backups of the site, and nothing else", async () => {
  const to = fresh("kept");
  const clock = virtualClock(testStart);
  const run = (...more: string[]) => backupCommand(["--data", data, "--to", to, ...more], io(), clock);
  const others = ["coldkeep-x.sqlite.zst", "notes.txt"];
  for (const name of others) writeFileSync(join(to, name), "no backup");
  for (let made = 0; made < 4; made += 1) {
    await run();
    clock.advance(hourMs);
  }
  const cut = readdirSync(to).find((name) => name.startsWith("coldkeep-mechelen")) ?? "";
  writeFileSync(join(to, cut), readFileSync(join(to, cut)).subarray(0, 9_000));
  const [, second = "", third = "", fourth = ""] = readdirSync(to).filter((name) =>
    name.includes("mechelen"),
  );
  await run("--keep", "2", "--verify");
  const left = readdirSync(to);
  expect(left).toEqual(expect.arrayContaining([...others, cut, fourth]));
  expect(left).not.toContain(second);
  expect(left).not.toContain(third);
  expect(left).toHaveLength(5);
  expect(left.filter((name) => name.startsWith("."))).toEqual([]);
  expect(statSync(join(to, fourth)).mode & 0o777).toBe(0o600);
});

test("what a killed backup left is removed by a later one, but not what one at work is writing", async () => {
  const to = fresh("abandoned");
  const [old, young] = [".coldkeep-a.sqlite.zst.1.partial", ".coldkeep-b.sqlite.zst.2.partial"] as const;
  for (const name of [old, young]) writeFileSync(join(to, name), "half");
  const [oldWork, youngWork] = [".restoring-a", ".restoring-b"] as const;
  for (const name of [oldWork, youngWork]) mkdirSync(join(to, name));
  const now = systemClock.epochMs() / 1_000;
  utimesSync(join(to, old), now - 7_200, now - 7_200);
  utimesSync(join(to, oldWork), now - 100_000, now - 100_000);
  utimesSync(join(to, youngWork), now - 7_200, now - 7_200);
  await backupCommand(["--data", data, "--to", to], io());
  expect(readdirSync(to).filter((name) => name.startsWith("."))).toEqual([young, youngWork]);

  const target = fresh("killed-restore");
  mkdirSync(join(target, ".restoring-x"));
  await restored(good, target);
  expect(readdirSync(target)).toEqual(["records.sqlite"]);
});

test("a backup that fails leaves nothing, and a backup is never written over", async () => {
  const to = fresh("failed");
  const order = { records, to, progress: () => undefined };
  const refuse = async (): Promise<void> => {
    throw new RangeError("not as it should be");
  };
  expect(await refusal(writeBackup({ ...order, verify: refuse }, systemClock))).toMatchObject({
    code: "backup.failed",
  });
  expect(await refusal(writeBackup({ ...order, stop: AbortSignal.abort() }, systemClock))).toMatchObject({
    code: "backup.stopped",
  });
  expect(await refusal(writeBackup({ ...order, to: join(to, "no", "such") }, systemClock))).toMatchObject({
    code: "backup.failed",
  });
  expect(readdirSync(to)).toEqual([]);
  expect(await refusal(writeBackup({ ...order, to: good }, systemClock))).toMatchObject({
    code: "backup.exists",
  });
  const missing = writeBackup({ ...order, records: join(folder, "no.sqlite") }, systemClock);
  expect(await refusal(missing)).toMatchObject({ code: "records.unreadable" });
  expect(existsSync(join(folder, "no.sqlite"))).toBe(false);
});

/** Records whose older moment somebody reads while more was written, and a clock that ends that after so many waits. */
function readAtOlderMoment(waits: number) {
  const path = join(fresh("older"), "records.sqlite");
  copyFileSync(records, path);
  const writer = openDatabase(path);
  const reader = new DatabaseSync(path);
  writer.prepare("CREATE TABLE notes (text TEXT)").run();
  const note = (text: string): void => void writer.prepare("INSERT INTO notes VALUES (?)").run(text);
  note("older");
  reader.exec("BEGIN");
  reader.prepare("SELECT count(*) FROM notes").get();
  note("newer");
  let waited = 0;
  const clock: Clock = {
    ...systemClock,
    after: (_, call) => {
      waited += 1;
      if (waited === waits) reader.exec("ROLLBACK");
      queueMicrotask(call);
      return () => undefined;
    },
  };
  const close = (): void => {
    reader.close();
    writer.close();
  };
  return { path, clock, close, waited: () => waited };
}

test("while somebody reads an older moment the backup waits, and then has the newest", async () => {
  const { path, clock, close, waited } = readAtOlderMoment(3);
  const to = join(fresh("waited"), "b.sqlite.zst");
  await writeBackup({ records: path, to, progress: () => undefined }, clock);
  expect(waited()).toBe(3);
  close();
  const target = fresh("target");
  await restored(to, target);
  const sqlite = new DatabaseSync(join(target, "records.sqlite"));
  const notes = sqlite.prepare("SELECT text FROM notes").all();
  expect(notes.map(({ text }) => text)).toEqual(["older", "newer"]);
  sqlite.close();
});

test("where somebody reads an older moment for long the backup gives up and says so", async () => {
  const { path, clock, close } = readAtOlderMoment(Number.POSITIVE_INFINITY);
  const to = fresh("never");
  const outcome = await refusal(writeBackup({ records: path, to, progress: () => undefined }, clock));
  expect(outcome.code).toBe("records.in-use");
  expect(outcome.message).toContain("cannot be held still");
  expect(readdirSync(to)).toEqual([]);
  close();
});

test.each([[[]], [["--to"]], [["--to", "x", "--keep", "0"]], [["--to", "x", "--keep", "2"]], [["--what"]]])(
  "backup %j is refused with the usage",
  async (args) => {
    const { code, message } = await refusal(backupCommand(args, io()));
    expect(code).toBe("arguments.invalid");
    expect(message).toContain("coldkeep backup --to");
  },
);

test.each([[[]], [["--from", "x", "--force", "--verify-only"]], [["--what"]]])(
  "restore %j is refused with the usage",
  async (args) => {
    const { code, message } = await refusal(restoreCommand(args, io()));
    expect(code).toBe("arguments.invalid");
    expect(message).toContain("coldkeep restore --from");
  },
);
