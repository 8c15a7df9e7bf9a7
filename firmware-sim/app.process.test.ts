/**
 * The simulator as a process of its own, against a real Mosquitto and read through its real pseudo-terminals: nothing that a device
 * sampled is missing at the other end, whatever the broker and the scenario did.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { createServer } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { createInterface } from "node:readline";
import { type MqttSample, parseMessage, readingsFilter, statusFilter } from "@coldkeep/core/mqtt/message.ts";
import { formatLine, parseLine, type SerialFrame } from "@coldkeep/core/serial/frame.ts";
import { lineSplitter } from "@coldkeep/core/serial/line-splitter.ts";
import { connectAsync, type MqttClient } from "mqtt";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const mosquitto = ["/usr/sbin/mosquitto", "/usr/bin/mosquitto", "/usr/local/sbin/mosquitto"].find((file) =>
  fs.existsSync(file),
);
if (mosquitto === undefined && process.env["CI"] === "true") throw new TypeError("CI needs mosquitto");
const { O_RDWR, O_NOCTTY, O_NONBLOCK } = fs.constants;
const patient = { timeout: 60_000, interval: 20 };
const radios = ["ckt-fridge-3", "ckt-fridge-4", "ckt-freezer-2", "ckt-box-1"];

let folder = "";
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

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill(signal);
    await once(child, "exit");
  }
  return child.exitCode;
}

async function broker(): Promise<ChildProcess> {
  const file = path.join(folder, "mosquitto.conf");
  fs.writeFileSync(file, `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n`);
  const child = spawn(mosquitto ?? "", ["-c", file], { stdio: "ignore" });
  cleanups.push(() => end(child, "SIGKILL"));
  const answers = async (): Promise<void> =>
    (await connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 })).endAsync();
  await vi.waitFor(answers, patient);
  return child;
}

interface Listener {
  readonly client: MqttClient;
  readonly samples: MqttSample[];
  readonly refused: string[];
  readonly status: string[];
  readonly of: (device: string) => readonly MqttSample[];
}

async function listen(): Promise<Listener> {
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

interface Simulator {
  readonly child: ChildProcess;
  readonly lines: string[];
  readonly errors: () => string;
}

function simulate(config: object): Simulator {
  const file = path.join(folder, "sim.yaml");
  const defaults = {
    speed: 20,
    sampleInterval: "200ms",
    history: "30m",
    mqtt: { url: `mqtt://127.0.0.1:${port}` },
  };
  fs.writeFileSync(file, JSON.stringify({ ...defaults, ...config }));
  const main = path.join(import.meta.dirname, "main.ts");
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

async function ready(simulator: Simulator): Promise<Record<string, unknown>> {
  await vi.waitFor(() => expect(simulator.lines.length, simulator.errors()).toBeGreaterThan(0), patient);
  return JSON.parse(simulator.lines[0] ?? "") as Record<string, unknown>;
}

/** Sequences in order of arrival, each once. */
const numbers = (samples: readonly MqttSample[]): number[] => [
  ...new Set(samples.map((one) => one.sequence)),
];
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe.skipIf(mosquitto === undefined)(
  "the simulator with a real broker (skipped where there is no mosquitto)",
  () => {
    it("tells the past, lives on, tells its end, and goes on as the next boot", async () => {
      await broker();
      const heard = await listen();
      const first = simulate({});
      expect(await ready(first)).toMatchObject({ ready: true, mqtt: { connected: 4, of: 4 } });
      await vi.waitFor(
        () => radios.forEach((device) => expect(heard.of(device).length).toBeGreaterThan(45)),
        patient,
      );
      expect(await end(first.child, "SIGTERM")).toBe(0);
      expect(first.errors()).toBe("");
      await vi.waitFor(
        () => radios.forEach((device) => expect(heard.status).toContain(`${device} offline`)),
        patient,
      );
      expect(fs.readdirSync(path.join(folder, "lines"))).toEqual([]);
      for (const device of radios) {
        const samples = heard.of(device);
        expect(samples.map((one) => one.sequence)).toEqual(upTo(samples.length));
        const [oldest, next] = samples;
        expect((next?.at ?? 0) - (oldest?.at ?? 0)).toBe(60_000);
        expect(new Set(samples.map((one) => (one.at ?? 0) - one.uptimeMs)).size).toBe(1);
        expect(heard.status.filter((line) => line.startsWith(device))).toEqual([
          `${device} online`,
          `${device} offline`,
        ]);
      }
      const before = heard.samples.length;
      const second = simulate({});
      await vi.waitFor(() => expect(heard.samples.length).toBeGreaterThan(before + 20), patient);
      const again = heard.samples.slice(before);
      expect(new Set(again.map((one) => one.boot))).toEqual(new Set([2]));
      const lastAt = Math.max(...heard.samples.slice(0, before).map((one) => one.at ?? 0));
      expect(Math.min(...again.map((one) => one.at ?? 0))).toBeGreaterThan(lastAt);
      expect(await end(second.child, "SIGTERM")).toBe(0);
    });

    it("loses no sample when the broker dies and comes back", async () => {
      const old = await broker();
      const before = await listen();
      const simulator = simulate({ history: "0s" });
      await vi.waitFor(
        () => radios.forEach((device) => expect(before.of(device).length).toBeGreaterThan(5)),
        patient,
      );
      await end(old, "SIGKILL");
      await before.client.endAsync(true);
      await broker();
      const after = await listen();
      const enough = before.of("ckt-box-1").length + 25;
      const seen = (device: string): number[] => numbers([...before.of(device), ...after.of(device)]);
      await vi.waitFor(
        () => radios.forEach((device) => expect(seen(device).length).toBeGreaterThan(enough)),
        patient,
      );
      await end(simulator.child, "SIGTERM");
      for (const device of radios) {
        const late = numbers(after.of(device));
        expect(late).toEqual(late.toSorted((a, b) => a - b));
        const missing = upTo(seen(device).length).filter((number) => !seen(device).includes(number));
        // What the dead broker had confirmed and not yet passed on is lost with it: at most what was on its way.
        expect(missing.length).toBeLessThanOrEqual(1);
      }
    });

    it("plays a scenario: last will, everything after, duplicates, garbage, and a line for each", async () => {
      await broker();
      const heard = await listen();
      const scenario = [
        { at: "1s", appliance: "fridge-3", event: "offline", for: "2s" },
        { at: "1s", appliance: "fridge-4", event: "duplicate-sends", for: "2s" },
        { at: "1s", appliance: "freezer-2", event: "garbage", for: "2s" },
        { at: "1s", appliance: "box-1", event: "reboot" },
      ];
      const simulator = simulate({ history: "0s", scenario });
      await vi.waitFor(
        () => expect(simulator.lines.filter((line) => / again| properly/.test(line))).toHaveLength(3),
        patient,
      );
      const fridge = heard.of("ckt-fridge-3").length;
      await vi.waitFor(() => expect(heard.of("ckt-fridge-3").length).toBeGreaterThan(fridge + 12), patient);
      await end(simulator.child, "SIGTERM");
      expect(numbers(heard.of("ckt-fridge-3"))).toEqual(upTo(numbers(heard.of("ckt-fridge-3")).length));
      expect(heard.status.filter((line) => line.startsWith("ckt-fridge-3")).slice(0, 3)).toEqual(
        ["online", "offline", "online"].map((word) => `ckt-fridge-3 ${word}`),
      );
      const doubled = heard.of("ckt-fridge-4");
      expect(doubled.length - numbers(doubled).length).toBeGreaterThan(5);
      expect(heard.refused.length).toBeGreaterThan(5);
      expect(numbers(heard.of("ckt-freezer-2"))).toEqual(upTo(numbers(heard.of("ckt-freezer-2")).length));
      expect(new Set(heard.of("ckt-box-1").map((one) => one.boot))).toEqual(new Set([1, 2]));
      expect(
        simulator.lines.some((line) =>
          /^\d\d:\d\d:\d\d device of fridge-3 has no connection for 2 s$/.test(line),
        ),
      ).toBe(true);
    });
  },
);

