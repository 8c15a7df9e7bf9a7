import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hourMs } from "@coldkeep/core/time/millis.ts";
import { testServer, type TestServer, testStart } from "../testing/test-server.ts";
import { type FolderFiles, openFolderFiles } from "./folder-files.ts";
import { type WatchedFolder, watchFolder } from "./watched-folder.ts";

let running: TestServer;
let folder: string;
let logged: string[];
beforeEach(async () => {
  running = await testServer({ start: testStart + 2 * hourMs });
  folder = mkdtempSync(join(tmpdir(), "coldkeep-folder-"));
  logged = [];
});
afterEach(async () => {
  await running.stop();
  rmSync(folder, { recursive: true, force: true });
});

function open(change: Partial<FolderFiles> = {}): WatchedFolder {
  const files = { ...openFolderFiles(folder), ...change };
  const logger = {
    info: (_facts: unknown, message?: string) => void logged.push(String(message)),
    error: (_facts: unknown, message?: string) => void logged.push(String(message)),
  };
  // Each watch of a test would register the same metrics.
  const services = { ...running.server.services, metrics: { watch: () => undefined } };
  return watchFolder({ services, files, every: 10_000, logger });
}

const header = "din;product code;location;at";
const line = (serial: number, at = "2026-11-22 01:30"): string =>
  `G123426${String(serial).padStart(6, "0")};E0336V00;fridge-1;${at}`;
const put = (name: string, ...lines: readonly string[]): void =>
  writeFileSync(join(folder, name), [header, ...lines].join("\n"));
const listed = (place: string): string[] => readdirSync(join(folder, place)).toSorted();
const units = (): number => running.server.services.units.list({ limit: 10_000 }).length;

test("a file is taken once it is complete, and lies in taken with its report", async () => {
  const watched = open();
  put("stock.csv", line(1));
  await watched.look();
  expect(units()).toBe(0);
  put("stock.csv", line(1), line(2), line(3, "31/12/2026"));
  await watched.look();
  expect(units()).toBe(0);
  await watched.look();
  expect(units()).toBe(2);
  expect([listed("taken"), listed("taking")]).toEqual([["stock.csv", "stock.csv.report.csv"], []]);
  expect(readFileSync(join(folder, "taken/stock.csv.report.csv"), "utf8")).toContain(
    "4,at,units-csv.time-invalid",
  );
  expect(logged).toEqual(["a file of units was taken, but for refused lines"]);
});

test("a second file of the same name is taken too, and neither is lost", async () => {
  const watched = open();
  for (const serial of [1, 2]) {
    put("stock.csv", line(serial));
    await watched.look();
    await watched.look();
  }
  expect(units()).toBe(2);
  expect(listed("taken")).toHaveLength(4);
});

test("a file that was taken half when the server ended is taken whole by the next one", async () => {
  const lines = Array.from({ length: 5_000 }, (_, serial) => line(serial));
  put("big.csv", ...lines);
  const services = running.server.services;
  const watched = open();
  await watched.look();
  const under = watched.look();
  const isOneSliceIn = new Promise<void>((resolve) => {
    const end = services.committer.subscribe(() => {
      end();
      resolve();
    });
  });
  await isOneSliceIn;
  await watched.stop();
  await under;
  expect(units()).toBeGreaterThan(0);
  expect(units()).toBeLessThan(5_000);
  expect(listed("taking")).toEqual(["big.csv"]);
  put("big.csv", line(6_000));
  const after = open();
  await after.look();
  expect([units(), listed("taking")]).toEqual([5_000, []]);
  await after.look();
  await after.look();
  expect(units()).toBe(5_001);
});

test("the same after every place at which the server may end while a file is put away", async () => {
  const files = openFolderFiles(folder);
  for (const step of ["write", "move"] as const) {
    put(`${step}.csv`, line(step.length));
    let isBroken = false;
    const broken = open({
      [step]: (...given: never[]) => {
        if (step === "move" && (given as string[])[1] === ".")
          return files.move(...(given as unknown as [string, ".", "taking"]));
        isBroken = true;
        throw new Error("the machine ended here");
      },
    });
    await broken.look();
    await broken.look();
    expect(isBroken).toBe(true);
    expect(listed("taking")).toEqual([`${step}.csv`]);
    const before = running.server.services.journal.head().sequence;
    await open().look();
    expect(running.server.services.journal.head().sequence).toBe(before);
    expect([listed("taking"), listed("taken").includes(`${step}.csv`)]).toEqual([[], true]);
  }
});

test("what cannot be read is refused with its reason, and the next file is taken all the same", async () => {
  writeFileSync(join(folder, "a.csv"), "x;y\n1;2");
  writeFileSync(join(folder, "b.csv"), Buffer.from([0xff, 0xfe, 0x41, 0x0a]));
  writeFileSync(join(folder, "large.csv"), "x");
  truncateSync(join(folder, "large.csv"), 300 * 1024 * 1024);
  writeFileSync(join(folder, "notes.txt"), "not ours");
  put("z.csv", line(9));
  const watched = open();
  await watched.look();
  await watched.look();
  expect(listed("refused")).toEqual(
    ["a.csv", "b.csv", "large.csv"].flatMap((name) => [name, `${name}.report.csv`]),
  );
  expect(readFileSync(join(folder, "refused/b.csv.report.csv"), "utf8")).toContain(
    "units-csv.encoding-invalid",
  );
  expect(readFileSync(join(folder, "refused/large.csv.report.csv"), "utf8")).toContain("units-csv.too-large");
  expect([units(), listed(".").includes("notes.txt")]).toEqual([1, true]);
});

test("links and folders are left alone, and told once", async () => {
  put("real.csv", line(1));
  const elsewhere = mkdtempSync(join(tmpdir(), "coldkeep-elsewhere-"));
  writeFileSync(join(elsewhere, "secret.csv"), [header, line(7)].join("\n"));
  symlinkSync(join(elsewhere, "secret.csv"), join(folder, "link.csv"));
  mkdirSync(join(folder, "sub.csv"));
  const watched = open();
  for (let looks = 0; looks < 4; looks += 1) await watched.look();
  expect(units()).toBe(1);
  expect(listed(".")).toEqual(["link.csv", "refused", "sub.csv", "taken", "taking"]);
  expect(logged.filter((each) => each.includes("left alone"))).toHaveLength(2);
  rmSync(elsewhere, { recursive: true });
});

test("a folder that is not there, or a file that may not be read, stops nothing", async () => {
  rmSync(folder, { recursive: true });
  const watched = open({
    list: () => {
      throw new Error("gone");
    },
  });
  await watched.look();
  await watched.look();
  expect(logged).toEqual(["the folder of units cannot be worked on; trying again"]);
  mkdirSync(folder);
  put("locked.csv", line(1));
  chmodSync(join(folder, "locked.csv"), 0o000);
  const denied = Object.assign(new Error("EACCES: permission denied"), { syscall: "open" });
  const again = open({
    pieces: () => () => {
      throw denied;
    },
  });
  await again.look();
  await again.look();
  expect(readFileSync(join(folder, "refused/locked.csv.report.csv"), "utf8")).toContain(
    "units-folder.unreadable",
  );
});
