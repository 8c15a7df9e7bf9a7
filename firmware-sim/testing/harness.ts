/** What the simulator's process tests share: a folder and a port of their own, real processes that end with the test. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { createServer } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { createInterface } from "node:readline";
import { type MqttSample, parseMessage, readingsFilter, statusFilter } from "@coldkeep/core/mqtt/message.ts";
import { connectAsync, type MqttClient } from "mqtt";
import { afterEach, beforeEach, expect, vi } from "vitest";

/** Where Mosquitto is, or undefined. With CI=true its absence is a failure. */
export const mosquitto = ["/usr/sbin/mosquitto", "/usr/bin/mosquitto", "/usr/local/sbin/mosquitto"].find(
  (file) => fs.existsSync(file),
);
if (mosquitto === undefined && process.env["CI"] === "true") throw new TypeError("CI needs mosquitto");

/** How long a condition is waited for. */
export const patient = { timeout: 60_000, interval: 20 };

/** The test's own folder. */
export let folder = "";
let port = 0;
let cleanups: (() => Promise<unknown> | void)[] = [];
beforeEach(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "coldkeep-sim-"));
  port = await freePort();
});
afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
  cleanups = [];
  fs.rmSync(folder, { recursive: true });
});

/** A port of loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Ends a process and gives its exit code. */
export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill(signal);
    await once(child, "exit");
  }
  return child.exitCode;
}

/** Starts a broker on the test's port. */
export async function broker(): Promise<ChildProcess> {
  const file = path.join(folder, "mosquitto.conf");
  fs.writeFileSync(file, `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n`);
  const child = spawn(mosquitto ?? "", ["-c", file], { stdio: "ignore" });
  cleanups.push(() => end(child, "SIGKILL"));
  const answers = async (): Promise<void> =>
    (await connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 })).endAsync();
  await vi.waitFor(answers, patient);
  return child;
}

/** A client that hears all that the devices say. */
export interface Listener {
  readonly client: MqttClient;
  readonly samples: MqttSample[];
  readonly refused: string[];
  readonly status: string[];
  readonly of: (device: string) => readonly MqttSample[];
}

/** Connects a listener. */
export async function listen(): Promise<Listener> {
  const options = { clientId: "listener", clean: false, reconnectPeriod: 50 } as const;
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, options);
  const samples: MqttSample[] = [];
  const heard: Listener = {
    client,
    samples,
    refused: [],
    status: [],
    of: (device) => samples.filter((one) => one.device === device),
  };
  client.on("message", (topic, payload, packet) => {
    if (topic.endsWith("/status"))
      return void heard.status.push(`${topic.split("/")[2]} ${payload.toString()}`);
    const parsed = parseMessage(topic, payload, packet.retain);
    if (parsed.ok) samples.push(parsed.sample);
    else heard.refused.push(parsed.code);
  });
  client.on("connect", () => client.subscribe([readingsFilter, statusFilter], { qos: 1 }));
  await client.subscribeAsync([readingsFilter, statusFilter], { qos: 1 });
  cleanups.push(() => client.endAsync(true));
  return heard;
}

/** A simulator process. */
export interface Simulator {
  readonly child: ChildProcess;
  readonly lines: string[];
  readonly errors: () => string;
}

/** Starts a simulator with short intervals and what `config` says besides. */
export function simulate(config: object): Simulator {
  const file = path.join(folder, "sim.yaml");
  const defaults = {
    speed: 20,
    sampleInterval: "200ms",
    history: "30m",
    mqtt: { url: `mqtt://127.0.0.1:${port}` },
  };
  fs.writeFileSync(file, JSON.stringify({ ...defaults, ...config }));
  const main = path.join(import.meta.dirname, "..", "main.ts");
  const child = spawn(process.execPath, [main, "--config", file], { env: { ...process.env, TZ: "UTC" } });
  cleanups.push(() => end(child, "SIGKILL"));
  const lines: string[] = [];
  createInterface(child.stdout).on("line", (line) => lines.push(line));
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += String(chunk);
  });
  return { child, lines, errors: () => errors };
}

/** The ready line. */
export async function ready(simulator: Simulator): Promise<Record<string, unknown>> {
  await vi.waitFor(() => expect(simulator.lines.length, simulator.errors()).toBeGreaterThan(0), patient);
  return JSON.parse(simulator.lines[0] ?? "") as Record<string, unknown>;
}
