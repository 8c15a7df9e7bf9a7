/**
 * Goal: the dashboards' questions find what the server's own projection writes, not only what a test writes in its stead. Method: a whole server under a virtual clock lives
 * through six hours with an excursion, a silence, a door and held units; its projection writes into a real InfluxDB, and every question is asked at the story's end.
 */
import { spawnSync } from "node:child_process";
import { setImmediate as turn } from "node:timers/promises";
import { influxSchema, type Measurement } from "@coldkeep/core/history/influx-schema.ts";
import type { Reading } from "@coldkeep/core/readings/reading.ts";
import { dayMs, formatInstant, hourMs, minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { openInflux, type InfluxPort, type Series } from "@coldkeep/server/influx/influx-port.ts";
import { type InfluxEngine, startInfluxEngine } from "@coldkeep/server/testing/influx-engine.ts";
import {
  exampleProfile,
  type TestServer,
  testServer,
  testStart,
} from "@coldkeep/server/testing/test-server.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allDashboards } from "../all.ts";
import { standardSettings } from "../settings.ts";
import { filled, questionsOf } from "../testing/grafana.ts";

const site = `
site: ward
timeZone: Europe/Brussels
profiles:
  red-cells-eu: ${exampleProfile}
appliances:
  - { id: fridge-1, name: Red cells 1, kind: refrigerator, profile: red-cells-eu, probes: [ { id: fridge-1-product }, { id: fridge-1-air } ] }
  - { id: fridge-2, name: Red cells 2, kind: refrigerator, profile: red-cells-eu, probes: [ { id: fridge-2-product } ] }
  - { id: fridge-3, name: Red cells 3, kind: refrigerator, profile: red-cells-eu, probes: [ { id: fridge-3-product } ] }
contacts:
  - { id: on-call, name: On call, email: on-call@example.org }
`;

const end = testStart + 6 * hourMs;

/** The story: fridge-1 is warm in the second hour and again in the last half hour, fridge-3 falls silent an hour before the end, fridge-2 is too cold at the end. */
function readingsAt(at: number): [probe: string, reading: Reading][] {
  const minute = (at - testStart) / minuteMs;
  const isWarm = (minute >= 60 && minute < 100) || minute >= 330;
  const swing = Math.abs((minute % 20) - 10) / 10;
  return [
    ["fridge-1-product", { at, celsius: isWarm ? 7.5 : 4.125 }],
    ["fridge-1-air", { at, celsius: Number((3.5 + swing).toFixed(2)) }],
    ["fridge-2-product", { at, celsius: minute >= 340 ? 1 : 4 }],
    ...(minute < 300
      ? [
          ["fridge-3-product", minute === 30 ? { at, fault: "open" } : { at, celsius: 4 }] satisfies [
            string,
            Reading,
          ],
        ]
      : []),
  ];
}

const chosen = { site: "ward", appliance: "fridge-1", probe: "fridge-1-product", air: "fridge-1-air" };

/** Questions that rightly find nothing in this story. */
const empty = [
  // No alarm lasted for a day, and none of those that went were left unanswered.
  "alarm-quality / Lasted over 24 h / A",
  // No mail is handed over here.
  "alarm-quality / Messages to people per day / Sent",
];

/** Which probes these questions name at the story's end. */
const told: Readonly<Record<string, readonly string[]>> = {
  "wall-board / Every probe, what matters first / High": ["fridge-1-product"],
  "wall-board / Every probe, what matters first / Low": ["fridge-2-product"],
  "wall-board / Every probe, what matters first / Unknown": ["fridge-3-product"],
  "wall-board / Every probe, what matters first / In": ["fridge-1-air"],
  "site-today / Probes that are unknown / A": ["fridge-3-product"],
};

const isMissing = process.env["CI"] !== "true" && spawnSync("influxd", ["version"]).status !== 0;

describe.skipIf(isMissing)("what the projection wrote", () => {
  let engine: InfluxEngine;
  let server: TestServer;
  let port: InfluxPort;
  let now = end;

  beforeAll(async () => {
    engine = await startInfluxEngine();
    const settings = await engine.settings("dashboards");
    port = openInflux(settings);
    server = await testServer({ influx: settings, site });
    server.server.influx?.start();
    await live(server);
    await settle(server, ask);
    now = server.clock.epochMs();
  });

  afterAll(async () => {
    await server.stop();
    await engine.stop();
  });

  const ask = async (query: string): Promise<readonly Series[]> => {
    const outcome = await port.query(query);
    if (!outcome.ok) throw new RangeError(`${outcome.fault.reason}: ${query}`);
    return outcome.series;
  };

  const questions = allDashboards(standardSettings).flatMap(({ name, model }) =>
    questionsOf(name, model).map(({ where, query, kind }) => [where, query, kind] as const),
  );

  test("keeps to the schema: no measurement, tag or field besides, each field of its type", async () => {
    const fields = await ask("SHOW FIELD KEYS");
    const tags = await ask("SHOW TAG KEYS");
    const schema: Readonly<Record<string, Measurement>> = influxSchema;
    expect(fields.map(({ name }) => name).toSorted()).toEqual(Object.keys(influxSchema).toSorted());
    for (const { name, values } of fields)
      for (const [field, type] of values as [string, string][])
        expect(type, `${name}.${field}`).toBe(schema[name]?.fields[field]);
    for (const { name, values } of tags)
      for (const [tag] of values as [string][]) expect(schema[name]?.tags, `${name}.${tag}`).toContain(tag);
  });

  test.each(questions)("%s", async (where, query) => {
    const fill = {
      from: now - (where.startsWith("alarm") ? 30 : 1) * dayMs,
      to: now,
      interval: "2m",
      variables: chosen,
      now,
    };
    const answer = await ask(filled(query, fill));
    const values = answer.flatMap((series) => series.values.flatMap((row) => row.slice(1)));
    expect(values.some((value) => value !== null)).toBe(!empty.includes(where));
    const wanted = told[where];
    if (wanted !== undefined) expect(answer.map(({ tags }) => tags["probe"])).toEqual(wanted);
    if (where.includes("Units on hold / ")) expect(values).toEqual([1]);
  });
});

/** Lives through the story minute by minute and lets the projection catch up with it. */
async function live(server: TestServer): Promise<void> {
  const unit = { din: "A999926100001", productCode: "E0398V00" };
  await server.call("PUT", `/v1/units/${unit.din}/${unit.productCode}`, {});
  await server.call("POST", "/v1/movements", {
    ...unit,
    at: formatInstant(testStart - hourMs),
    appliance: "fridge-1",
    reason: "stored",
  });
  let sequence = 10_000;
  for (let at = testStart; at <= end; at += minuteMs) {
    server.clock.advance(at - server.clock.epochMs());
    server.server.ticker.tick();
    const readings = readingsAt(at).map(([probe, { at: instant, ...value }]) => ({
      probe,
      at: formatInstant(instant),
      ...value,
    }));
    const minute = (at - testStart) / minuteMs;
    const events =
      minute === 320 || minute === 322
        ? [{ subject: "fridge-1", kind: "door", active: minute === 320, at: formatInstant(at) }]
        : [];
    sequence += 1;
    const answer = await server.call("POST", "/v1/batches", {
      gateway: "gateway-1",
      sequence,
      readings,
      events,
      heldReadings: 3,
    });
    expect(answer.status).toBe(200);
    if (minute === 75) await acknowledgeAll(server);
    for (let round = 0; round < 20; round += 1) await turn();
  }
}

/**
 * Lets the virtual time go on until InfluxDB has every entry and a sample from after the story. The work in between is real, so InfluxDB is asked how far it is. It must come
 * before the readings are too old for a state.
 */
async function settle(server: TestServer, ask: (query: string) => Promise<readonly Series[]>): Promise<void> {
  const isThere = async (): Promise<boolean> => {
    if (server.server.influx?.lag().entries !== 0) return false;
    // States are written in one with the platform's figures.
    const sample = await ask(`SELECT count("journal_seq") FROM "platform" WHERE time > ${end}ms`);
    const coverage = await ask(`SELECT count("in_ms") FROM "coverage" GROUP BY "probe"`);
    const limits = await ask(`SELECT count("high") FROM "limits" GROUP BY "probe"`);
    return sample.length === 1 && coverage.length === 4 && limits.length === 4;
  };
  while (!(await isThere())) {
    server.clock.advance(secondMs);
    expect(server.clock.epochMs()).toBeLessThan(end + 4 * minuteMs);
    for (let each = 0; each < 200; each += 1) await turn();
  }
}

async function acknowledgeAll(server: TestServer): Promise<void> {
  const { json } = await server.call("GET", "/v1/alarms");
  const { items } = json as { items: { id: string }[] };
  for (const { id } of items) {
    const answer = await server.call("POST", `/v1/alarms/${id}/acknowledge`, { by: "A. Nurse" });
    expect(answer.status).toBe(200);
  }
}
