import { mkdtempSync, rmSync, symlinkSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { type Gateway, startGateway } from "../app.ts";
import { silentLog } from "../health/log.ts";
import { ptyLine } from "../rig/pty-line.ts";
import { serialDevice } from "../rig/serial-device.ts";
import { wakeBell } from "../rig/wake-bell.ts";
import { parseSettings } from "../settings/settings.ts";
import { type StubServer, stubServer } from "../uplink/stub-server.ts";

let ending: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ending.reverse()) await end();
  ending = [];
});

async function world(paths: Record<string, string>, more: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-serial-"));
  ending.push(() => rmSync(folder, { recursive: true }));
  const bell = wakeBell();
  // A line that fails again for the same reason is counted and not logged: nobody else rings for that.
  const heartbeat = setInterval(bell.ring, 50);
  ending.push(() => clearInterval(heartbeat));
  const server: StubServer = await stubServer(() => {
    setImmediate(bell.ring);
    return null;
  });
  ending.push(server.stop);
  const settings = parseSettings(
    JSON.stringify({
      gateway: "g",
      server: { url: server.url },
      data: join(folder, "data"),
      sources: Object.entries(paths).map(([id, path]) => ({ kind: "serial", id, path })),
      probes: { "ckt-a/t": "a", "ckt-b/t": "b" },
      linger: "0ms",
      resendTimeout: "200ms",
      pauseMax: "100ms",
      ...more,
    }),
    "test",
  );
  const start = async (): Promise<Gateway> => {
    const log = { ...silentLog, info: bell.ring, warn: bell.ring };
    const gateway = await startGateway({ settings, clock: systemClock, random: () => 0.5, log });
    await bell.until(() => gateway.counters.of("source.opened") > 0);
    return gateway;
  };
  const sequencesOf = (probe: string): number[] =>
    server
      .readings()
      .flatMap((one) => (one.probe === probe && "celsius" in one ? [Math.round(one.celsius * 100)] : []));
  return { folder, bell, server, start, sequencesOf };
}

const values = (sequence: number): { t: number } => ({ t: sequence / 100 });
const sorted = (numbers: number[]): number[] => numbers.toSorted((a, b) => a - b);

