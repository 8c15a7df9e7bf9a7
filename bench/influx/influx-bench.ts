import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sleep } from "@coldkeep/core/time/clock.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { dayMs } from "@coldkeep/core/time/millis.ts";
import { openCursor } from "@coldkeep/server/influx/cursors.ts";
import { openInflux } from "@coldkeep/server/influx/influx-port.ts";
import type { InfluxSettings } from "@coldkeep/server/influx/influx-settings.ts";
import { targetName } from "@coldkeep/server/influx/influx-settings.ts";
import { openSlices } from "@coldkeep/server/influx/journal-slice.ts";
import { makeProjection } from "@coldkeep/server/influx/projection.ts";
import { openSliceThread } from "@coldkeep/server/influx/slice-thread.ts";
import { openDatabase } from "@coldkeep/server/store/database.ts";
import { type InfluxEngine, startInfluxEngine } from "@coldkeep/server/testing/influx-engine.ts";
import { rate } from "../engine/judge-bench.ts";
import { writeLongJournal } from "./long-journal.ts";

/** Readings of the journal; `READINGS=10000000` for the long run. */
const readings = Number(process.env["READINGS"] ?? 1_000_000);
const batchEntries = 10_000;

/** How fast a journal is carried to a real InfluxDB, beside a bare bulk load of the same lines, and what memory a rebuild takes. */
export async function benchInflux(): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-bench-influx-"));
  const recordsPath = join(folder, "records.sqlite");
  const startAt = systemClock.epochMs() - Math.ceil(readings / 500 / 1_440 + 2) * dayMs;
  const total = writeLongJournal(recordsPath, readings, startAt);
  const lines: string[] = [];
  const engine = await startInfluxEngine();
  try {
    const sample = Math.min(total, 1_000_000);
    const bareMs = await bareLoad(engine, recordsPath, sample);
    lines.push(`bare bulk load of the same lines, ready made: ${rate(sample, bareMs)} points/s`);
    const caught = await catchUp(engine, recordsPath, sample);
    lines.push(
      `catching up through the projection: ${rate(caught.points, caught.tookMs)} points/s, ratio ${(bareMs / sample / (caught.tookMs / caught.points)).toFixed(2)}`,
    );
    lines.push(...(await rebuild(await engine.settings("bench-rebuild"), folder, total)));
  } finally {
    await engine.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return lines;
}

/** Only the writes are timed, not the making of the lines. */
async function bareLoad(engine: InfluxEngine, recordsPath: string, sample: number): Promise<number> {
  const settings = await engine.settings("bench-bare");
  const port = openInflux(settings);
  await port.command('CREATE DATABASE "bench-bare"');
  const database = openDatabase(recordsPath);
  const next = openSlices(database, false);
  let tookMs = 0;
  let at = 0;
  for (let points = 0; points < sample;) {
    const slice = next(at, Number.MAX_SAFE_INTEGER);
    at = slice.upTo;
    points += slice.lines.length;
    const begunMs = systemClock.monotonicMs();
    const written = await port.write(slice.lines);
    tookMs += systemClock.monotonicMs() - begunMs;
    if (!written.ok) throw new RangeError(written.fault.reason);
  }
  database.close();
  return tookMs;
}

async function catchUp(
  engine: InfluxEngine,
  recordsPath: string,
  sample: number,
): Promise<{ points: number; tookMs: number }> {
  const settings = await engine.settings("bench-catch-up");
  const database = openDatabase(recordsPath);
  const head = Number(database.prepare("SELECT max(seq) AS head FROM journal").get()?.["head"]);
  const sequence = Math.min(head, Math.ceil(sample / batchEntries) + 2);
  const nothing = (): void => undefined;
  const projection = makeProjection({
    clock: systemClock,
    random: () => 0.5,
    journal: { head: () => ({ sequence, hash: "" }) },
    port: openInflux(settings),
    bucket: settings.bucket,
    slices: openSliceThread(recordsPath, false),
    cursor: openCursor(database, targetName(settings)),
    warn: nothing,
    info: nothing,
    onSlice: nothing,
    onFault: nothing,
    onPrepared: nothing,
  });
  const begunMs = systemClock.monotonicMs();
  projection.start();
  while (projection.status().cursor < sequence) await sleep(systemClock, 5);
  const tookMs = systemClock.monotonicMs() - begunMs;
  const { points } = projection.status();
  await projection.stop();
  database.close();
  return { points, tookMs };
}

/** `coldkeep rebuild influx` as its own process, its memory looked at all along. */
async function rebuild(settings: InfluxSettings, folder: string, total: number): Promise<string[]> {
  const config = join(folder, "server.yaml");
  writeFileSync(
    config,
    JSON.stringify({ data: folder, influx: { url: settings.url, bucket: settings.bucket } }),
  );
  const command = fileURLToPath(new URL("../../server/coldkeep.ts", import.meta.url));
  const child = spawn(process.execPath, [command, "rebuild", "influx", "--config", config], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const said: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => said.push(line));
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const memory: number[] = [];
  while (child.exitCode === null) {
    await sleep(systemClock, 250);
    const rss = residentMiB(child.pid ?? 0);
    if (rss !== null) memory.push(rss);
  }
  const part = (share: number): string => String(Math.round(memory[Math.floor(memory.length * share)] ?? 0));
  return [
    `rebuild of ${total.toLocaleString("en")} readings, exit code ${await exited}: ${said.join(" ")}`,
    `its memory at a quarter, half, three quarters and at most: ${part(0.25)}, ${part(0.5)}, ${part(0.75)}, ${Math.round(Math.max(...memory))} MiB`,
  ];
}

function residentMiB(pid: number): number | null {
  try {
    const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kib === undefined ? null : Number(kib) / 1_024;
  } catch {
    return null;
  }
}
