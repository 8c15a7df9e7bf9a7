/**
 * Whatever the network did, the record ends the same: nasty traces are delivered to the real records in random order, batches and repeats, with
 * restarts in between, and the excursions and holds on record must be those that the naive model finds in the whole trace.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { naiveJudge } from "@coldkeep/core/engine-model/naive-model.ts";
import {
  deliveryArbitrary,
  type Trace,
  hundredthsTraceArbitrary,
} from "@coldkeep/core/engine-model/traces.ts";
import { type ExcursionFigures, heldInterval } from "@coldkeep/core/engine/excursion.ts";
import type { Reading } from "@coldkeep/core/readings/reading.ts";
import { always } from "@coldkeep/core/site/dated.ts";
import { constantRules, type ProbeRules } from "@coldkeep/core/site/profile.ts";
import { type EpochMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import { type VirtualClock, virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { openAlarmBook } from "../alarms/alarm-book.ts";
import { openAuditTrail } from "../audit/audit-trail.ts";
import { makeExcursionReads } from "../excursions/excursion-reads.ts";
import { makeRecorder } from "../excursions/recorder.ts";
import { makeMarkChanged } from "../hold-feed/hold-changes.ts";
import { makeCommitter } from "../journal/committer.ts";
import { openJournal } from "../journal/journal.ts";
import { makeNotes } from "../summons/notes.ts";
import { openDeliveryBook } from "../summons/delivery-book.ts";
import { type SiteBook, siteBook } from "../site/site-book.ts";
import { type Database, openDatabase } from "../store/database.ts";
import { makeHoldKeeper } from "../units/holds.ts";
import { makeStandings } from "../units/standing.ts";
import { makeUnitFeed } from "../units/unit-feed.ts";
import { openReadingStore } from "./probe-memory.ts";
import { startSiteEngine } from "./site-engine.ts";

const runs = Number(process.env["RUNS"] ?? 300);
const input = { kind: "batch" as const, source: "test", encoding: "identity", body: new Uint8Array() };

function bookOf(rules: ProbeRules): SiteBook {
  const empty = siteBook({ site: "s", timeZone: "UTC", profiles: {}, appliances: [], contacts: [] });
  const probe = {
    id: "p",
    kind: "product" as const,
    appliance: "a",
    profile: "x",
    profileNames: [{ from: 0, rule: "x" }],
    rules,
    stretches: [{ channel: "p", ...always }],
  };
  return { ...empty, probes: new Map([["p", probe]]) };
}

/** The server's inside on given records, from the batch to the record. */
function inside(database: Database, rules: ProbeRules, clock: VirtualClock, checkpointEvery: number) {
  const book = bookOf(rules);
  const committer = makeCommitter(database, openJournal(database), openAuditTrail(database), clock);
  const deliveries = openDeliveryBook(database);
  const alarms = openAlarmBook({
    database,
    deliveries,
    notes: makeNotes({ database, deliveries, site: () => book, channels: () => [] }),
    channels: () => [],
    site: () => book,
    pages: () => null,
  });
  const standings = makeStandings(database);
  const holds = makeHoldKeeper(database, standings, makeMarkChanged(database));
  const parts = {
    store: openReadingStore(database, checkpointEvery),
    recorder: makeRecorder(database, holds, alarms),
    alarms,
  };
  const engine = startSiteEngine(database, parts, book, clock.epochMs());
  return {
    reads: makeExcursionReads(database, engine),
    feed: makeUnitFeed(database, holds, standings),
    committer,
    take: (readings: readonly Reading[]) =>
      committer.commit(input, (commit) => engine.take(commit, new Map([["p", readings]]))),
    tick: () => {
      if (engine.isDue(clock.epochMs())) committer.commit({ ...input, kind: "tick" }, engine.tick);
    },
  };
}

function figures(excursions: readonly ExcursionFigures[]): unknown[] {
  return excursions
    .map(({ degreeMinutes: _area, ...rest }) => rest)
    .sort((a, b) => a.start - b.start || a.side.localeCompare(b.side));
}

interface Stay {
  readonly din: string;
  readonly from: EpochMs;
  readonly to: EpochMs | null;
}

const staysArbitrary = ({ readings }: Trace): fc.Arbitrary<Stay[]> => {
  const times = readings.map((reading) => reading.at);
  const from = Math.min(...times) - minuteMs;
  const instant = fc.oneof(
    fc.constantFrom(...times),
    fc.integer({ min: from, max: Math.max(...times) + minuteMs }),
  );
  return fc.array(fc.tuple(instant, fc.option(instant)), { maxLength: 4 }).map((pairs) =>
    pairs.map(([one, other], index) => ({
      din: `UNIT${index}`,
      from: other === null ? one : Math.min(one, other),
      to: other === null || other === one ? null : Math.max(one, other),
    })),
  );
};

