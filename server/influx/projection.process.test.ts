/**
 * Goal: what InfluxDB holds is what the journal says, whatever InfluxDB does in between, and alarms do not wait for it. Method: a whole server under a virtual clock
 * projects into a real engine; the relay before it plays what an engine does only when it is ill.
 */
import { setImmediate as turn, setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { influxSchema, type Measurement } from "@coldkeep/core/history/influx-schema.ts";
import type { Reading } from "@coldkeep/core/readings/reading.ts";
import { hourMs, minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import {
  isInfluxMissing,
  isInfluxOurs,
  type InfluxEngine,
  influxTotals,
  startInfluxEngine,
} from "../testing/influx-engine.ts";
import { type TestServer, testServer, testStart } from "../testing/test-server.ts";
import { openInflux, type Series } from "./influx-port.ts";
import type { InfluxSettings } from "./influx-settings.ts";

let engine: InfluxEngine;

beforeAll(async () => {
  if (isInfluxMissing) return;
  engine = await startInfluxEngine();
});

afterAll(() => (isInfluxMissing ? undefined : engine.stop()));

/** Lets the virtual time run, a second for each look, until something is so; the work in between is real. */
async function until(server: TestServer, isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) {
    server.clock.advance(secondMs);
    await pause(2);
  }
}

const isCaughtUp = (server: TestServer) => () => server.server.influx?.lag().entries === 0;

/** Starts the projection without a socket of our own. */
function started(server: TestServer): TestServer {
  server.server.influx?.start();
  return server;
}

async function ask(settings: InfluxSettings, query: string): Promise<readonly Series[]> {
  const outcome = await openInflux(settings).query(query);
  if (!outcome.ok) throw new RangeError(outcome.fault.reason);
  return outcome.series;
}

/** The rows of an answer as objects. */
async function rowsOf(settings: InfluxSettings, query: string): Promise<Record<string, unknown>[]> {
  return (await ask(settings, query)).flatMap(({ columns, values }) =>
    values.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index]]))),
  );
}

/** An hour of a probe that is warm from minute 10 to 40. */
function warmHour(): Reading[] {
  return Array.from({ length: 60 }, (_, minute) => ({
    at: testStart + minute * minuteMs,
    celsius: minute >= 10 && minute < 40 ? 7.5 : 4.125,
  }));
}

async function postAsItComes(server: TestServer, probe: string, readings: readonly Reading[]): Promise<void> {
  for (const reading of readings) {
    const wait = reading.at - server.clock.epochMs();
    if (wait > 0) server.clock.advance(wait);
    server.server.ticker.tick();
    expect(await server.post(probe, [reading])).toMatchObject({ status: 200 });
  }
}

