import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { zstdCompressSync } from "node:zlib";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { sleep } from "@coldkeep/core/time/clock.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import { rate } from "../engine/judge-bench.ts";
import { insertBare } from "./bare-sqlite.ts";

/** Probes of the load, and readings of a batch. */
export const probes = 5_000;
export const perBatch = 1_000;
const batches = 600;
const inFlight = 4;
/** Between two readings of a probe, milliseconds. */
export const stepMs = 5_000;

/** Ingest over HTTP to the durable commit, evaluated, from 5,000 probes; the load generator shares the machine. */
export async function benchIngest(): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-bench-"));
  writeFileSync(join(folder, "site.yaml"), siteFile());
  const startAt =
    Math.floor(systemClock.epochMs() / stepMs) * stepMs - ((batches * perBatch) / probes) * stepMs;
  const { child, url } = await startServer(folder);
  const bodies = Array.from({ length: batches }, (_, batch) => zstdCompressSync(batchBody(batch, startAt)));
  const start = systemClock.monotonicMs();
  let next = 0;
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (next < bodies.length) {
        const body = bodies[next];
        next += 1;
        await post(url, body ?? Buffer.alloc(0));
      }
    }),
  );
  const tookMs = systemClock.monotonicMs() - start;
  const p99 = await steadyLatency(url, startAt + ((batches * perBatch) / probes) * stepMs);
  child.kill("SIGTERM");
  await new Promise((resolve) => child.once("exit", resolve));
  const bareMs = insertBare(folder, batches, perBatch, probes, startAt, stepMs);
  rmSync(folder, { recursive: true, force: true });
  const total = batches * perBatch;
  return [
    `${rate(total, tookMs)} readings/s over HTTP to the durable commit (batches of ${perBatch}, zstd, ${probes} probes)`,
    `ratio to the same rows bulk-inserted into bare SQLite at ${rate(total, bareMs)}/s: ${(bareMs / tookMs).toFixed(2)}`,
    `answer at 10,000 readings/s: p50 ${p99.p50.toFixed(1)} ms, p99 ${p99.p99.toFixed(1)} ms`,
  ];
}

async function steadyLatency(url: string, startAt: number): Promise<{ p50: number; p99: number }> {
  const took: number[] = [];
  for (let batch = 0; batch < 100; batch += 1) {
    const body = zstdCompressSync(
      batchBody(batches + batch, startAt - ((batches * perBatch) / probes) * stepMs),
    );
    const begun = systemClock.monotonicMs();
    await post(url, body);
    const lasted = systemClock.monotonicMs() - begun;
    took.push(lasted);
    await sleep(systemClock, Math.max(0, 100 - lasted));
  }
  took.sort((a, b) => a - b);
  return { p50: took[49] ?? 0, p99: took[98] ?? 0 };
}

/** The body of a batch by its number; the readings go on where the batch before ended. */
export function batchBody(batch: number, startAt: number): string {
  const readings = Array.from({ length: perBatch }, (_, index) => {
    const reading = batch * perBatch + index;
    const at = formatInstant(startAt + Math.floor(reading / probes) * stepMs);
    const time = { source: "uptime", uncertaintyMs: 10_000 };
    return { probe: `p${reading % probes}`, at, celsius: 4 + (reading % 10) / 10, time };
  });
  return JSON.stringify({ gateway: "bench", sequence: batch + 1, readings });
}

/** Posts a packed batch; throws where not all of it was taken. */
export async function post(url: string, body: Uint8Array): Promise<void> {
  const headers = {
    authorization: "Bearer bench",
    "content-type": "application/json",
    "content-encoding": "zstd",
  };
  const response = await fetch(`${url}/v1/batches`, { method: "POST", headers, body: new Uint8Array(body) });
  const answer = (await response.json()) as { accepted?: number };
  if (answer.accepted !== perBatch)
    throw new RangeError(`not all was taken: ${JSON.stringify(answer).slice(0, 300)}`);
}

/** A site of so many probes. */
export function siteFile(): string {
  const appliances = Array.from({ length: probes }, (_, index) => ({
    id: `a${index}`,
    name: `Appliance ${index}`,
    kind: "refrigerator",
    profile: "cells",
    probes: [{ id: `p${index}` }],
  }));
  const cells = {
    low: 2,
    high: 6,
    deadband: 0.3,
    maxGap: "5m",
    excursionAfter: "10m",
    recoverAfter: "5m",
    unmonitoredAfter: "30m",
    alarmDelay: "5m",
  };
  return JSON.stringify({ site: "bench", timeZone: "UTC", profiles: { cells }, appliances });
}

/** Starts a server over the site file in a folder; resolves once it listens. */
export async function startServer(
  folder: string,
  listen = "127.0.0.1:0",
  environment: Readonly<Record<string, string>> = {},
): Promise<{ child: ChildProcess; url: string }> {
  const main = fileURLToPath(new URL("../../server/main.ts", import.meta.url));
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env["PATH"],
      COLDKEEP_DATA: join(folder, "data"),
      COLDKEEP_SITE: join(folder, "site.yaml"),
      COLDKEEP_LISTEN: listen,
      COLDKEEP_GATEWAY_TOKEN: "bench",
      ...environment,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once("exit", (code) => reject(new RangeError(`the server ended with ${String(code)}`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const address = /"address":"(http:[^"]+)"/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
  return { child, url };
}