const cases = hundredthsTraceArbitrary.chain((trace) =>
  fc.record({
    trace: fc.constant(trace),
    batches: deliveryArbitrary(trace.readings),
    stays: staysArbitrary(trace),
    restartEvery: fc.integer({ min: 1, max: 6 }),
    unitsAfter: fc.nat({ max: 6 }),
    checkpointEvery: fc.integer({ min: 1, max: 12 }),
  }),
);

test("any order, batching, repetition and restarting ends in the naive model's excursions and holds", () => {
  fc.assert(
    fc.property(cases, ({ trace, batches, stays, restartEvery, unitsAfter, checkpointEvery }) => {
      const { rules, readings } = trace;
      const clock = virtualClock(Math.max(trace.now, ...readings.map((reading) => reading.at)));
      const database = openDatabase(":memory:");
      let server = inside(database, rules, clock, checkpointEvery);
      const placeUnits = (): void => {
        for (const { din, from, to } of stays) {
          server.committer.commit({ ...input, kind: "movement" }, (commit) => {
            server.feed.register(commit, { din, productCode: "X" }, { description: null, expires: null });
            const unit = server.feed.find({ din, productCode: "X" }) ?? 0;
            const movement = { din, productCode: "X", reason: "" };
            if (to !== null) server.feed.move(commit, unit, { ...movement, at: to, appliance: null });
            server.feed.move(commit, unit, { ...movement, at: from, appliance: "a" });
          });
        }
      };
      for (const [index, batch] of batches.entries()) {
        if (index === unitsAfter) placeUnits();
        if (index % restartEvery === restartEvery - 1)
          server = inside(database, rules, clock, checkpointEvery);
        server.take(batch);
        clock.advance(index % 3);
        if (index % 4 === 3) server.tick();
      }
      if (unitsAfter >= batches.length) placeUnits();
      clock.advance(2 * minuteMs);
      server.tick();
      const now = clock.epochMs();
      const naive = naiveJudge(readings, rules, now).excursions;
      const recorded = server.reads.list({ limit: 10_000 }, now);
      expect(figures(recorded.map((each) => each.figures))).toEqual(figures(naive));
      expect(recorded.every((each) => (each.status === "open") === (each.figures.end === null))).toBe(true);
      const held = naive.flatMap((each) => {
        const { from, to } = heldInterval(each);
        const inside = stays.filter((stay) => stay.from < (to ?? Infinity) && (stay.to ?? Infinity) > from);
        return inside.map((stay) => `${stay.din} ${each.side} ${each.start}`);
      });
      const holds = database
        .prepare(
          `SELECT din, side, "start" FROM holds JOIN units ON units.number = holds.unit JOIN excursions ON excursions.id = holds.excursion
           WHERE exposed = 1 AND status <> 'withdrawn'`,
        )
        .all()
        .map((row) => `${String(row["din"])} ${String(row["side"])} ${String(row["start"])}`);
      expect(holds.sort()).toEqual(held.sort());
      database.close();
    }),
    { numRuns: runs },
  );
});

test("late readings that change nothing at the head leave due what a restart left due", () => {
  const profile = {
    low: 2,
    high: 6,
    criticalLow: null,
    criticalHigh: null,
    deadband: 0,
    maxGap: 5 * minuteMs,
    excursionAfter: minuteMs,
    recoverAfter: minuteMs,
    unmonitoredAfter: 0,
    alarmDelay: 5 * minuteMs,
  };
  const rules = constantRules(profile);
  const start = 1_795_305_600_000;
  const database = openDatabase(":memory:");
  const clock = virtualClock(start + 6 * minuteMs);
  const readings: Reading[] = [0, 1, 2, 3, 4, 5, 6].map((minute) => ({
    at: start + minute * minuteMs,
    celsius: 8,
  }));
  const before = inside(database, rules, clock, 1);
  for (const reading of readings.filter((_, minute) => minute !== 1)) before.take([reading]);
  clock.advance(30 * minuteMs);
  const after = inside(database, rules, clock, 1);
  after.take(readings.slice(1, 2));
  after.tick();
  const recorded = after.reads.list({ limit: 10 }, clock.epochMs()).map((each) => each.figures);
  expect(figures(recorded)).toEqual(figures(naiveJudge(readings, rules, clock.epochMs()).excursions));
  database.close();
});
