import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** A series of an answer. */
export interface Series {
  readonly name: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly values: readonly (readonly unknown[])[];
}

/** A real InfluxDB, 1.6 of Debian, on free ports of loopback with an empty database. */
export interface Influxd {
  /** Writes lines with times in nanoseconds; throws a `RangeError` with what it said where it does not take them all. */
  readonly write: (lines: readonly string[]) => Promise<void>;
  /** Asks as Grafana does, with times in ms; throws a `RangeError` with what it said where it refuses. */
  readonly ask: (query: string) => Promise<readonly Series[]>;
  readonly stop: () => Promise<void>;
}

/** Starts it; resolves once it answers. */
export async function startInfluxd(): Promise<Influxd> {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-dashboards-"));
  const [http, rpc] = [await freePort(), await freePort()];
  for (const name of ["meta", "data", "wal"]) mkdirSync(join(folder, name));
  const settings = join(folder, "influxdb.conf");
  writeFileSync(settings, settingsOf(folder, http, rpc));
  const child: ChildProcess = spawn("influxd", ["-config", settings], { stdio: "ignore" });
  const url = `http://127.0.0.1:${http}`;
  for (;;) {
    const answer = await fetch(`${url}/ping`).catch(() => null);
    if (answer?.status === 204) break;
    if (child.exitCode !== null) throw new RangeError(`influxd ended with ${child.exitCode}`);
    await pause(50);
  }
  const ask = async (query: string): Promise<readonly Series[]> => {
    const body = new URLSearchParams({ db: "history", epoch: "ms", q: query });
    const answer = await fetch(`${url}/query`, { method: "POST", body });
    const told = (await answer.json()) as Answer;
    const error = told.error ?? told.results?.find((each) => each.error !== undefined)?.error;
    if (error !== undefined) throw new RangeError(`${error}: ${query}`);
    return told.results?.flatMap((each) => each.series ?? []) ?? [];
  };
  await ask("CREATE DATABASE history");
  return {
    ask,
    write: async (lines) => {
      const body = lines.join("\n");
      const answer = await fetch(`${url}/write?db=history&precision=ns`, { method: "POST", body });
      if (answer.status !== 204) throw new RangeError(await answer.text());
    },
    stop: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Answer {
  readonly error?: string;
  readonly results?: readonly { readonly error?: string; readonly series?: readonly Series[] }[];
}

function settingsOf(folder: string, http: number, rpc: number): string {
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
