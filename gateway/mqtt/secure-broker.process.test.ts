import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readingsTopic } from "@coldkeep/core/mqtt/message.ts";
import { type Certificates, makeCertificates, opensslMissing } from "../rig/certificates.ts";
import { freePort, mosquittoMissing, type Started, startMosquitto } from "../rig/processes.ts";
import { sourceBench, type SourceBench } from "../rig/source-bench.ts";

const missing = mosquittoMissing() ?? opensslMissing();
const secret = "quite-secret-9341";

/** One broker: open to all, with TLS and passwords, with TLS and client certificates, and with a certificate that has expired. */
const ports = { plain: 0, passwords: 0, clients: 0, expired: 0 };
let folder: string;
let made: Certificates;
let broker: Started;
let device: MqttClient;

beforeAll(async () => {
  if (missing !== null) return;
  folder = mkdtempSync(join(tmpdir(), "coldkeep-tls-"));
  made = makeCertificates(folder);
  const passwords = join(folder, "passwords");
  execFileSync("mosquitto_passwd", ["-b", "-c", passwords, "gateway", secret], { stdio: "ignore" });
  execFileSync("chmod", ["644", passwords]);
  for (const name of ["plain", "passwords", "clients", "expired"] as const) ports[name] = await freePort();
  const tls = (port: number, pair: { cert: string; key: string }): string[] => [
    `listener ${port} 127.0.0.1`,
    `certfile ${pair.cert}`,
    `keyfile ${pair.key}`,
  ];
  broker = await startMosquitto(folder, ports.plain, [
    ...tls(ports.passwords, made.broker),
    "allow_anonymous false",
    `password_file ${passwords}`,
    ...tls(ports.clients, made.broker),
    `cafile ${made.ca}`,
    "require_certificate true",
    "allow_anonymous true",
    ...tls(ports.expired, made.expiredBroker),
    "allow_anonymous true",
  ]);
  device = await connectAsync(`mqtt://127.0.0.1:${ports.plain}`);
});

afterAll(async () => {
  if (missing !== null) return;
  await device.endAsync(true);
  await broker.end("SIGTERM");
  rmSync(folder, { recursive: true });
});

type Changes = Readonly<Record<string, string>>;

function bench(port: number, changes: Changes = {}): SourceBench {
  const source = { kind: "mqtt", id: "floor", url: `mqtts://127.0.0.1:${port}`, ca: made.ca, ...changes };
  return sourceBench({ sources: [source], probes: { "d/t": "p" } });
}

const publish = (sequence: number): Promise<unknown> =>
  device.publishAsync(
    readingsTopic("d"),
    JSON.stringify({ boot: 1, sequence, uptimeMs: sequence * 1_000, channels: { t: sequence } }),
    { qos: 1 },
  );

const celsius = (on: SourceBench): unknown[] =>
  on.entries.map((entry) => ("celsius" in entry ? entry.celsius : null));

describe.skipIf(missing !== null)("a broker with TLS", () => {
  test("is read with user name and password, and keeps the session for the time that we are away", async () => {
    const login = { username: "gateway", password: secret, clientId: "with-password" };
    const first = bench(ports.passwords, login);
    first.start();
    await first.open();
    await publish(1);
    await first.bell.until(() => first.entries.length === 1);
    await first.stop();
    await publish(2);
    const second = bench(ports.passwords, login);
    second.start();
    await second.bell.until(() => celsius(second).includes(2));
    await publish(3);
    await second.bell.until(() => celsius(second).includes(3));
    // Whether the PUBACK of the first had left before the connection was cut is not ours to say.
    expect(celsius(second).filter((value) => value !== 1)).toEqual([2, 3]);
    expect([...first.logged, ...second.logged].filter((line) => line.includes(secret))).toEqual([]);
    await second.stop();
  });

  test("is read with a client certificate", async () => {
    const on = bench(ports.clients, made.client as unknown as Changes);
    on.start();
    await on.open();
    await publish(4);
    await on.bell.until(() => on.entries.length === 1);
    expect(celsius(on)).toEqual([4]);
    await on.stop();
  });

  test.each<[string, () => [number, Changes], RegExp]>([
    [
      "a wrong password",
      () => [ports.passwords, { username: "gateway", password: `${secret}!` }],
      /check username and password/,
    ],
    ["no password", () => [ports.passwords, {}], /check username and password/],
    ["an authority that we do not trust", () => [ports.passwords, { ca: made.stranger.cert }], /in ca /],
    ["an expired certificate of the broker", () => [ports.expired, {}], /certificate has expired/],
    [
      "another name in the broker's certificate",
      () => [ports.passwords, { url: `mqtts://localhost:${ports.passwords}` }],
      /for another name/,
    ],
    ["no client certificate", () => [ports.clients, {}], /asks for a client certificate/],
    [
      "an expired client certificate",
      () => [ports.clients, made.expiredClient as unknown as Changes],
      /our client certificate expired/,
    ],
    [
      "a client certificate of a stranger",
      () => [ports.clients, made.stranger as unknown as Changes],
      /does not trust our client certificate/,
    ],
    [
      "a key that belongs to another certificate",
      () => [ports.clients, { cert: made.client.cert, key: made.broker.key }],
      /do not belong together/,
    ],
    [
      "a file that is not there",
      () => [ports.clients, { ca: join(folder, "gone.crt") }],
      /gone\.crt.*ENOENT/,
    ],
    [
      "a file that is no PEM",
      () => [ports.clients, { ...made.client, key: join(folder, "passwords") }],
      /no PEM/,
    ],
    ["a port without TLS", () => [ports.plain, {}], /mqtts for a port with TLS|no TLS on this port/],
  ])("%s is told in the log with what to do, and tried again", async (_name, settings, told) => {
    const [port, changes] = settings();
    const on = bench(port, changes);
    on.start();
    await on.bell.until(() => on.counters.of("source.closed") >= 2);
    expect(on.logged.join("\n")).toMatch(told);
    expect(on.logged.length).toBe(1);
    expect(on.logged.filter((line) => line.includes(secret))).toEqual([]);
    await on.stop();
  });
});