test.skipIf(isInfluxMissing)(
  "readings, excursions, holds, alarms and calls stand in InfluxDB as in the journal, once, also after repeats",
  async () => {
    const settings = await engine.settings("events");
    const server = started(await testServer({ influx: settings }));
    const unit = { din: "A999926100001", productCode: "E0398V00" };
    await server.call("PUT", `/v1/units/${unit.din}/${unit.productCode}`, {});
    const movement = { ...unit, at: "2026-11-21T23:00:00Z", appliance: "fridge-1", reason: "stored" };
    await server.call("POST", "/v1/movements", movement);
    const hour = warmHour();
    await postAsItComes(server, "p1", hour);
    await server.post("p1", [...hour.slice(5), { at: testStart + minuteMs, fault: "open" }]);
    await server.post("p1", [{ at: testStart + minuteMs, fault: "short" }]);
    await server.post("nobody", [{ at: testStart, celsius: 4 }]);
    const by = { by: "A. Nurse", reason: "checked" };
    await server.call("POST", `/v1/units/${unit.din}/${unit.productCode}/disposition`, {
      decision: "release",
      ...by,
    });
    await until(server, isCaughtUp(server));

    const readings = await rowsOf(settings, "SELECT * FROM readings");
    expect(readings).toHaveLength(61);
    expect(readings[0]).toMatchObject({
      site: "mechelen",
      appliance: "fridge-1",
      probe: "p1",
      channel: "p1",
    });
    expect(readings.filter((row) => row["fault"] !== null)).toMatchObject([{ fault: "open", celsius: null }]);
    expect(await influxTotals(settings)).toEqual(new Map([["p1", [60, 30 * 7.5 + 30 * 4.125]]]));

    const { database } = server.server.services;
    const revisions = database
      .prepare("SELECT excursion, revision, change, status FROM revisions ORDER BY known_at, revision")
      .all();
    const excursions = await rowsOf(settings, "SELECT * FROM excursions");
    expect(
      excursions.map(({ id, revision, change, status }) => ({ excursion: id, revision, change, status })),
    ).toEqual(revisions);
    expect(excursions.at(-1)).toMatchObject({
      side: "high",
      units_held: 1,
      extreme_celsius: 7.5,
      critical: false,
    });

    const events = database.prepare("SELECT alarm AS id, event FROM alarm_events ORDER BY number").all();
    const alarms = await rowsOf(settings, "SELECT * FROM alarms");
    expect(alarms.map(({ id, event }) => ({ id, event }))).toEqual(events);
    const raised = { event: "raised", phase: "unacknowledged", severity: "warning", appliance: "fridge-1" };
    expect(alarms.find(({ kind }) => kind === "temperature-high")).toMatchObject(raised);

    const holds = await rowsOf(settings, "SELECT * FROM holds");
    expect(holds[0]).toMatchObject({ appliance: "fridge-1", held: 1, event: "held" });
    expect(holds.at(-1)).toMatchObject({ held: 0, event: "released" });
    expect(
      await rowsOf(settings, "SELECT * FROM calls WHERE outcome = 'owed' AND appliance = 'fridge-1'"),
    ).not.toEqual([]);
    expect(await rowsOf(settings, "SELECT * FROM gateways")).toHaveLength(62);

    // The same entries once more: not one point more, not one changed. Time goes on meanwhile, and with it what is told of alarms.
    const all = async (): Promise<string[][]> =>
      Promise.all(
        ["readings", "excursions", "holds", "gateways", "alarms", "calls"].map(async (name) =>
          (await rowsOf(settings, `SELECT * FROM ${name}`)).map((row) => JSON.stringify(row)),
        ),
      );
    const before = await all();
    database.prepare("UPDATE projection_cursors SET seq = 0").run();
    const again = started(await server.restart());
    await until(again, isCaughtUp(again));
    const after = await all();
    expect(after.slice(0, 4)).toEqual(before.slice(0, 4));
    for (const [index, lines] of before.entries())
      expect(after[index]).toEqual(expect.arrayContaining(lines));
    await again.stop();
  },
);

test.runIf(isInfluxOurs)(
  "one line that InfluxDB refuses is set aside with its reason; all others arrive, and history answers from the records where it lies",
  async () => {
    const settings = await engine.settings("refusal");
    const ours = openInflux(settings);
    expect((await ours.command('CREATE DATABASE "refusal"')).ok).toBe(true);
    // A channel whose field is of another type for this shard: the very fault that a second writer causes.
    const head = "readings,appliance=fridge-1,channel=p1,probe=p1,site=mechelen";
    expect(await ours.write([`${head} fault=1i ${testStart}000001`])).toEqual({ ok: true });
    const server = started(await testServer({ influx: settings, hotMs: 0 }));
    const good = (at: number): Reading => ({ at: testStart + at * minuteMs, celsius: 4 });
    await server.post("p1", [{ at: testStart, fault: "open" }, good(1), good(2)]);
    await server.post("p2", [0, 1, 2, 3].map(good));
    await until(server, isCaughtUp(server));
    const { database, metrics } = server.server.services;
    const asides = database.prepare("SELECT line, reason FROM projection_asides").all();
    expect(asides).toHaveLength(1);
    expect(asides[0]).toMatchObject({
      line: expect.stringContaining("channel=p1"),
      reason: expect.stringContaining("type conflict"),
    });
    expect(
      await rowsOf(settings, "SELECT count(celsius) AS n FROM readings WHERE channel = 'p2'"),
    ).toMatchObject([{ n: 4 }]);
    expect(
      await rowsOf(settings, "SELECT count(celsius) AS n FROM readings WHERE channel = 'p1'"),
    ).toMatchObject([{ n: 2 }]);
    expect(await metrics.render()).toMatch(/^coldkeep_projection_asides 1$/m);
    server.clock.advance(hourMs);
    const history = await server.call(
      "GET",
      "/v1/probes/p1/readings?from=2026-11-21T00:00:00Z&to=2026-11-23T00:00:00Z",
    );
    expect(history.json).toMatchObject({ total: 3 });
    await server.stop();
  },
);

