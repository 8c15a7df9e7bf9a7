/** The quality of a reading's time: taken, kept beside the reading, given back, and of no influence on any figure. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { TimeQuality } from "@coldkeep/core/readings/stamp.ts";
import { formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import { replay } from "../replay/replay.ts";
import { openDatabase } from "../store/database.ts";
import { type TestServer, testServer, testStart } from "../testing/test-server.ts";

const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function start(): Promise<TestServer> {
  const server = await testServer({ start: testStart + 60 * minuteMs });
  servers.push(server);
  return server;
}

const instant = (minute: number): string => formatInstant(testStart + minute * minuteMs);

let sequence = 0;
async function post(server: TestServer, readings: readonly unknown[]): Promise<unknown> {
  sequence += 1;
  return (await server.call("POST", "/v1/batches", { gateway: "g1", sequence, readings })).json;
}

async function history(server: TestServer, query = ""): Promise<readonly unknown[]> {
  const window = `from=${instant(0)}&to=${instant(60)}${query}`;
  const answer = await server.call("GET", `/v1/probes/p1/readings?${window}`);
  return (answer.json as { readings: unknown[] }).readings;
}

/** A warm half hour. */
const trace = (timeAt: (minute: number) => TimeQuality | undefined) =>
  Array.from({ length: 60 }, (_, minute) => {
    const time = timeAt(minute);
    const celsius = minute >= 10 && minute < 40 ? 8 : 4;
    return { probe: "p1", at: instant(minute), celsius, ...(time === undefined ? {} : { time }) };
  });

test("the quality of a time is kept and given back, where nothing is thinned out", async () => {
  const server = await start();
  const time = { source: "uptime" as const, uncertaintyMs: 1_000 };
  await post(server, [
    { probe: "p1", at: instant(0), celsius: 4, time },
    { probe: "p1", at: instant(1), fault: "open", time: { source: "arrival", uncertaintyMs: 0x7fff_ffff } },
    { probe: "p1", at: instant(2), celsius: 4.5 },
    { probe: "p1", at: instant(3), celsius: 4.5, time: { source: "poll", uncertaintyMs: 0 } },
  ]);
  expect(await history(server)).toEqual([
    { at: instant(0), celsius: 4, timeSource: "uptime", uncertaintyMs: 1_000 },
    { at: instant(1), fault: "open", timeSource: "arrival", uncertaintyMs: 0x7fff_ffff },
    { at: instant(2), celsius: 4.5 },
    { at: instant(3), celsius: 4.5, timeSource: "poll", uncertaintyMs: 0 },
  ]);
  expect(JSON.stringify(await history(server, "&maxPoints=3"))).not.toContain("timeSource");
});

test("a time whose quality cannot be read refuses its reading alone", async () => {
  const server = await start();
  const good = { source: "device", uncertaintyMs: 5 };
  const bad: unknown[] = [
    null,
    "device",
    [],
    {},
    { ...good, source: "sun" },
    { ...good, uncertaintyMs: -1 },
    { ...good, uncertaintyMs: 0.5 },
    { ...good, uncertaintyMs: "5" },
    { ...good, uncertaintyMs: 2 ** 31 },
  ];
  const readings = [...bad, good].map((time, minute) => ({
    probe: "p1",
    at: instant(minute),
    celsius: 4,
    time,
  }));
  expect(await post(server, readings)).toMatchObject({
    accepted: 1,
    rejected: bad.map((_, index) => ({ index, code: "reading.time-invalid" })),
  });
});

test("equal readings are one reading, however good their times are, and the first stays", async () => {
  const server = await start();
  const reading = { probe: "p1", at: instant(0), celsius: 4 };
  const device = { source: "device", uncertaintyMs: 5 };
  expect(await post(server, [{ ...reading, time: device }, reading])).toMatchObject({
    accepted: 1,
    duplicates: 1,
  });
  expect(await post(server, [{ ...reading, time: { source: "arrival", uncertaintyMs: 9 } }])).toMatchObject({
    accepted: 0,
    duplicates: 1,
  });
  expect(await history(server)).toEqual([
    { at: instant(0), celsius: 4, timeSource: "device", uncertaintyMs: 5 },
  ]);
});

test("no figure depends on it; the excursion's page and report say whose clock it was, and replaying gives the same", async () => {
  const [plain, timed] = [await start(), await start()];
  await post(
    plain,
    trace(() => undefined),
  );
  await post(
    timed,
    trace((minute) => ({
      source: minute === 20 ? "arrival" : "uptime",
      uncertaintyMs: minute === 20 ? 30_000 : 100 + minute,
    })),
  );
  const excursions = async (server: TestServer) =>
    (await server.call("GET", "/v1/excursions")).json as { items: { id: string }[] };
  const found = await excursions(timed);
  expect(found).toEqual(await excursions(plain));
  const page = async (server: TestServer) => {
    const { text } = await server.call("GET", `/excursions/${found.items[0]?.id ?? ""}`);
    return text.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
  };
  expect(await page(timed)).toContain(
    "Times by device uptime, ±1 s (31 readings); gateway clock at arrival, ±30 s (1 reading)",
  );
  expect(await page(plain)).toContain("Times by not stated");
  const { differing } = replay(timed.server.services.database, () => undefined);
  expect(differing).toEqual([]);
});

test("older records gain the columns, and their readings stand", () => {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-older-"));
  const path = join(folder, "records.sqlite");
  const older = openDatabase(path);
  older.prepare("ALTER TABLE readings DROP COLUMN time_source").run();
  older.prepare("ALTER TABLE readings DROP COLUMN uncertainty_ms").run();
  older.prepare("INSERT INTO readings (probe, at, value, fault) VALUES (1, 2, 3, NULL)").run();
  older.close();
  const newer = openDatabase(path, "exclusive");
  expect(newer.prepare("SELECT * FROM readings").all()).toEqual([
    { probe: 1, at: 2, value: 3, fault: null, time_source: null, uncertainty_ms: null },
  ]);
  newer.close();
  rmSync(folder, { recursive: true });
});
