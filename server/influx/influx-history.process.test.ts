/**
 * Goal: a server with InfluxDB and one without answer every history call alike. Method: over random traces with faults, repeats, equal instants with other
 * values, rules that change and readings that are distrusted, spread over several channels, the same readings are stored and written to a real InfluxDB; then
 * each call over random windows is made of both. The seed is printed; SEED=... replays it.
 */
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nowArbitrary, traceArbitrary, type Trace } from "@coldkeep/core/engine-model/traces.ts";
import { unheardOf } from "@coldkeep/core/engine/probe-state.ts";
import { rejudge } from "@coldkeep/core/engine/rejudge.ts";
import { compareReadings, isGood, type Reading } from "@coldkeep/core/readings/reading.ts";
import { type TimedReading, timeSources } from "@coldkeep/core/readings/stamp.ts";
import { always } from "@coldkeep/core/site/dated.ts";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { historyOver, sqliteHistory } from "../history/history.ts";
import { influxSource } from "../history/influx-source.ts";
import { joinedSource } from "../history/joined-source.ts";
import { recordsSource } from "../history/reading-source.ts";
import { openReadingStore } from "../judging/probe-memory.ts";
import { openRoutedReadings } from "../judging/routed-readings.ts";
import { unjudged } from "../judging/routing.ts";
import { openDatabase } from "../store/database.ts";
import { isInfluxMissing, type InfluxEngine, startInfluxEngine } from "../testing/influx-engine.ts";
import { type InfluxPort, openInflux } from "./influx-port.ts";
import { lineHead } from "./line.ts";
import { prepareTarget } from "./prepare.ts";
import { readingLine } from "./reading-line.ts";

const seed = Number(process.env["SEED"] ?? fc.sample(fc.nat(), 1)[0]);
const runs = Number(process.env["RUNS"] ?? 150);
const bucket = "history-contract";

let engine: InfluxEngine;
let port: InfluxPort;

beforeAll(async () => {
  if (isInfluxMissing) return;
  engine = await startInfluxEngine();
  port = openInflux(await engine.settings(bucket));
  expect(await prepareTarget(port, bucket)).toMatchObject({ isEmpty: true });
});

afterAll(() => (isInfluxMissing ? undefined : engine.stop()));

const cases = traceArbitrary.chain((trace) =>
  fc.record({
    trace: fc.constant(trace),
    windows: fc.array(fc.tuple(nowArbitrary(trace), nowArbitrary(trace)), { minLength: 2, maxLength: 4 }),
    checkpointEvery: fc.integer({ min: 1, max: 12 }),
    channels: fc.integer({ min: 1, max: 3 }),
    qualities: fc.array(
      fc.option(fc.record({ source: fc.constantFrom(...timeSources), uncertaintyMs: fc.nat(100_000) })),
      { minLength: 1, maxLength: 5 },
    ),
    edge: nowArbitrary(trace),
  }),
);

function inOrder(readings: readonly Reading[]): Reading[] {
  return readings
    .toSorted(compareReadings)
    .filter((each, index, all) => index === 0 || compareReadings(all[index - 1] ?? each, each) !== 0);
}

/** Stores a trace and gives the lines of what is stored. */
function recorded(
  { rules, readings }: Trace,
  run: number,
  checkpointEvery: number,
  channels: number,
  qualities: readonly (TimedReading["time"] | null)[],
) {
  const database = openDatabase(":memory:");
  const store = openReadingStore(database, checkpointEvery);
  const names = Array.from({ length: channels }, (_, index) => `run ${run}'s, "channel"=${index}\\n`);
  const middle = readings[Math.floor(readings.length / 2)]?.at ?? 0;
  // The first channel is the probe's for all time, the others from the middle on.
  const stretches = names.map((channel, index) => ({
    channel,
    ...always,
    ...(index > 0 ? { from: middle } : {}),
  }));
  const probe = {
    id: "p",
    kind: "product" as const,
    appliance: "a",
    profile: "x",
    profileNames: [{ from: 0, rule: "x" }],
    rules,
    stretches,
  };
  const memory = unjudged(store, probe, 0);
  const lines: string[] = [];
  const counted: Reading[] = [];
  for (const [index, reading] of readings.entries()) {
    const place = reading.at >= middle ? index % channels : 0;
    const channel = names[place] ?? "";
    const time = qualities[index % qualities.length] ?? null;
    const timed: TimedReading = time === null ? reading : { ...reading, time };
    counted.push(reading);
    if (!store.insert(store.numberOf(channel), timed)) continue;
    lines.push(readingLine(lineHead("readings", { site: "s", probe: "p", channel }), reading, 0, time));
  }
  const judged = rejudge(unheardOf(), inOrder(counted), [], always.to, rules, checkpointEvery);
  for (const checkpoint of judged.checkpoints) store.saveCheckpoint(memory.number, checkpoint);
  return { database, memory, lines };
}