test.runIf(isInfluxOurs)(
  "denied, full, busy and ill are told apart; nothing is lost or set aside, and it goes on by itself",
  async () => {
    const settings = await engine.settings("faults");
    const server = started(await testServer({ influx: settings }));
    const { relay } = engine;
    if (relay === null) throw new RangeError("no relay");
    const status = () => server.server.influx?.projection.status();
    const answers = [
      ["denied", 401, '{"error":"authorization failed"}'],
      ["full", 500, '{"error":"write failed: no space left on device"}'],
      ["busy", 429, "{}"],
      ["unreachable", 503, '{"error":"timeout"}'],
      ["missing", 404, '{"error":"database not found: \\"faults\\""}'],
      ["content", 400, '{"error":"unable to parse everything"}'],
    ] as const;
    let minute = 0;
    for (const [kind, code, body] of answers) {
      relay.answer = (path) => (path.startsWith("/write") ? { status: code, body } : null);
      const many = Array.from({ length: 300 }, () => (minute += 1));
      await server.post(
        "p1",
        many.map((each) => ({ at: testStart - each * minuteMs, celsius: 4.0625 })),
      );
      await until(server, () => (status()?.faults[kind] ?? 0) >= 2);
      expect(status()?.fault?.kind).toBe(kind);
      relay.answer = null;
      await until(server, isCaughtUp(server));
      expect(status()?.fault).toBeNull();
    }
    expect(status()?.asides).toBe(0);
    expect(await influxTotals(settings)).toEqual(new Map([["p1", [1_800, 1_800 * 4.0625]]]));
    await server.stop();
  },
);

test.runIf(isInfluxOurs)(
  "InfluxDB away for a day: alarms, excursions and mails are those of a server without it, at the same times; then all is caught up",
  async () => {
    const settings = await engine.settings("away");
    const server = started(await testServer({ influx: settings, hotMs: 0 }));
    const plain = await testServer();
    await server.post("p1", [{ at: testStart, celsius: 4 }]);
    await plain.post("p1", [{ at: testStart, celsius: 4 }]);
    await until(server, isCaughtUp(server));
    plain.clock.advance(server.clock.epochMs() - plain.clock.epochMs());
    await engine.kill?.();
    const from = server.clock.epochMs();
    for (let minute = 1; minute <= 24 * 60; minute += 1) {
      const celsius = minute % 300 > 250 ? 7.5 : 4.0625;
      for (const each of [server, plain]) {
        each.clock.advance(from + minute * minuteMs - each.clock.epochMs());
        each.server.ticker.tick();
        for (const probe of ["p1", "p2"])
          expect(await each.post(probe, [{ at: from + minute * minuteMs, celsius }])).toMatchObject({
            status: 200,
          });
      }
      await turn();
    }
    const facts = ({ server: { services }, mails }: TestServer) => ({
      revisions: services.database
        .prepare("SELECT excursion, revision, known_at, figures FROM revisions ORDER BY 1, 2")
        .all(),
      alarms: services.database
        .prepare(
          "SELECT alarm, alarm_events.at, event FROM alarm_events JOIN alarms ON alarms.id = alarm WHERE kind <> 'projection-behind' ORDER BY 1, 2, 3",
        )
        .all(),
      mails: mails.filter((mail) => !mail.text.includes("InfluxDB")).map((mail) => mail.to).length,
    });
    const expected = facts(plain);
    expect(facts(server)).toEqual(expected);
    expect(expected.revisions.length).toBeGreaterThan(10);
    const behind = () =>
      server.server.services.alarms.underWay().filter((alarm) => alarm.kind === "projection-behind");
    expect(behind()).toMatchObject([
      { state: { condition: true }, text: expect.stringContaining("unreachable") },
    ]);
    const path = `/v1/probes/p1/readings?from=2026-11-22T00:00:00Z&to=2026-11-24T00:00:00Z`;
    const during = await server.call("GET", path);
    expect(during.json).toEqual((await plain.call("GET", path)).json);

    await engine.restart?.();
    await until(server, isCaughtUp(server));
    await until(server, () => behind().every((alarm) => !alarm.state.condition));
    expect(await influxTotals(settings)).toEqual(
      new Map(
        server.server.services.database
          .prepare(
            "SELECT id, count(*) AS n, sum(value) AS total FROM readings JOIN probes ON number = probe GROUP BY id",
          )
          .all()
          .map((row) => [String(row["id"]), [Number(row["n"]), Number(row["total"])]]),
      ),
    );
    server.clock.advance(hourMs);
    expect((await server.call("GET", path)).json).toEqual(during.json);
    expect(server.server.services.isHistoryFallenBack()).toBe(false);
    await server.stop();
    await plain.stop();
  },
);

