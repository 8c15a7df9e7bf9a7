/** Five hundred probes at once: three calls at the most, five hundred records (rivals.md, feature 16). */
import { afterEach, expect, test } from "vitest";
import { formatInstant, minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { exampleProfile, type TestServer, testServer, testStart } from "../testing/test-server.ts";

const probes = 500;
let running: TestServer | null = null;
afterEach(async () => {
  await running?.stop();
  running = null;
});

/** A site of one probe per appliance, in ten rooms, on twenty circuits. */
function bigSite(profile = exampleProfile): string {
  const appliances = Array.from({ length: probes }, (_, index) => ({
    id: `fridge-${index}`,
    name: `Refrigerator ${index}`,
    kind: "refrigerator",
    profile: "cells",
    room: `room-${index % 10}`,
    circuit: `circuit-${index % 20}`,
    probes: [{ id: `p${index}` }],
  }));
  return `
site: mechelen
timeZone: Europe/Brussels
profiles: { cells: ${profile} }
appliances: ${JSON.stringify(appliances)}
contacts: [ { id: on-call, name: On call, email: on-call@example.org } ]
`;
}

const all = Array.from({ length: probes }, (_, index) => index);
let sequence = 0;

async function send(
  server: TestServer,
  gateway: string,
  list: readonly number[],
  celsius: number | null,
  events: readonly unknown[] = [],
  at = server.clock.epochMs(),
): Promise<unknown> {
  sequence += 1;
  const readings =
    celsius === null ? [] : list.map((index) => ({ probe: `p${index}`, at: formatInstant(at), celsius }));
  const answer = await server.call("POST", "/v1/batches", {
    gateway,
    sequence,
    readings,
    ...(events.length === 0 ? {} : { events }),
  });
  expect(answer.status).toBe(200);
  return answer.json;
}

interface Row {
  readonly subject: string;
  readonly body: string;
}

function messages(server: TestServer): Row[] {
  const rows = server.server.services.database
    .prepare("SELECT subject, body FROM notifications ORDER BY owed_at, id")
    .all();
  return rows as unknown as Row[];
}

function records(server: TestServer, kind: string): number {
  const row = server.server.services.database
    .prepare("SELECT count(*) AS n FROM alarms WHERE kind = ?")
    .get(kind);
  return Number(row?.["n"]);
}

function lateOf(server: TestServer, index: number): string {
  const row = server.server.services.database
    .prepare("SELECT id FROM excursions WHERE probe = ?")
    .get(`p${index}`);
  return String(row?.["id"]);
}

function pass(server: TestServer, seconds: number): void {
  for (let second = 0; second < seconds; second += 1) {
    server.clock.advance(secondMs);
    server.server.ticker.tick();
  }
}

function expectFew(server: TestServer): Row[] {
  const told = messages(server);
  expect(told.length).toBeGreaterThan(0);
  expect(told.length).toBeLessThanOrEqual(3);
  for (const { subject } of told) expect(subject.length).toBeLessThanOrEqual(70);
  return told;
}

const powerLost = (index: number, at: number) => ({
  subject: `fridge-${index}`,
  kind: "power",
  active: true,
  at: formatInstant(at),
});

test("power lost on one circuit, told one by one, is two calls that name the circuit, all appliances and units", async () => {
  running = await testServer({ site: bigSite().replaceAll(/circuit-\d+/g, "north") });
  await running.call("PUT", "/v1/units/A999926000001/E0398V00", {});
  await running.call("POST", "/v1/movements", {
    din: "A999926000001",
    productCode: "E0398V00",
    at: formatInstant(testStart),
    appliance: "fridge-3",
    reason: "stored",
  });
  for (const index of all) {
    running.clock.advance(10);
    await send(running, "g1", [], null, [powerLost(index, running.clock.epochMs())]);
  }
  pass(running, 60);
  const told = expectFew(running);
  expect(told.map(({ subject }) => subject.replace(/ since.*/, ""))).toEqual([
    "Alarm: Refrigerator 0: power lost",
    "Alarm: power lost on circuit north, 499 appliances, 1 unit",
  ]);
  for (const index of all.slice(1)) expect(told[1]?.body).toContain(`- Refrigerator ${index} (`);
  expect(records(running, "power")).toBe(probes);
});

test("a whole site without power, in one batch, is one call", async () => {
  running = await testServer({ site: bigSite() });
  await send(
    running,
    "g1",
    [],
    null,
    all.map((index) => powerLost(index, testStart)),
  );
  pass(running, 120);
  expect(expectFew(running).map(({ subject }) => subject)).toEqual([
    "Alarm: power lost at mechelen, 500 appliances, 0 units",
  ]);
  expect(records(running, "power")).toBe(probes);
});

test("a gateway that falls silent stands for its probes: one call, each silence with its record, also when it comes back", async () => {
  running = await testServer({ site: bigSite() });
  for (let minute = 0; minute < 3; minute += 1) {
    await send(running, "g1", all, 4);
    pass(running, 60);
  }
  pass(running, 15 * 60);
  expect(expectFew(running)[0]?.subject).toContain("Gateway g1: sends nothing");
  expect(records(running, "probe-silent")).toBe(probes);
  const before = messages(running).length;
  for (const part of [0, 1, 2, 3, 4]) {
    await send(
      running,
      "g1",
      all.filter((index) => index % 5 === part),
      4,
    );
    pass(running, 5);
  }
  pass(running, 120);
  expect(messages(running).length - before).toBeLessThanOrEqual(1);
  expect(running.server.services.alarms.underWay().map(({ kind }) => kind)).toEqual(["gateway-silent"]);
});

test("probes that fall silent within a minute behind a gateway that goes on are three calls at most", async () => {
  running = await testServer({ site: bigSite(exampleProfile.replace("alarmDelay: 5m", "alarmDelay: 1m")) });
  for (const index of all) {
    running.clock.advance(120);
    await send(running, "g1", [index], 4);
  }
  for (let minute = 0; minute < 8; minute += 1) {
    pass(running, 60);
    await send(running, "g1", [], null);
  }
  const told = expectFew(running);
  expect(told.at(-1)?.subject).toMatch(
    /^Alarm: nothing heard behind gateway g1, \d+ appliances, \d+ min left$/,
  );
  expect(records(running, "probe-silent")).toBe(probes);
});

test("a whole site that falls silent, ten gateways within half a minute, is three calls at most", async () => {
  running = await testServer({ site: bigSite() });
  for (let gateway = 0; gateway < 10; gateway += 1) {
    await send(
      running,
      `g${gateway}`,
      all.filter((index) => index % 10 === gateway),
      4,
    );
    running.clock.advance(3 * secondMs);
  }
  pass(running, 13 * 60);
  const told = expectFew(running);
  expect(told.at(-1)?.subject).toContain("gateway silent at mechelen");
  expect(records(running, "gateway-silent")).toBe(10);
  expect(records(running, "probe-silent")).toBe(probes);
});

test("excursions of five hundred probes delivered late are three calls at most", async () => {
  running = await testServer({ site: bigSite(), start: testStart + 120 * minuteMs });
  for (let minute = 0; minute < 40; minute += 1) {
    const celsius = minute >= 5 && minute < 25 ? 8 : 4;
    await send(running, "g1", all, celsius, [], testStart + minute * minuteMs);
    pass(running, 1);
  }
  expect(records(running, "late-excursion")).toBe(probes);
  pass(running, 120);
  expect(expectFew(running)[0]?.subject).toBe(
    "Alarm: late excursions behind gateway g1, 500 appliances, 0 units",
  );
  const page = await running.call("GET", `/excursions/${lateOf(running, 7)}`);
  expect(page.text).toContain("late excursions behind gateway g1");
}, 120_000);

test("a critical temperature in a flood is named and told within ten seconds", async () => {
  running = await testServer({ site: bigSite() });
  await send(running, "g1", all, 4);
  await send(
    running,
    "g1",
    [],
    null,
    all.map((index) => powerLost(index, testStart)),
  );
  running.clock.advance(2 * secondMs);
  await send(running, "g1", [7, 8], 13);
  running.clock.advance(secondMs);
  await send(running, "g1", [9], 13);
  pass(running, 10);
  const told = expectFew(running);
  expect(told[1]?.subject).toMatch(/^CRITICAL \(3\): too warm at mechelen, 3 appliances, 0 units$/);
  expect(told[1]?.body).toContain("CRITICAL: Refrigerator 9: 13.0 °C above 6.0 °C");
});

test("a lone temperature alarm is called at once", async () => {
  running = await testServer({ site: bigSite() });
  for (let minute = 0; minute <= 5; minute += 1) {
    await send(running, "g1", [3], 8);
    if (minute < 5) running.clock.advance(minuteMs);
  }
  expect(messages(running).map(({ subject }) => subject.replace(/ since.*/, ""))).toEqual([
    "Alarm: Refrigerator 3: 8.0 °C above 6.0 °C",
  ]);
});
