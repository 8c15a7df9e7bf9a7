/**
 * Goal: whatever instruction the server is killed at, after the restart every reading that it acknowledged is there once, and every excursion, hold and
 * owed mail that follows from them exactly once. Method: the same batches go to an undisturbed server and to one that is killed 20 times at random
 * moments while the gateway's retries go on; both ends must be equal. The seed is printed; SEED=... replays it.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import fc from "fast-check";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ServerProcess, startServerProcess } from "./testing/server-process.ts";

const seed = Number(process.env["SEED"] ?? fc.sample(fc.nat(), 1)[0]);
const kills = 20;
const start = 1_795_305_600_000 - 400 * 24 * 60 * minuteMs;
/** Nothing here waits for the clock (the gaps and delays are years), so that two runs can be compared revision by revision. */
const site = `
site: mechelen
timeZone: Europe/Brussels
profiles:
  cells: { low: 2, high: 6, deadband: 0.3, maxGap: 3650d, excursionAfter: 10m, recoverAfter: 5m, unmonitoredAfter: 3650d, alarmDelay: 3650d }
appliances:
  - { id: fridge-1, name: Red cells 1, kind: refrigerator, profile: cells, probes: [ { id: p1 }, { id: p2 } ] }
  - { id: fridge-2, name: Red cells 2, kind: refrigerator, profile: cells, probes: [ { id: p3 }, { id: p4 } ] }
contacts:
  - { id: on-call, name: On call, email: on-call@example.org }
  - { id: second, name: Second, email: second@example.org }
`;

/** A small seeded generator (mulberry32). */
function generator(from: number): () => number {
  let state = from >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface WireReading {
  readonly probe: string;
  readonly at: string;
  readonly celsius: number;
}

/** A day of four probes with warm spells, partly shuffled, cut into batches. */
function batches(random: () => number): WireReading[][] {
  const readings: WireReading[] = [];
  for (const probe of ["p1", "p2", "p3", "p4"]) {
    let warmUntil = -1;
    for (let minute = 0; minute < 1_440; minute += 1) {
      if (random() < 0.01) warmUntil = minute + Math.floor(random() * 30);
      readings.push({
        probe,
        at: formatInstant(start + minute * minuteMs),
        celsius: minute < warmUntil ? 7.5 : 4,
      });
    }
  }
  readings.sort((a, b) => a.at.localeCompare(b.at));
  const shuffled = readings.map((reading, index) => ({ reading, key: index + random() * 200 }));
  const ordered = shuffled.sort((a, b) => a.key - b.key).map((each) => each.reading);
  return Array.from({ length: Math.ceil(ordered.length / 15) }, (_, index) =>
    ordered.slice(index * 15, index * 15 + 15),
  );
}

const received = new Map<string, Set<string>>();
const smtp = new SMTPServer({
  disabledCommands: ["AUTH", "STARTTLS"],
  onData: (stream, session, done) => {
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => {
      const text = Buffer.concat(chunks).toString("utf8");
      const from = session.envelope.mailFrom === false ? "" : session.envelope.mailFrom.address;
      const ids = received.get(from) ?? new Set();
      received.set(from, ids.add(/^X-Coldkeep-Notification: (.*)$/m.exec(text)?.[1] ?? text));
      done();
    });
  },
});
let smtpPort = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => smtp.listen(0, "127.0.0.1", resolve));
  const address = smtp.server.address();
  smtpPort = typeof address === "object" && address !== null ? address.port : 0;
});

afterAll(() => smtp.close());

const environment = (folder: string, name: string): Record<string, string> => ({
  COLDKEEP_DATA: join(folder, name),
  COLDKEEP_SITE: join(folder, "site.yaml"),
  COLDKEEP_API_TOKEN: "token",
  COLDKEEP_MAIL_HOST: "127.0.0.1",
  COLDKEEP_MAIL_PORT: String(smtpPort),
  COLDKEEP_MAIL_FROM: `${name}@example.org`,
  COLDKEEP_MAIL_SECURITY: "none",
});

async function call(url: string, method: string, path: string, body: unknown): Promise<number> {
  const headers = { authorization: "Bearer token", "content-type": "application/json" };
  const response = await fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) });
  await response.text();
  return response.status;
}

