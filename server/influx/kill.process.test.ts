/**
 * Goal: whenever InfluxDB is killed, afterwards it has each reading of the journal once, and ingest never waited for it. Method: a real server under a load of up to
 * 10,000 readings a second, with repeats, faults and two values of one instant; a real InfluxDB is killed and started again ten times meanwhile. Temperatures are
 * sixteenths of a degree, as digital sensors give them, so that sums are exact in whatever order they are added. The seed is printed; SEED=... replays it.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import {
  isInfluxMissing,
  isInfluxOurs,
  type InfluxEngine,
  influxTotals,
  startInfluxEngine,
} from "../testing/influx-engine.ts";
import { openInflux } from "./influx-port.ts";
import { startServerProcess } from "../testing/server-process.ts";

const seed = Number(process.env["SEED"] ?? fc.sample(fc.nat(), 1)[0]);
const kills = 10;
const probes = 100;
const perBatch = 1_000;
const batchEveryMs = 100;

let engine: InfluxEngine;
const folder = mkdtempSync(join(tmpdir(), "coldkeep-influx-kill-"));

beforeAll(async () => {
  if (isInfluxMissing) return;
  engine = await startInfluxEngine();
});

afterAll(async () => {
  if (!isInfluxMissing) await engine.stop();
  rmSync(folder, { recursive: true, force: true });
});

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

const site = JSON.stringify({
  site: "mechelen",
  timeZone: "UTC",
  profiles: {
    cells: {
      low: 2,
      high: 6,
      deadband: 0.3,
      maxGap: "5m",
      excursionAfter: "10m",
      recoverAfter: "5m",
      unmonitoredAfter: "30m",
      alarmDelay: "5m",
    },
  },
  appliances: Array.from({ length: probes }, (_, index) => ({
    id: `a${index}`,
    name: `Appliance ${index}`,
    kind: "refrigerator",
    profile: "cells",
    probes: [{ id: `p${index}` }],
  })),
});

type WireReading = { probe: string; at: string; celsius?: number; fault?: string };

/** The readings of a batch: ten rounds of all probes, some said twice, some instants with two values, some faults. */
function batchOf(number: number, startAt: number, random: () => number): WireReading[] {
  return Array.from({ length: perBatch }, (_, index) => {
    const round = number * (perBatch / probes) + Math.floor(index / probes);
    const instant = formatInstant(startAt + round * 1_000 - (random() < 0.02 ? 1_000 : 0));
    const probe = `p${index % probes}`;
    if (random() < 0.01) return { probe, at: instant, fault: random() < 0.5 ? "open" : "short" };
    return { probe, at: instant, celsius: 4 + Math.floor(random() * 32) / 16 };
  });
}

test.runIf(isInfluxOurs)(
  `killed ${kills} times under load, InfluxDB has what the journal has (SEED=${seed})`,
  async () => {
    const settings = await engine.settings("kills");
    writeFileSync(join(folder, "site.yaml"), site);
    const server = await startServerProcess({
      COLDKEEP_DATA: join(folder, "data"),
      COLDKEEP_SITE: join(folder, "site.yaml"),
      COLDKEEP_API_TOKEN: "token",
      COLDKEEP_INFLUX_URL: settings.url,
      COLDKEEP_INFLUX_BUCKET: settings.bucket,
    });
    const random = generator(seed);
    const startAt = Date.now() - 20 * 3_600_000;
    const ending = new AbortController();
    const took: number[] = [];
    const load = async (): Promise<number> => {
      let sequence = 0;
      while (!ending.signal.aborted) {
        const begun = performance.now();
        const readings = batchOf(sequence, startAt, random);
        const body = JSON.stringify({ gateway: "g", sequence: (sequence += 1), readings });
        const headers = { authorization: "Bearer token", "content-type": "application/json" };
        for (const _ of random() < 0.05 ? ["once", "again"] : ["once"]) {
          const asked = performance.now();
          const answer = await fetch(`${server.url}/v1/batches`, { method: "POST", headers, body });
          expect(answer.status).toBe(200);
          await answer.text();
          took.push(performance.now() - asked);
        }
        await pause(Math.max(0, batchEveryMs - (performance.now() - begun)));
      }
      return sequence * perBatch;
    };
    const begun = performance.now();
    const loaded = load();
    for (let kill = 0; kill < kills; kill += 1) {
      await pause(200 + random() * 1_500);
      await engine.kill?.();
      await pause(500 + random() * 700);
      await engine.restart?.();
    }
    ending.abort();
    const sent = await loaded;
    const seconds = (performance.now() - begun) / 1_000;
    const metric = async (name: string): Promise<number> => {
      const text = await (await fetch(`${server.url}/metrics`)).text();
      return Number(new RegExp(`^${name} (.+)$`, "m").exec(text)?.[1]);
    };
    while ((await metric("coldkeep_projection_lag_entries")) > 0) await pause(200);
    const faults = await metric("coldkeep_projection_faults_unreachable");
    expect(await metric("coldkeep_projection_asides")).toBe(0);
    expect(await server.stop()).toBe(0);
    const records = new DatabaseSync(join(folder, "data", "records.sqlite"), { readOnly: true });
    const rows = records
      .prepare(
        "SELECT id, count(*) AS n, sum(value) AS total FROM readings JOIN probes ON number = probe WHERE fault IS NULL GROUP BY id",
      )
      .all();
    const faulty = records.prepare("SELECT count(*) AS n FROM readings WHERE fault IS NOT NULL").get();
    records.close();
    const faultsThere = await openInflux(settings).query("SELECT count(fault) AS n FROM readings");
    expect(faultsThere).toMatchObject({ ok: true, series: [{ values: [[0, faulty?.["n"]]] }] });
    const journal = new Map(rows.map((row) => [String(row["id"]), [Number(row["n"]), Number(row["total"])]]));
    expect(await influxTotals(settings)).toEqual(journal);
    expect(journal.size).toBe(probes);
    expect(faults).toBeGreaterThan(0);
    took.sort((a, b) => a - b);
    console.log(
      `seed ${seed}: ${sent} readings in ${seconds.toFixed(1)} s, ${Math.round(sent / seconds)}/s, ${faults} failed calls; answers p50 ${took[took.length >> 1]?.toFixed(1)} ms, p99 ${took[Math.floor(took.length * 0.99)]?.toFixed(1)} ms`,
    );
  },
);
