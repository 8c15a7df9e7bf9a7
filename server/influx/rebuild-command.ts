import { join } from "node:path";
import { parseArgs } from "node:util";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { sleep } from "@coldkeep/core/time/clock.ts";
import { type EpochMs, formatDuration, secondMs } from "@coldkeep/core/time/millis.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import type { CommandIo } from "../command-io.ts";
import { sqliteHistory } from "../history/history.ts";
import { composeInside } from "../inside.ts";
import { readYaml } from "../settings/read-yaml.ts";
import { readServerSettings, type ServerSettings } from "../settings/server-settings.ts";
import { type Database, openDatabase } from "../store/database.ts";
import { compareTotals } from "./compare-totals.ts";
import { makeCoverage } from "./coverage.ts";
import { keptFrom } from "./expiry.ts";
import { openCursor } from "./cursors.ts";
import { type InfluxPort, openInflux } from "./influx-port.ts";
import { type InfluxSettings, targetName } from "./influx-settings.ts";
import { makeLimits } from "./limit-lines.ts";
import { prepareTarget } from "./prepare.ts";
import { rebuildFrom, type RebuildProgress } from "./rebuild.ts";
import { openSliceThread } from "./slice-thread.ts";

/** Usage, for whoever asks or errs. */
export const rebuildUsage = "coldkeep rebuild influx [--config server.yaml] [--data folder]";

/** How often the totals are compared, and how long between: a server that runs meanwhile goes on writing. */
const comparisons = 5;
const comparePauseMs = 2 * secondMs;

/**
 * `coldkeep rebuild influx`: fills an empty bucket from the journal by the site as it is now, and compares counts and sums of every channel at the end. May run beside
 * the server. Exit code 0 where all is equal, 1 where not.
 */
export async function rebuildCommand(args: readonly string[], io: CommandIo): Promise<number> {
  const options = { config: { type: "string" }, data: { type: "string" } } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  if (positionals.length !== 1 || positionals[0] !== "influx")
    throw new CodedError("arguments.invalid", `Say what to rebuild: ${rebuildUsage}`);
  const settings = settingsOf(values.config, io);
  if (settings.influx === undefined)
    throw new CodedError("rebuild.no-target", "No InfluxDB is named: set COLDKEEP_INFLUX_URL, or --config.");
  const recordsPath = join(values.data ?? settings.data, "records.sqlite");
  const database = openDatabase(recordsPath);
  try {
    return await rebuild(database, recordsPath, settings.influx, io);
  } finally {
    database.close();
  }
}

function settingsOf(path: string | undefined, io: CommandIo): ServerSettings {
  const content: unknown = path === undefined ? {} : readYaml(io.readFile(path), path);
  return readServerSettings(content, path ?? "the environment", io.environment);
}

async function rebuild(
  database: Database,
  recordsPath: string,
  settings: InfluxSettings,
  io: CommandIo,
): Promise<number> {
  const port = openInflux(settings);
  const prepared = await prepareTarget(port, settings.bucket);
  if ("kind" in prepared)
    throw new CodedError("rebuild.unavailable", `InfluxDB does not answer: ${prepared.reason}`);
  if (!prepared.isEmpty)
    throw new CodedError(
      "rebuild.not-empty",
      `The bucket ${settings.bucket} is not empty. Empty it, or name another one; points of an earlier site would stay.`,
    );
  const cursor = openCursor(database, targetName(settings));
  const head = Number(database.prepare("SELECT max(seq) AS head FROM journal").get()?.["head"] ?? 0);
  // A server that writes to this target goes on from its own cursor.
  const until = cursor.read() ?? head;
  const from = keptFrom(prepared.keepsMs, systemClock.epochMs());
  if (from > 0)
    io.print(
      `The bucket keeps readings for ${formatDuration(prepared.keepsMs ?? 0)} only; older ones are left out.`,
    );
  const slices = openSliceThread(recordsPath, true);
  const begunMs = systemClock.monotonicMs();
  try {
    const done = await rebuildFrom(until, {
      keptFrom: from,
      port,
      slices,
      cursor,
      clock: systemClock,
      random: () => 0.5,
      progress: (progress) => io.progress?.(progressText(progress, systemClock.monotonicMs() - begunMs)),
    });
    const seconds = (systemClock.monotonicMs() - begunMs) / 1_000;
    await writeDerived(database, port, settings, io);
    if (cursor.read() === null) cursor.move(until, [], systemClock.epochMs());
    io.progress?.("");
    io.print(
      `${done.entries} entries, ${done.points} points in ${seconds.toFixed(1)} s, ${Math.round(done.points / seconds)}/s; ${done.asides} lines refused`,
    );
  } finally {
    slices.close();
  }
  return compare(database, port, io, from);
}

/** Coverage and limits follow from the records, not from single entries. */
async function writeDerived(
  database: Database,
  port: InfluxPort,
  settings: InfluxSettings,
  io: CommandIo,
): Promise<void> {
  const { engine, site } = composeInside(database, systemClock);
  const book = site();
  if (book === null) return;
  const target = targetName(settings);
  const history = sqliteHistory(database);
  const coverage = makeCoverage({ database, engine, history, port, clock: systemClock, target });
  const limits = makeLimits(database, port, target);
  coverage.reset();
  limits.reset();
  io.progress?.("coverage by the hour");
  const now = systemClock.epochMs();
  let fault = await limits.round(book, now);
  do {
    fault ??= await coverage.round(book, now);
    if (fault !== null)
      throw new CodedError("rebuild.unavailable", `InfluxDB does not take the coverage: ${fault.reason}`);
  } while (coverage.isDue(now));
}

async function compare(database: Database, port: InfluxPort, io: CommandIo, from: EpochMs): Promise<number> {
  for (let round = 1; ; round += 1) {
    const compared = await compareTotals(database, port, from);
    if (compared === null)
      throw new CodedError("rebuild.unavailable", "InfluxDB does not answer the comparison.");
    const { channels, differences } = compared;
    if (differences.length === 0) {
      io.print(`InfluxDB and the journal are equal: counts and sums of ${channels} channels.`);
      return 0;
    }
    if (round === comparisons) {
      for (const { channel, records, influx } of differences)
        io.print(`${channel}: journal ${JSON.stringify(records)}, InfluxDB ${JSON.stringify(influx)}`);
      io.print(`They differ in ${differences.length} of ${channels} channels.`);
      return 1;
    }
    await sleep(systemClock, comparePauseMs);
  }
}

/** Cells of the bar. */
const barCells = 30;

/** How far it is, with the time left at the pace so far. */
export function progressText({ entries, of, points }: RebuildProgress, tookMs: number): string {
  const part = of === 0 ? 1 : entries / of;
  const left = part === 0 ? "" : `, ${formatDuration(Math.round((tookMs / part) * (1 - part)))} left`;
  const full = Math.round(part * barCells);
  const bar = `${"#".repeat(full)}${".".repeat(barCells - full)}`;
  const rate = Math.round(points / Math.max(0.001, tookMs / 1_000));
  return `[${bar}] ${Math.floor(part * 100)} %, ${points} points, ${rate}/s${left}`;
}