async function registerUnits(url: string): Promise<void> {
  for (let unit = 0; unit < 12; unit += 1) {
    const din = `A9999261000${String(unit).padStart(2, "0")}`;
    await call(url, "PUT", `/v1/units/${din}/E0398V00`, {});
    const appliance = unit % 2 === 0 ? "fridge-1" : "fridge-2";
    const at = formatInstant(start + unit * 60 * minuteMs);
    await call(url, "POST", "/v1/movements", {
      din,
      productCode: "E0398V00",
      at,
      appliance,
      reason: "stored",
    });
  }
}

/** What must be equal in the end; processing times are left out, they differ between runs. */
function ending(folder: string, name: string): Record<string, unknown> {
  const database = new DatabaseSync(join(folder, name, "records.sqlite"), { readOnly: true });
  const all = (sql: string): unknown[] => database.prepare(sql).all();
  const result = {
    readings: all(
      "SELECT id, at, value FROM readings JOIN probes ON probes.number = readings.probe ORDER BY id, at, value",
    ),
    batches: all("SELECT gateway, sequence, content_hash FROM batches ORDER BY gateway, sequence"),
    excursions: all(`SELECT id, status, "start", "end", figures, revision FROM excursions ORDER BY id`),
    revisions: all("SELECT excursion, revision, change, figures FROM revisions ORDER BY excursion, revision"),
    holds: all("SELECT unit, excursion, exposed FROM holds ORDER BY excursion, unit"),
    alarms: all(
      "SELECT kind, subject, phase, count(*) AS n FROM alarms GROUP BY kind, subject, phase ORDER BY kind, subject",
    ),
    owed: all(`SELECT alarms.kind, alarms.subject, contact, count(*) AS n FROM notifications JOIN alarms ON alarms.id = notifications.alarm
      GROUP BY alarms.kind, alarms.subject, contact ORDER BY alarms.subject, contact`),
    unsent: all("SELECT id FROM notifications WHERE sent_at IS NULL"),
    audit: all(
      "SELECT action, subject, count(*) AS n FROM audit WHERE action LIKE 'excursion%' GROUP BY action, subject ORDER BY action, subject",
    ),
  };
  const ids = all("SELECT id FROM notifications").map((row) => (row as { id: string }).id);
  database.close();
  expect(new Set(ids)).toEqual(received.get(`${name}@example.org`) ?? new Set());
  return result;
}

async function sendAll(
  list: readonly WireReading[][],
  post: (body: unknown) => Promise<void>,
): Promise<void> {
  for (const [index, readings] of list.entries()) await post({ gateway: "g", sequence: index + 1, readings });
}

async function drainMail(url: string): Promise<void> {
  for (;;) {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    if (/^coldkeep_notifications_owed 0$/m.test(metrics)) return;
    await pause(50);
  }
}

test(`killed ${kills} times under load, the server ends as if undisturbed (SEED=${seed})`, async () => {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-kill-"));
  writeFileSync(join(folder, "site.yaml"), site);
  const list = batches(generator(seed));

  const calm = await startServerProcess(environment(folder, "calm"));
  await registerUnits(calm.url);
  await sendAll(list, async (body) => expect(await call(calm.url, "POST", "/v1/batches", body)).toBe(200));
  await drainMail(calm.url);
  expect(await calm.stop()).toBe(0);

  const random = generator(seed + 1);
  let server: ServerProcess = await startServerProcess(environment(folder, "killed"));
  await registerUnits(server.url);
  let killed = 0;
  const killAndRestart = async (): Promise<void> => {
    await server.kill();
    killed += 1;
    server = await startServerProcess(environment(folder, "killed"));
  };
  const killEvery = Math.floor(list.length / (kills + 1));
  await sendAll(list, async (body) => {
    const { sequence } = body as { sequence: number };
    const isDoomed = sequence % killEvery === 0 && killed < kills;
    const posted = call(server.url, "POST", "/v1/batches", body).catch(() => null);
    if (isDoomed) {
      await pause(random() * 6);
      await killAndRestart();
    }
    if ((await posted) !== 200) expect(await call(server.url, "POST", "/v1/batches", body)).toBe(200);
  });
  await drainMail(server.url);
  expect(await server.stop()).toBe(0);
  expect(killed).toBe(kills);

  const undisturbed = ending(folder, "calm");
  expect(ending(folder, "killed")).toEqual(undisturbed);
  expect(undisturbed["readings"]).toHaveLength(4 * 1_440);
  expect((undisturbed["excursions"] as unknown[]).length).toBeGreaterThan(10);
  expect((undisturbed["owed"] as { n: number }[]).every((each) => each.n === 1)).toBe(true);
  expect(undisturbed["unsent"]).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});