test.runIf(isInfluxOurs)("a database that was lost is written anew from the first entry", async () => {
  const settings = await engine.settings("lost");
  const server = started(await testServer({ influx: settings }));
  await server.post(
    "p1",
    warmHour().map((each) => ({ ...each, at: each.at - hourMs })),
  );
  await until(server, isCaughtUp(server));
  expect((await openInflux(settings).command('DROP DATABASE "lost"')).ok).toBe(true);
  await server.post("p2", [{ at: testStart, celsius: 5 }]);
  await until(server, isCaughtUp(server));
  expect(await influxTotals(settings)).toEqual(
    new Map([
      ["p1", [60, 30 * 7.5 + 30 * 4.125]],
      ["p2", [1, 5]],
    ]),
  );
  await server.stop();
});

test.skipIf(isInfluxMissing)(
  "coverage by the hour, states, messages handed over and the platform's figures come by themselves; what changes later is a new revision",
  async () => {
    const settings = await engine.settings("moments");
    const server = started(await testServer({ influx: settings }));
    server.server.ticker.start();
    const minutes = (from: number, to: number, celsius: number): Reading[] =>
      Array.from({ length: to - from }, (_, index) => ({
        at: testStart + (from + index) * minuteMs,
        celsius,
      }));
    await postAsItComes(
      server,
      "p1",
      minutes(0, 60, 4).filter((_, index) => index < 20 || index > 40),
    );
    await postAsItComes(server, "p1", minutes(60, 62, 4));
    const hour = "SELECT * FROM coverage WHERE time >= 1795305600s AND time < 1795309200s";
    const first = {
      probe: "p1",
      appliance: "fridge-1",
      revision: 1,
      in_ms: 38 * minuteMs,
      unknown_ms: 22 * minuteMs,
    };
    await until(server, async () => (await rowsOf(settings, hour)).length > 0);
    expect(await rowsOf(settings, hour)).toMatchObject([first]);
    // What the gateway had kept comes late.
    await server.post("p1", minutes(20, 41, 7.5));
    await until(server, async () => (await rowsOf(settings, hour)).length > 1);
    const [before, after] = await rowsOf(settings, hour);
    expect(before).toMatchObject(first);
    expect(after).toMatchObject({ revision: 2, unknown_ms: 0 });
    expect(Number(after?.["high_ms"])).toBeGreaterThan(20 * minuteMs);
    expect(Number(after?.["high_ms"]) + Number(after?.["in_ms"])).toBe(hourMs);

    const unknown = "SELECT * FROM states WHERE probe = 'p1' AND state = 'unknown'";
    await until(server, async () => (await rowsOf(settings, unknown)).length > 0);
    const states = await rowsOf(settings, "SELECT * FROM states WHERE probe = 'p1'");
    expect(states[0]).toMatchObject({ state: "in", alarm: "normal", celsius: 4, site: "mechelen" });
    // From when on the clock no longer leaps in this test.
    const times = states
      .map((row) => Number(row["time"]))
      .filter((at) => at > (testStart + 65 * minuteMs) * 1_000);
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(gaps.length).toBeGreaterThan(0);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(6 * 60_000_000);
    const limits = await rowsOf(settings, "SELECT * FROM limits WHERE probe = 'p1'");
    expect(limits[0]).toMatchObject({ appliance: "fridge-1", low: 2, high: 6, critical_high: 12 });
    const door = { subject: "fridge-1", kind: "door", active: true, at: "2026-11-22T00:30:00Z" };
    await server.call("POST", "/v1/batches", { gateway: "g2", sequence: 1, readings: [], events: [door] });
    await until(server, isCaughtUp(server));
    expect(await rowsOf(settings, "SELECT * FROM equipment")).toMatchObject([
      { appliance: "fridge-1", kind: "door", active: 1, time: 1_795_307_400_000_000 },
    ]);
    expect(await rowsOf(settings, "SELECT last(*) FROM platform")).toMatchObject([
      { last_journal_seq: expect.any(Number), last_disk_free_bytes: expect.any(Number) },
    ]);
    await server.stop();
  },
);