describe("the simulator on its serial lines", () => {
  const wired = ["fridge-1", "fridge-2"].map((id) => ({ id, kind: "refrigerator", transport: "line-1" }));

  function openLine(): { take: () => SerialFrame[]; say: (frame: SerialFrame) => void; close: () => void } {
    const line = fs.openSync(path.join(folder, "lines", "line-1"), O_RDWR | O_NOCTTY | O_NONBLOCK);
    const splitter = lineSplitter();
    const frames: SerialFrame[] = [];
    const chunk = Buffer.alloc(4_096);
    const readOnce = (): number => {
      try {
        return fs.readSync(line, chunk);
      } catch (error) {
        if (String(error).includes("EAGAIN")) return 0;
        throw error;
      }
    };
    return {
      take: () => {
        for (let length = readOnce(); length > 0; length = readOnce()) {
          for (const text of splitter.push(chunk.subarray(0, length)).lines) {
            const parsed = parseLine(text);
            if (parsed.ok) frames.push(parsed.frame);
          }
        }
        return frames;
      },
      say: (frame) => void fs.writeSync(line, `${formatLine(frame)}\r\n`),
      close: () => fs.closeSync(line),
    };
  }

  it("answers requests for the past and forgets what is acknowledged; a pulled cable hangs up and comes back", async () => {
    const scenario = [{ at: "4s", appliance: "fridge-1", event: "cable-pulled", for: "500ms" }];
    const simulator = simulate({ appliances: wired, scenario });
    await ready(simulator);
    const line = openLine();
    const device = "ckt-fridge-1";
    const sequences = (): number[] =>
      line
        .take()
        .flatMap((frame) =>
          frame.kind === "sample" && frame.sample.device === device ? [frame.sample.sequence] : [],
        );
    line.say({ kind: "resend", device, boot: 1, first: 0, last: 27 });
    await vi.waitFor(() => expect(sequences()).toEqual(expect.arrayContaining(upTo(28))), patient);
    const asked = sequences().filter((sequence) => sequence < 28).length;
    const acknowledge = { kind: "acknowledge", device, boot: 1, sequence: 20 } as const;
    line.say(acknowledge);
    line.say({ kind: "resend", device, boot: 1, first: 0, last: 27 });
    await vi.waitFor(
      () => expect(sequences().filter((sequence) => sequence < 28)).toHaveLength(asked + 7),
      patient,
    );
    await vi.waitFor(() => expect(() => line.say(acknowledge)).toThrow("EIO"), patient);
    line.close();
    await vi.waitFor(() => expect(simulator.lines.at(-1)).toContain("plugged in"), patient);
    const again = openLine();
    await vi.waitFor(() => expect(again.take().length).toBeGreaterThan(3), patient);
    again.close();
    expect(await end(simulator.child, "SIGTERM")).toBe(0);
  });

  it("refuses wrong settings with file, path and what was expected", async () => {
    const simulator = simulate({ speed: "fast" });
    await once(simulator.child, "close");
    expect(simulator.child.exitCode).toBe(2);
    expect(simulator.errors()).toMatch(/^settings\.invalid: .*sim\.yaml cannot be used:\n {2}speed: /);
  });
});
