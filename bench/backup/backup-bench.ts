import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { zstdCompressSync } from "node:zlib";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { sleep } from "@coldkeep/core/time/clock.ts";
import { rate } from "../engine/judge-bench.ts";
import { batchBody, perBatch, post, probes, siteFile, startServer, stepMs } from "../ingest/ingest-bench.ts";

/** Batches before the first backup: two million readings. */
const batchesBefore = 2_000;

/** Batches in flight at once while filling. */
const inFlight = 4;

/** Spells without and with backups take turns, so that whatever else the machine does meets both alike. */
const pairs = 10;

/** Batches of a spell: 5 s at 10,000 readings/s. */
const perSpell = 50;

/** Time between two batches of a spell, milliseconds. */
const everyMs = 100;

const run = promisify(execFile);
const coldkeep = fileURLToPath(new URL("../../server/coldkeep.ts", import.meta.url));

/** Backups of two million readings: size and speed at rest and under load, and what the server's answers take with and without one running. */
export async function benchBackup(): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-bench-"));
  writeFileSync(join(folder, "site.yaml"), siteFile());
  const data = join(folder, "data");
  const to = join(folder, "backups");
  mkdirSync(to);
  const perStep = probes / perBatch;
  const startAt =
    Math.floor(systemClock.epochMs() / stepMs) * stepMs -
    ((batchesBefore + 2 * pairs * perSpell) / perStep) * stepMs;
  const { child, url } = await startServer(folder);
  let next = 0;
  const send = (): Promise<void> => {
    next += 1;
    return post(url, zstdCompressSync(batchBody(next - 1, startAt)));
  };
  await Promise.all(
    Array.from({ length: inFlight }, async (_, lane) => {
      for (let batch = lane; batch < batchesBefore; batch += inFlight) await send();
    }),
  );
  const rest = await timed(() => backup(data, to));
  const [name = ""] = readdirSync(to);
  const bytes = statSync(join(data, "records.sqlite")).size;
  const packed = statSync(join(to, name)).size;
  const checked = await timed(() =>
    run(process.execPath, [coldkeep, "restore", "--verify-only", "--from", join(to, name)]),
  );
  const calm: number[] = [];
  const busy: number[] = [];
  const took: number[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    calm.push(...(await spell(send)));
    const ended = new AbortController();
    const backups = (async () => {
      while (!ended.signal.aborted) took.push(await timed(() => backup(data, to, "--keep", "1")));
    })();
    busy.push(...(await spell(send)));
    ended.abort();
    await backups;
  }
  const log = statSync(join(data, "records.sqlite-wal")).size;
  child.kill("SIGTERM");
  await new Promise((resolve) => child.once("exit", resolve));
  rmSync(folder, { recursive: true, force: true });
  const mebibytes = (count: number): string => (count / 1024 / 1024).toFixed(0);
  return [
    `${batchesBefore * perBatch} readings: ${mebibytes(bytes)} MiB packed to ${mebibytes(packed)} MiB (${((100 * packed) / bytes).toFixed(0)} %)`,
    `backup in ${(rest / 1_000).toFixed(1)} s (${rate(bytes / 1024 / 1024, rest)} MiB/s), checked whole in ${(checked / 1_000).toFixed(1)} s`,
    `under 10,000 readings/s: ${took.length} backups, the longest ${(Math.max(...took) / 1_000).toFixed(1)} s; the write-ahead log has ${mebibytes(log)} MiB`,
    `answer without a backup: ${percentiles(calm)}`,
    `answer with one always running: ${percentiles(busy)}`,
    `ratio: p50 ${(percentile(busy, 0.5) / percentile(calm, 0.5)).toFixed(2)}, p99 ${(percentile(busy, 0.99) / percentile(calm, 0.99)).toFixed(2)}`,
  ];
}

async function backup(data: string, to: string, ...more: string[]): Promise<void> {
  await run(process.execPath, [coldkeep, "backup", "--data", data, "--to", to, ...more]);
}

async function spell(send: () => Promise<void>): Promise<number[]> {
  const took: number[] = [];
  for (let sent = 0; sent < perSpell; sent += 1) {
    const lasted = await timed(send);
    took.push(lasted);
    await sleep(systemClock, Math.max(0, everyMs - lasted));
  }
  return took;
}

function percentiles(took: readonly number[]): string {
  const [p50, p99, longest] = [0.5, 0.99, 1].map((share) => percentile(took, share).toFixed(1));
  return `p50 ${p50} ms, p99 ${p99} ms, longest ${longest} ms`;
}

function percentile(took: readonly number[], share: number): number {
  const sorted = took.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = systemClock.monotonicMs();
  await work();
  return systemClock.monotonicMs() - begun;
}