test.skipIf(isInfluxMissing)(
  "what the projection writes is what the list of the history names: measurements, tags, fields and their types",
  async () => {
    const found = new Map<string, { tags: Set<string>; fields: Map<string, string> }>();
    for (const bucket of ["events", "moments"]) {
      const settings = await engine.settings(bucket);
      for (const [what, query] of [
        ["tags", "SHOW TAG KEYS"],
        ["fields", "SHOW FIELD KEYS"],
      ] as const) {
        for (const { name, values } of await ask(settings, query)) {
          const entry = found.get(name) ?? { tags: new Set(), fields: new Map<string, string>() };
          found.set(name, entry);
          for (const [key, type] of values) {
            if (what === "tags") entry.tags.add(String(key));
            else entry.fields.set(String(key), String(type));
          }
        }
      }
    }
    const named: Readonly<Record<string, Measurement>> = influxSchema;
    expect([...found.keys()].toSorted()).toEqual(Object.keys(named).toSorted());
    for (const [name, { tags, fields }] of found) {
      const measurement = named[name];
      expect([...tags].filter((tag) => measurement?.tags.includes(tag) !== true)).toEqual([]);
      for (const [field, type] of fields)
        expect([name, field, type]).toEqual([name, field, measurement?.fields[field]]);
    }
  },
);

test.runIf(isInfluxOurs)(
  "a retention that is shorter than the history neither stops the projection nor makes holes in the answers",
  async () => {
    const settings = await engine.settings("short");
    expect((await openInflux(settings).command('CREATE DATABASE "short" WITH DURATION 24h')).ok).toBe(true);
    const start = Date.now();
    const server = started(await testServer({ influx: settings, hotMs: 0, start }));
    const hours = Array.from({ length: 300 }, (_, hour) => ({ at: start - hour * hourMs, celsius: 4.5 }));
    await server.post("p1", hours);
    await until(server, isCaughtUp(server));
    const status = server.server.influx?.projection.status();
    expect(status).toMatchObject({ asides: 0, fault: null, keepsMs: 24 * hourMs });
    expect(status?.expired).toBeGreaterThan(270);
    expect((await influxTotals(settings)).get("p1")?.[0]).toBeGreaterThan(20);
    const from = new Date(start - 400 * hourMs).toISOString();
    const path = `/v1/probes/p1/readings?from=${from}&to=${new Date(start).toISOString()}`;
    expect((await server.call("GET", path)).json).toMatchObject({ total: 300 });
    await server.stop();
  },
);