test.skipIf(isInfluxMissing)(
  `every history call is answered alike by SQLite, by InfluxDB and by both together (SEED=${seed})`,
  async () => {
    let run = 0;
    const seen = { readings: 0, faults: 0, distrusted: 0, channels: 0, joined: 0 };
    await fc.assert(
      fc.asyncProperty(cases, async ({ trace, windows, checkpointEvery, channels, qualities, edge }) => {
        run += 1;
        const { database, memory, lines } = recorded(trace, run, checkpointEvery, channels, qualities);
        // Twice, as after a crash between the write and the move of the cursor.
        expect(await port.write(lines)).toEqual({ ok: true });
        expect(await port.write(lines.toReversed())).toEqual({ ok: true });
        const influx = influxSource(port, database);
        const joined = joinedSource({
          records: recordsSource(openRoutedReadings(database)),
          influx,
          clock: virtualClock(Number.MAX_SAFE_INTEGER),
          pendingFrom: () => edge,
          isIncomplete: () => false,
          hotMs: 0,
        });
        const expected = sqliteHistory(database);
        for (const history of [historyOver(database, influx), historyOver(database, joined)]) {
          for (const window of windows) {
            const [from, to] = window.toSorted((a, b) => a - b) as [number, number];
            const readings = await expected.readings(memory, from, to);
            expect(await history.readings(memory, from, to)).toEqual(readings);
            expect(await history.times(memory, from, to)).toEqual(await expected.times(memory, from, to));
            expect(await history.timesKnown(memory, from, to)).toEqual(
              await expected.timesKnown(memory, from, to),
            );
            expect(await history.measure(memory, from, to, trace.now)).toEqual(
              await expected.measure(memory, from, to, trace.now),
            );
            seen.readings += readings.length;
            seen.faults += readings.filter((each) => !isGood(each)).length;
            seen.distrusted += readings.filter((each) => !isGood(each) && each.said !== undefined).length;
          }
        }
        seen.channels += channels - 1;
        seen.joined += joined.counts().influx;
        expect(joined.counts().fallbacks).toBe(0);
        database.close();
      }),
      { numRuns: runs, seed },
    );
    console.log(`seed ${seed}: ${JSON.stringify(seen)}`);
    expect(Object.values(seen).every((count) => count > 0)).toBe(true);
  },
  300_000,
);

test.skipIf(isInfluxMissing)("a window with more points than one answer holds is read whole", async () => {
  const database = openDatabase(":memory:");
  const store = openReadingStore(database);
  const number = store.numberOf("long");
  const head = lineHead("readings", { site: "s", probe: "p", channel: "long" });
  const start = 1_795_305_600_000;
  const lines: string[] = [];
  database.transaction(() => {
    for (let index = 0; index < 60_000; index += 1) {
      // Several values at each instant, also where one answer ends.
      const reading = { at: start + Math.floor(index / 3) * 1_000, celsius: (index % 3) + 0.0625 };
      store.insert(number, reading);
      lines.push(readingLine(head, reading, 0, null));
    }
  });
  for (let from = 0; from < lines.length; from += 10_000)
    expect(await port.write(lines.slice(from, from + 10_000))).toEqual({ ok: true });
  const route = [{ channel: number, ...always }];
  const records = recordsSource(openRoutedReadings(database));
  const rows = await influxSource(port, database).rows(route, 0, start * 2);
  expect(rows).toEqual(await records.rows(route, 0, start * 2));
  expect(rows).toHaveLength(60_000);
  database.close();
});
