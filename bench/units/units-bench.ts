import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import { rate } from "../engine/judge-bench.ts";
import { startServer } from "../ingest/ingest-bench.ts";

/** Units in stock: a year's of the first user. */
const stock = 423_268;
const perFeed = 2_000;
const appliances = 80;
/** Units in the freezer that warms up. */
const inFreezer = 5_000;
const lookups = 200;

/** The stock of a whole service over HTTP, the excursion of a freezer with 5,000 units, and how quickly units are found. */
export async function benchUnits(): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-bench-"));
  writeFileSync(join(folder, "site.yaml"), siteFile());
  const { child, url } = await startServer(folder, "127.0.0.1:0", { COLDKEEP_API_TOKEN: "bench-api" });
  const call = async (method: string, path: string, token: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new RangeError(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const now = systemClock.epochMs();
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const begun = systemClock.monotonicMs();
    await work();
    return systemClock.monotonicMs() - begun;
  };

  const loadMs = await timed(async () => {
    for (let first = 0; first < stock; first += perFeed)
      await call("POST", "/v1/units/feed", "bench-api", feed(first, now));
  });
  let sequence = 0;
  const batch = (probe: string, celsius: readonly number[], from: number): Promise<unknown> => {
    sequence += 1;
    const readings = celsius.map((each, index) => ({
      probe,
      at: formatInstant(from + index * minuteMs),
      celsius: each,
    }));
    return call("POST", "/v1/batches", "bench", { gateway: "bench", sequence, readings });
  };
  await batch("p0", [-30, -30, -30], now - 50 * minuteMs);
  await batch("p1", [-30, -30, -30], now - 50 * minuteMs);
  const warm = Array.from({ length: 20 }, () => -10);
  const emptyMs = await timed(() => batch("p1", warm, now - 47 * minuteMs));
  const heldMs = await timed(() => batch("p0", warm, now - 47 * minuteMs));

  const held = (await call("GET", "/v1/units?status=held&appliance=a0&limit=1000", "bench-api")) as {
    items: unknown[];
  };
  if (held.items.length !== 1_000) throw new RangeError(`only ${held.items.length} are held`);
  const found: Record<string, number[]> = {};
  const ask = async (name: string, path: (index: number) => string): Promise<void> => {
    const took: number[] = [];
    for (let index = 0; index < lookups; index += 1)
      took.push(await timed(() => call("GET", path(index), "bench-api")));
    found[name] = took.toSorted((a, b) => a - b);
  };
  await ask("one unit", (index) => `/v1/units/${din(index * 2_003)}/E0336V00`);
  for (const status of ["held", "issued", "available", "discarded"])
    await ask(`the first 100 that are ${status}`, () => `/v1/units?status=${status}&limit=100`);
  await ask("the first 100 of an appliance", (index) => `/v1/units?appliance=a${1 + (index % 79)}&limit=100`);
  child.kill("SIGTERM");
  await new Promise((resolve) => child.once("exit", resolve));
  rmSync(folder, { recursive: true, force: true });
  return [
    `${stock} units and their movements over HTTP in feeds of ${perFeed}: ${(loadMs / 1_000).toFixed(1)} s, ${rate(stock, loadMs)} units/s`,
    `the batch that opens an excursion with ${inFreezer} units inside: ${heldMs.toFixed(0)} ms; with none: ${emptyMs.toFixed(0)} ms`,
    ...Object.entries(found).map(
      ([name, took]) =>
        `${name}: p50 ${(took[lookups / 2] ?? 0).toFixed(1)} ms, longest ${(took.at(-1) ?? 0).toFixed(1)} ms`,
    ),
  ];
}

function din(index: number): string {
  return `G1234${String(17 + Math.floor(index / 1_000_000)).padStart(2, "0")}${String(index % 1_000_000).padStart(6, "0")}`;
}

/** Of the stock 5,000 are in the freezer that warms up, one in a hundred was issued, the others are spread over the other appliances. */
function feed(first: number, now: number): unknown {
  const indices = Array.from({ length: Math.min(perFeed, stock - first) }, (_, offset) => first + offset);
  const units = indices.map((index) => ({
    din: din(index),
    productCode: "E0336V00",
    description: "Red cells",
  }));
  const movements = indices.map((index) => ({
    din: din(index),
    productCode: "E0336V00",
    at: formatInstant(now - 600 * minuteMs),
    appliance: index < inFreezer ? "a0" : index % 100 === 7 ? null : `a${2 + (index % (appliances - 2))}`,
    reason: "stock",
  }));
  return { units, movements };
}

function siteFile(): string {
  const plasma = {
    high: -25,
    deadband: 0.5,
    maxGap: "5m",
    excursionAfter: "10m",
    recoverAfter: "5m",
    unmonitoredAfter: "30m",
    alarmDelay: "5m",
  };
  const list = Array.from({ length: appliances }, (_, index) => ({
    id: `a${index}`,
    name: `Freezer ${index}`,
    kind: "freezer",
    profile: "plasma",
    probes: [{ id: `p${index}` }],
  }));
  return JSON.stringify({ site: "bench", timeZone: "UTC", profiles: { plasma }, appliances: list });
}
