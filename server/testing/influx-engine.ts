import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { openInflux, type InfluxPort } from "../influx/influx-port.ts";
import { type InfluxSettings, influxSettingsSchema } from "../influx/influx-settings.ts";
import { type InfluxRelay, startRelay } from "./influx-relay.ts";

const given = process.env["COLDKEEP_TEST_INFLUX_URL"];
const isForeign = given !== undefined && given !== "";

/** True where there is no InfluxDB to test with; with `CI=true` that is a failure and not a reason to skip. */
export const isInfluxMissing: boolean =
  !isForeign && process.env["CI"] !== "true" && spawnSync("influxd", ["version"]).status !== 0;

/** True where the InfluxDB is ours to kill and to play ill. */
export const isInfluxOurs: boolean = !isForeign && !isInfluxMissing;

/** A real InfluxDB for tests. */
export interface InfluxEngine {
  /** Settings for a database of its own. */
  readonly settings: (bucket: string) => Promise<InfluxSettings>;
  /** Ends it at this very instruction; null where it is not ours to end. */
  readonly kill: (() => Promise<void>) | null;
  readonly restart: (() => Promise<void>) | null;
  readonly relay: InfluxRelay | null;
  readonly stop: () => Promise<void>;
}

/**
 * The InfluxDB that `COLDKEEP_TEST_INFLUX_URL`, `..._TOKEN` and `..._ORG` name, 2.x or 3, spoken to as it is; without them Debian's 1.6, started on free ports
 * of loopback, behind a relay.
 */
export async function startInfluxEngine(): Promise<InfluxEngine> {
  return isForeign ? foreign(given) : startOwn();
}

async function startOwn(): Promise<InfluxEngine> {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-influx-"));
  const [http, rpc] = [await freePort(), await freePort()];
  const config = join(folder, "influxdb.conf");
  for (const name of ["meta", "data", "wal"]) mkdirSync(join(folder, name));
  writeFileSync(config, configOf(folder, http, rpc));
  let child: ChildProcess | null = null;
  const start = async (): Promise<void> => {
    child = spawn("influxd", ["-config", config], { stdio: "ignore" });
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${http}/ping`).catch(() => null);
      if (answer?.status === 204) return;
      if (child.exitCode !== null) throw new RangeError(`influxd ended with ${child.exitCode}`);
      await pause(50);
    }
  };
  const kill = async (): Promise<void> => {
    const running = child;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return;
    const exited = new Promise((resolve) => running.once("exit", resolve));
    running.kill("SIGKILL");
    await exited;
  };
  await start();
  const relay = await startRelay(http);
  return {
    settings: async (bucket) => influxSettingsSchema.parse({ url: relay.url, bucket }),
    kill,
    restart: start,
    relay,
    stop: async () => {
      await relay.stop();
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configOf(folder: string, http: number, rpc: number): string {
  return `
reporting-disabled = true
bind-address = "127.0.0.1:${rpc}"
[meta]
  dir = "${join(folder, "meta")}"
[data]
  dir = "${join(folder, "data")}"
  wal-dir = "${join(folder, "wal")}"
  query-log-enabled = false
[http]
  bind-address = "127.0.0.1:${http}"
  log-enabled = false
[logging]
  level = "error"
[monitor]
  store-enabled = false
`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function foreign(url: string): Promise<InfluxEngine> {
  const token = process.env["COLDKEEP_TEST_INFLUX_TOKEN"];
  const org = process.env["COLDKEEP_TEST_INFLUX_ORG"] ?? "coldkeep";
  const headers = { authorization: `Token ${token ?? ""}`, "content-type": "application/json" };
  return {
    settings: async (bucket) => {
      const name = `${bucket}-${process.pid}`;
      const found = await fetch(`${url}/api/v2/orgs?org=${encodeURIComponent(org)}`, { headers });
      if (found.ok) {
        const { orgs } = (await found.json()) as { orgs: { id: string }[] };
        const body = JSON.stringify({ orgID: orgs[0]?.id, name, retentionRules: [] });
        await fetch(`${url}/api/v2/buckets`, { method: "POST", headers, body });
      }
      return influxSettingsSchema.parse({ url, token, org, bucket: name });
    },
    kill: null,
    restart: null,
    relay: null,
    stop: async () => undefined,
  };
}

/** Counts and sums of good readings by channel, as InfluxDB has them. */
export async function influxTotals(settings: InfluxSettings): Promise<Map<string, [number, number]>> {
  const port: InfluxPort = openInflux(settings);
  const outcome = await port.query(
    "SELECT count(celsius) AS n, sum(celsius) AS total FROM readings GROUP BY channel",
  );
  if (!outcome.ok) throw new RangeError(outcome.fault.reason);
  return new Map(
    outcome.series.map(({ tags, values }) => [
      tags["channel"] ?? "",
      [Number(values[0]?.[1]), Number(values[0]?.[2])],
    ]),
  );
}
