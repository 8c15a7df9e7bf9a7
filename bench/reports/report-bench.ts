import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { rejudge } from "@coldkeep/core/engine/rejudge.ts";
import { unheardOf } from "@coldkeep/core/engine/probe-state.ts";
import { checkSettings } from "@coldkeep/core/settings/settings.ts";
import { always } from "@coldkeep/core/site/dated.ts";
import { siteSchema } from "@coldkeep/core/site/site.ts";
import { dayMs, type EpochMs, minuteMs, parseInstant } from "@coldkeep/core/time/millis.ts";
import { standingClock } from "@coldkeep/core/time/standing-clock.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { composeInside } from "@coldkeep/server/inside.ts";
import { openReadingStore } from "@coldkeep/server/judging/probe-memory.ts";
import { type Database, openDatabase } from "@coldkeep/server/store/database.ts";
import { rate } from "../engine/judge-bench.ts";

const probes = 50;

/** The year 2025 in UTC, at one reading a minute. */
const from: EpochMs = parseInstant("2025-01-01T00:00:00Z") ?? 0;
const perProbe = 365 * 24 * 60;

const run = promisify(execFile);
const coldkeep = fileURLToPath(new URL("@coldkeep/server/coldkeep.ts", import.meta.url));

/** The report of a year of a site with 50 probes at one reading a minute, beside merely reading its rows. */
export async function benchReports(): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-bench-"));
  const data = join(folder, "data");
  const to = join(folder, "reports");
  mkdirSync(data);
  mkdirSync(to);
  const path = join(data, "records.sqlite");
  fill(path);
  const rowsMs = timed(() => readRows(path));
  const month = await reported(["--period", "2025-06", "--data", data, "--to", to]);
  const year = await reported(["--period", "2025", "--data", data, "--to", to]);
  const withMkt = await reported(["--period", "2025", "--data", data, "--to", to, "--mkt"]);
  const size = statSync(join(to, "coldkeep-report-bench-2025.pdf")).size;
  rmSync(folder, { recursive: true, force: true });
  const seconds = (ms: number): string => (ms / 1_000).toFixed(1);
  const readings = probes * perProbe;
  return [
    `${readings} readings of ${probes} probes; merely reading the rows of the year: ${seconds(rowsMs)} s`,
    `report of the year: ${seconds(year.ms)} s, ${rate(readings, year.ms)} readings/s, ${(year.ms / rowsMs).toFixed(1)} times the reading; most memory ${year.mebibytes} MiB; ${(size / 1024 / 1024).toFixed(1)} MiB of PDF`,
    `with mean kinetic temperatures: ${seconds(withMkt.ms)} s`,
    `report of a month: ${seconds(month.ms)} s`,
  ];
}

async function reported(args: readonly string[]): Promise<{ ms: number; mebibytes: string }> {
  const begun = systemClock.monotonicMs();
  const watch = `process.on("exit", () => console.log("peak " + process.resourceUsage().maxRSS))`;
  const { stdout } = await run(process.execPath, [
    `--import=data:text/javascript,${encodeURIComponent(watch)}`,
    coldkeep,
    "report",
    ...args,
  ]);
  const ms = systemClock.monotonicMs() - begun;
  return { ms, mebibytes: (Number(/peak (\d+)/.exec(stdout)?.[1] ?? 0) / 1024).toFixed(0) };
}

function timed(work: () => unknown): number {
  const begun = systemClock.monotonicMs();
  work();
  return systemClock.monotonicMs() - begun;
}

/** Puts the year into records at once: readings that wander within the limits, now and then out of them, with a fault and a silence each day. */
function fill(path: string): void {
  const database = openDatabase(path);
  const until = from + (perProbe - 1) * minuteMs;
  const inside = composeInside(
    database,
    standingClock(() => until + minuteMs),
  );
  inside.begin(null);
  inside.applySite(checkSettings(siteSchema, site(), "bench"), "bench");
  const insert = database.prepare(
    `INSERT INTO readings (probe, at, value, fault, time_source, uncertainty_ms)
     SELECT ?1, ?2 + n * 60000, CASE WHEN n % 1440 = 700 THEN -1000000 ELSE 4 + ((n * 7919) % 300 - 150) / 100.0 + CASE WHEN n % 20000 < 25 THEN 5 ELSE 0 END END,
       CASE WHEN n % 1440 = 700 THEN 'bus' END, 0, 500
     FROM (WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < ?3) SELECT n FROM c)
     WHERE n % 1440 NOT BETWEEN 100 AND 110`,
  );
  const store = openReadingStore(database);
  for (let index = 0; index < probes; index += 1) {
    const memory = inside.engine.probe(`p${index}`);
    if (memory === undefined) throw new RangeError("no such probe");
    const [span] = memory.route;
    database.transaction(() => {
      insert.run(span?.channel ?? 0, from, perProbe - 1);
      const last = store.within(memory.route, until - dayMs, until);
      const { state } = rejudge(unheardOf(), last, [], always.to, memory.probe.rules);
      store.saveCheckpoint(memory.number, { at: state.last?.at ?? until, state });
    });
  }
  database.close();
}

function readRows(path: string): number {
  const database: Database = openDatabase(path);
  const rows = database.prepareRows(
    "SELECT at, value, fault FROM readings WHERE probe = ? AND at >= ? AND at < ? ORDER BY at, value",
  );
  let read = 0;
  const channels = database.prepare("SELECT DISTINCT number FROM probes").all();
  for (const channel of channels)
    for (let day = 0; day < 365; day += 1)
      read += rows(Number(channel["number"]), from + day * dayMs, from + (day + 1) * dayMs).length;
  database.close();
  return read;
}

function site(): unknown {
  const profile = {
    low: 2,
    high: 6,
    criticalLow: 0,
    criticalHigh: 12,
    deadband: 0.3,
    maxGap: "5m",
    excursionAfter: "10m",
    recoverAfter: "5m",
    unmonitoredAfter: "30m",
    alarmDelay: "5m",
  };
  return {
    site: "bench",
    timeZone: "UTC",
    profiles: { cold: profile },
    appliances: Array.from({ length: probes }, (_, index) => ({
      id: `a${index}`,
      name: `Refrigerator ${index}`,
      kind: "refrigerator",
      profile: "cold",
      probes: [{ id: `p${index}` }],
    })),
  };
}
