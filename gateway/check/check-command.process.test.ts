import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, connectAsync } from "mqtt";
import { expect, test } from "vitest";
import { readingsTopic } from "@coldkeep/core/mqtt/message.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { statusServer } from "../health/status-server.ts";
import { freePort, mosquittoMissing, startMosquitto } from "../rig/processes.ts";
import { serialDevice } from "../rig/serial-device.ts";
import { openSerialLine } from "../serial/serial-line.ts";
import { checkCommand } from "./check-command.ts";

const stop = new AbortController().signal;

/** Runs `check` in this process. */
async function check(
  settings: object,
  folder: string,
  forText: string,
): Promise<{ code: number; text: string }> {
  const file = join(folder, "gateway.yaml");
  writeFileSync(file, JSON.stringify(settings));
  const lines: string[] = [];
  const code = await checkCommand(["--config", file, "--for", forText], {
    print: (line) => lines.push(line),
    progress: () => {},
    environment: {},
    clock: systemClock,
    random: () => 0.5,
    stop,
  });
  return { code, text: lines.join("\n") };
}

/**
 * Goal: `check` hears what is there, and takes nothing from the gateway that will run.
 * Method: a serial device that keeps its samples and notes what it is told; a broker whose session for the gateway holds a message; after
 * the check the device was told nothing, and the gateway's session still brings its message.
 */
test.skipIf(mosquittoMissing() !== null)(
  "check hears every source and takes nothing from the gateway",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "coldkeep-check-"));
    const port = await freePort();
    const url = `mqtt://127.0.0.1:${port}`;
    const broker = await startMosquitto(folder, port);
    const message = (sequence: number): string =>
      JSON.stringify({ boot: 1, sequence, uptimeMs: 1_000, channels: { t: 5 } });
    const session = { clientId: "coldkeep-g-floor", clean: false };
    const gateway = await connectAsync(url, session);
    await gateway.subscribeAsync("coldkeep/v1/+/readings", { qos: 1 });
    await gateway.endAsync();
    const publisher = await connectAsync(url);
    await publisher.publishAsync(readingsTopic("ckt-mqtt"), message(0), { qos: 1 });
    const device = serialDevice("ckt-serial", () => 1_000);
    let sequence = 1;
    const timer = setInterval(() => {
      device.sample({ t: 4.2 });
      publisher.publish(readingsTopic("ckt-mqtt"), message(sequence++), { qos: 1 });
    }, 50);

    const { code, text } = await check(
      {
        gateway: "g",
        server: { url: `http://127.0.0.1:${await freePort()}` },
        data: join(folder, "data"),
        sources: [
          { kind: "serial", id: "line", path: device.line.path },
          { kind: "mqtt", id: "floor", url },
        ],
        probes: { "ckt-serial/t": "serial-probe", "ckt-mqtt/t": "mqtt-probe" },
      },
      folder,
      "60s",
    );
    clearInterval(timer);

    expect(text).toMatch(/ok +ckt-serial\/t +line +4\.2 .*probe serial-probe/);
    expect(text).toMatch(/ok +ckt-mqtt\/t +floor +5 .*probe mqtt-probe/);
    expect(text).toMatch(/LOOK +server +.*nothing listens there/);
    expect(text).toMatch(/1 to look at/);
    expect(code).toBe(1);
    expect([device.acknowledged(), device.requests]).toEqual([-1, []]);
    expect(readdirSync(folder).filter((name) => name === "data")).toEqual([]);

    const kept: string[] = [];
    await new Promise<void>((resolve) => {
      const again = connect(url, session);
      again.on("message", (_topic, payload) => {
        kept.push(payload.toString());
        if (kept.length === sequence) again.end(true, () => resolve());
      });
    });
    expect(kept).toEqual(Array.from({ length: sequence }, (_, n) => message(n)));
    await publisher.endAsync();
    device.line.close();
    await broker.end("SIGTERM");
    rmSync(folder, { recursive: true });
  },
);

test("of a line that another program has open check says so, and what the gateway hears if it is the one", async () => {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-check-"));
  const device = serialDevice("ckt-serial", () => 1_000);
  const taken = await new Promise<ReturnType<typeof openSerialLine>>((resolve) => {
    const line = openSerialLine(device.line.path, 9_600, {
      opened: () => resolve(line),
      data: () => {},
      closed: () => {},
    });
  });
  const status = await statusServer("127.0.0.1:0", () => ({
    gateway: "g",
    sources: [{ id: "line", kind: "serial", state: "open", trouble: null, lastHeardAt: null }],
    values: [{ source: "line", channel: "ckt-serial/t", value: 4.2, at: new Date().toISOString() }],
  }));
  const settings = {
    gateway: "g",
    server: { url: "http://127.0.0.1:9" },
    data: join(folder, "data"),
    health: { listen: status.address },
    sources: [{ kind: "serial", id: "line", path: device.line.path }],
    probes: { "ckt-serial/t": "serial-probe" },
  };
  const running = await check(settings, folder, "60s");
  expect(running.text).toMatch(/ok +line +serial +open, 1 channel heard/);
  expect(running.text).toMatch(/ok +ckt-serial\/t +line +4\.2 .*probe serial-probe/);
  const other = await check({ ...settings, gateway: "another" }, folder, "1s");
  expect(other.text).toMatch(/LOOK +line +serial +not open: .*another program has it open/);
  expect(other.text).toMatch(/LOOK +ckt-serial\/t +\? +no/);
  expect(other.code).toBe(1);
  await status.stop();
  taken.close("over");
  device.line.close();
  rmSync(folder, { recursive: true });
});

test("coldkeep-gateway ends with 2 on wrong arguments and settings, and says what was expected", () => {
  const run = (...args: string[]): { status: number; stderr: string } => {
    const command = new URL("../coldkeep-gateway.ts", import.meta.url).pathname;
    try {
      execFileSync(process.execPath, [command, ...args], { stdio: "pipe", encoding: "utf8" });
      return { status: 0, stderr: "" };
    } catch (error) {
      return error as { status: number; stderr: string };
    }
  };
  for (const args of [
    [],
    ["nonsense"],
    ["check"],
    ["check", "--nonsense"],
    ["check", "--config", "/nowhere.yaml"],
  ]) {
    const { status, stderr } = run(...args);
    expect([args, status]).toEqual([args, 2]);
    expect(stderr).toMatch(/^(arguments|settings)\.[a-z]+: ./);
  }
  expect(run("--help").status).toBe(0);
});