describe("a serial line on a real pseudo-terminal", () => {
  test("what a device took while the gateway was away is asked for, stored with its own time, and acknowledged", async () => {
    let uptimeMs = 0;
    let ring: () => void = () => {};
    const device = serialDevice(
      "ckt-a",
      () => (uptimeMs += 1_000),
      () => ring(),
    );
    const { bell, server, start, sequencesOf } = await world({ line: device.line.path });
    ring = bell.ring;
    for (let n = 0; n < 300; n += 1) device.sample(values(n), false);
    const first = await start();
    device.sample(values(300));
    await bell.until(() => device.acknowledged() === 300 && sequencesOf("a").length === 301);
    await first.stop();
    for (let n = 301; n < 310; n += 1) device.sample(values(n), false);
    const second = await start();
    ending.push(second.stop, device.line.close);
    await bell.until(() => device.acknowledged() === 309 && sequencesOf("a").length === 310);
    expect(device.requests.map(({ first: from, last }) => [from, last])).toEqual([
      [44, 299],
      [0, 43],
      [301, 556],
    ]);
    expect(sorted(sequencesOf("a"))).toEqual(Array.from({ length: 310 }, (_, n) => n));
    const times = server
      .readings()
      .map((one) => [one, Temporal.Instant.from(one.at).epochMilliseconds] as const);
    const zeros = new Set(
      times.map(([one, at]) => at - Math.round(("celsius" in one ? one.celsius : 0) * 100) * 1_000),
    );
    expect(zeros.size).toBe(1);
  });

  test("commits that wait longer than a resend may be silent bring no second request and no loss", async () => {
    let uptimeMs = 0;
    let ring: () => void = () => {};
    const device = serialDevice(
      "ckt-a",
      () => (uptimeMs += 1_000),
      () => ring(),
    );
    const { bell, start, sequencesOf } = await world({ line: device.line.path }, { commitWithin: "1s" });
    ring = bell.ring;
    for (let n = 0; n < 20; n += 1) device.sample(values(n), false);
    const gateway = await start();
    ending.push(gateway.stop, device.line.close);
    device.sample(values(20));
    await bell.until(() => device.acknowledged() === 20 && sequencesOf("a").length === 21);
    expect(device.requests).toEqual([{ first: 0, last: 19 }]);
    expect(gateway.counters.of("sample.lost")).toBe(0);
  });

  test("garbage, cut lines and echoes cost only themselves", async () => {
    let ring: () => void = () => {};
    const device = serialDevice(
      "ckt-a",
      () => 0,
      () => ring(),
    );
    const { bell, start, sequencesOf } = await world({ line: device.line.path });
    ring = bell.ring;
    const gateway = await start();
    ending.push(gateway.stop, device.line.close);
    device.line.write("\u0000\u00ff~~~\r\n$CKT,ckt-a,1,0,0,t=9\r\n$CKT,ckt-a,1,7,");
    device.sample(values(0));
    device.line.write("$CKA,ckt-a,1,0*0000\r\n");
    device.line.write(`${"x".repeat(3_000)}\r\n`);
    device.sample(values(1));
    await bell.until(() => device.acknowledged() === 1 && sequencesOf("a").length === 2);
    expect(sequencesOf("a")).toEqual([0, 1]);
    const { counters } = gateway;
    const seen = ["serial.no-start", "serial.no-crc", "serial.crc-wrong", "serial.too-long"].map((code) =>
      counters.of(code),
    );
    expect(seen).toEqual([1, 2, 1, 1]);
  });

  test("a line that is missing and one that hangs do not hold up another", async () => {
    let ring: () => void = () => {};
    // Its far end takes nothing and says nothing that ends.
    const hung = ptyLine(() => {});
    const device = serialDevice(
      "ckt-b",
      () => 0,
      () => ring(),
    );
    const { bell, start, sequencesOf } = await world({
      missing: "/dev/coldkeep-there-is-no-such-line",
      "not-a-line": "/dev/null",
      hung: hung.path,
      good: device.line.path,
    });
    ring = bell.ring;
    const gateway = await start();
    ending.push(gateway.stop, device.line.close, hung.close);
    await bell.until(() => gateway.counters.of("source.opened", "good") === 1);
    hung.write("$CKT,".repeat(300));
    device.sample(values(0));
    await bell.until(() => device.acknowledged() === 0 && sequencesOf("b").length === 1);
    await bell.until(() => gateway.counters.of("source.closed", "missing") > 1);
    expect(gateway.counters.of("source.closed", "good")).toBe(0);
  });

  test("a path that leads to another device is followed, also when the old one still hangs there", async () => {
    let ring: () => void = () => {};
    const before = serialDevice(
      "ckt-a",
      () => 0,
      () => ring(),
    );
    const after = serialDevice(
      "ckt-b",
      () => 0,
      () => ring(),
    );
    const links = mkdtempSync(join(tmpdir(), "coldkeep-link-"));
    ending.push(() => rmSync(links, { recursive: true }));
    const path = join(links, "by-id");
    symlinkSync(before.line.path, path);
    const { bell, start, sequencesOf } = await world({ line: path });
    ring = bell.ring;
    const gateway = await start();
    ending.push(gateway.stop, before.line.close, after.line.close);
    before.sample(values(0));
    await bell.until(() => sequencesOf("a").length === 1);
    unlinkSync(path);
    symlinkSync(after.line.path, path);
    await bell.until(() => gateway.counters.of("source.opened") === 2);
    after.sample(values(0));
    await bell.until(() => sequencesOf("b").length === 1);
    expect(gateway.counters.of("source.closed")).toBe(1);
  });

  test("a plug that is pulled and put back is nothing but a hole that gets filled", async () => {
    let ring: () => void = () => {};
    const links = mkdtempSync(join(tmpdir(), "coldkeep-link-"));
    ending.push(() => rmSync(links, { recursive: true }));
    const path = join(links, "by-id");
    const before = serialDevice(
      "ckt-a",
      () => 0,
      () => ring(),
    );
    symlinkSync(before.line.path, path);
    const { bell, start, sequencesOf } = await world({ line: path });
    ring = bell.ring;
    const gateway = await start();
    before.sample(values(0));
    await bell.until(() => before.acknowledged() === 0);
    before.line.close();
    await bell.until(() => gateway.counters.of("source.closed") > 0);
    const again = serialDevice(
      "ckt-a",
      () => 0,
      () => ring(),
    );
    ending.push(gateway.stop, again.line.close);
    for (let n = 0; n < 5; n += 1) again.sample(values(n), false);
    unlinkSync(path);
    symlinkSync(again.line.path, path);
    await bell.until(() => again.acknowledged() === 4 && sequencesOf("a").length === 5);
    expect(sorted(sequencesOf("a"))).toEqual([0, 1, 2, 3, 4]);
  });
});
