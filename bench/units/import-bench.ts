import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import { rate } from "../engine/judge-bench.ts";
import { startServer } from "../ingest/ingest-bench.ts";

const lines = 150_000;
/** Of these lines many are of a freezer that an excursion holds, so that each movement makes a hold. */
const inFreezer = 5_000;
const appliances = 80;
const readingsPerBatch = 20;
/** Between an answer and the next batch. Unit ms. */
const pauseMs = 25;
/** Batches that are sent with nothing else going on. */
const calmBatches = 400;

/** How long batches wait while a large CSV file of units is imported, beside how long they take otherwise. */
export async function benchImport(): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-bench-"));
  writeFileSync(join(folder, "site.yaml"), siteFile());
  const { child, url } = await startServer(folder, "127.0.0.1:0", { COLDKEEP_API_TOKEN: "bench-api" });
  const now = systemClock.epochMs();
  let sequence = 0;
  const send = async (probe: string, celsius: number, count: number, from: number): Promise<number> => {
    sequence += 1;
    const readings = Array.from({ length: count }, (_, index) => ({
      probe,
      at: formatInstant(from + index * 1_000),
      celsius,
    }));
    const begun = systemClock.monotonicMs();
    const response = await fetch(`${url}/v1/batches`, {
      method: "POST",
      headers: { authorization: "Bearer bench", "content-type": "application/json" },
      body: JSON.stringify({ gateway: "bench", sequence, readings }),
    });
    if (!response.ok) throw new RangeError(await response.text());
    await response.text();
    return systemClock.monotonicMs() - begun;
  };
  for (const celsius of [-30, -10])
    await send("p0", celsius, 1_200, now - (celsius === -30 ? 60 : 40) * minuteMs);
  const over = new AbortController();
  const sendOn = async (most: number): Promise<number[]> => {
    const took: number[] = [];
    for (let index = 0; index < most && !over.signal.aborted; index += 1) {
      const probe = `p${1 + (sequence % (appliances - 1))}`;
      took.push(await send(probe, -30, readingsPerBatch, now - 30 * minuteMs + sequence * 100));
      await new Promise<void>((resolve) => void systemClock.after(pauseMs, resolve));
    }
    return took.toSorted((a, b) => a - b);
  };
  const calm = await sendOn(calmBatches);
  const body = csv(now);
  const begun = systemClock.monotonicMs();
  const meanwhile = sendOn(Infinity);
  const answer = await fetch(`${url}/v1/units/import`, {
    method: "POST",
    headers: { authorization: "Bearer bench-api", "content-type": "text/csv" },
    body,
  });
  const text = await answer.text();
  if (!answer.ok) throw new RangeError(text);
  const importMs = systemClock.monotonicMs() - begun;
  over.abort();
  const busy = await meanwhile;
  child.kill("SIGTERM");
  await new Promise((resolve) => child.once("exit", resolve));
  rmSync(folder, { recursive: true, force: true });
  return [
    `a CSV file of ${lines} lines, ${(body.length / 1e6).toFixed(1)} MB: ${(importMs / 1_000).toFixed(1)} s, ${rate(lines, importMs)} lines/s`,
    `batches of ${readingsPerBatch} readings alone: ${spread(calm)}`,
    `batches while the file is imported: ${spread(busy)}`,
  ];
}

function spread(sorted: readonly number[]): string {
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms (${sorted.length} batches)`;
}

function csv(now: number): string {
  const at = formatInstant(now - 600 * minuteMs);
  const rows = Array.from({ length: lines }, (_, index) => {
    const din = `G1234${String(17 + Math.floor(index / 1_000_000)).padStart(2, "0")}${String(index % 1_000_000).padStart(6, "0")}`;
    const appliance = index < inFreezer ? "a0" : `a${1 + (index % (appliances - 1))}`;
    return `${din},E0336V00,Red cells,2027-12-31,${appliance},${at},stock`;
  });
  return ["din,product code,description,expires,location,at,reason", ...rows].join("\n");
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
