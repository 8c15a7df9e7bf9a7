/**
 * Units walk at random between two appliances and the outside; movements come late, twice and corrected, readings in any order, the process starts anew in between. Who is held by what must be what a
 * naive reading of section 5 says, at the end as after every step for those held once: nothing is ever released.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { naiveJudge } from "@coldkeep/core/engine-model/naive-model.ts";
import { heldInterval } from "@coldkeep/core/engine/excursion.ts";
import type { Reading } from "@coldkeep/core/readings/reading.ts";
import { exampleProfile } from "@coldkeep/core/site/example-profile.ts";
import { constantRules } from "@coldkeep/core/site/profile.ts";
import { siteSchema } from "@coldkeep/core/site/site.ts";
import { formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { parse } from "yaml";
import { composeInside } from "../inside.ts";
import { replay } from "../replay/replay.ts";
import { type Database, openDatabase } from "../store/database.ts";
import { unitApplianceSql, unitStatusSql } from "../store/unit-tables.ts";
import { takeFeed } from "./take-feed.ts";

const start = 1_795_305_600_000;
const minutes = 180;
const appliances = ["a", "b"] as const;
const units = ["UNIT0", "UNIT1", "UNIT2", "UNIT3"] as const;
const timings =
  "deadband: 0.3, maxGap: 5m, excursionAfter: 10m, recoverAfter: 5m, unmonitoredAfter: 30m, alarmDelay: 5m";
const site = siteSchema.parse(
  parse(`
site: s
timeZone: UTC
profiles: { cells: { low: 2, high: 6, ${timings} } }
appliances:
  - { id: a, name: A, kind: refrigerator, profile: cells, probes: [ { id: pa } ] }
  - { id: b, name: B, kind: refrigerator, profile: cells, probes: [ { id: pb } ] }
`),
);

interface Step {
  readonly din: string;
  readonly minute: number;
  readonly appliance: "a" | "b" | null;
}

const step: fc.Arbitrary<Step> = fc.record({
  din: fc.constantFrom(...units),
  minute: fc.integer({ min: -10, max: minutes }),
  appliance: fc.constantFrom("a", "b", null),
});

/** Spells of one temperature or of silence. */
const history = fc.array(
  fc.record({ length: fc.integer({ min: 1, max: 40 }), celsius: fc.constantFrom(4, 4, 5.9, 7, 9, null) }),
  { minLength: 3, maxLength: 8 },
);

const stories = fc.record({
  histories: fc.tuple(history, history),
  steps: fc.array(step, { minLength: 1, maxLength: 14 }),
  order: fc.array(fc.nat({ max: 999 }), { minLength: 40, maxLength: 40 }),
  restarts: fc.array(fc.nat({ max: 40 }), { maxLength: 3 }),
});

function readingsOf(
  spells: readonly { readonly length: number; readonly celsius: number | null }[],
): Reading[] {
  const values = spells
    .flatMap(({ length, celsius }) => Array.from({ length }, () => celsius))
    .slice(0, minutes);
  return values.flatMap((celsius, minute) =>
    celsius === null ? [] : [{ at: start + minute * minuteMs, celsius }],
  );
}

/** Where a unit is at an instant, as its movements known by now say: the latest known of the latest instant counts. */
function placeAt(known: readonly Step[], din: string, at: number): Step["appliance"] {
  const own = known.filter((each) => each.din === din && start + each.minute * minuteMs <= at);
  const latest = Math.max(...own.map(({ minute }) => minute));
  return own.findLast(({ minute }) => minute === latest)?.appliance ?? null;
}

/** Whether a unit was in an appliance at some moment of an interval: it was put in before its end and not out again before its beginning. */
function wasInside(
  known: readonly Step[],
  din: string,
  appliance: string,
  from: number,
  to: number,
): boolean {
  if (placeAt(known, din, from) === appliance) return true;
  return known.some((each) => {
    const at = start + each.minute * minuteMs;
    return each.din === din && at > from && at < to && placeAt(known, din, at) === appliance;
  });
}

function heldOnRecord(database: Database, where: string): string[] {
  return database
    .prepare(
      `SELECT din, side, probe, "start" FROM holds JOIN units ON units.number = holds.unit JOIN excursions ON excursions.id = holds.excursion
       WHERE ${where} ORDER BY 1, 2, 3, 4`,
    )
    .all()
    .map((row) => Object.values(row).join(" "));
}

test("holds are those of the naive model, and nobody that was held is ever let go", () => {
  let holdsSeen = 0;
  fc.assert(
    fc.property(stories, ({ histories, steps, order, restarts }) => {
      const clock = virtualClock(start + (minutes + 60) * minuteMs);
      const database = openDatabase(":memory:");
      let inside = composeInside(database, clock, 7);
      inside.begin(null);
      inside.applySite(site, "test");
      const register = units.map((din) => ({ din, productCode: "E0336V00" }));
      takeFeed(inside, "feed", { units: register, movements: [] });
      const readings = histories.map(readingsOf);
      const batches = readings.flatMap((list, index) =>
        Array.from({ length: Math.ceil(list.length / 15) }, (_, part) => ({
          probe: index === 0 ? "pa" : "pb",
          list: list.slice(part * 15, part * 15 + 15),
        })),
      );
      const known: Step[] = [];
      const acts = [...batches.map((batch) => ({ batch })), ...steps.map((move) => ({ move }))]
        .map((act, index) => ({ act, rank: order[index % order.length] ?? 0 }))
        .toSorted((one, other) => one.rank - other.rank);
      let standing = new Set<string>();
      for (const [index, { act }] of acts.entries()) {
        if (restarts.includes(index)) {
          inside = composeInside(database, clock, 7);
          inside.begin(null);
        }
        if ("batch" in act) {
          const list = act.batch.list.map(({ at, ...value }) => ({
            probe: act.batch.probe,
            at: formatInstant(at),
            ...value,
          }));
          const text = JSON.stringify({ gateway: "g", sequence: index + 1, readings: list });
          const body = new TextEncoder().encode(text);
          inside.takeBatch({ encoding: "identity", body, text, source: "g" });
        } else {
          const { din, minute, appliance } = act.move;
          const at = formatInstant(start + minute * minuteMs);
          const movement = { din, productCode: "E0336V00", at, appliance, reason: "walk" };
          takeFeed(inside, "feed", { units: [], movements: [movement, movement] });
          known.push(act.move);
        }
        clock.advance(1_000);
        const now = new Set(
          heldOnRecord(database, "released_at IS NULL").map((each) => each.split(" ")[0] ?? ""),
        );
        expect(standing.isSubsetOf(now)).toBe(true);
        standing = now;
      }
      clock.advance(2 * minuteMs);
      inside.committer.commit(
        { kind: "tick", source: "server", encoding: "identity", body: new Uint8Array() },
        inside.engine.tick,
      );
      const expected = appliances.flatMap((appliance, index) =>
        naiveJudge(readings[index] ?? [], constantRules(exampleProfile), clock.epochMs()).excursions.flatMap(
          (each) => {
            const { from, to } = heldInterval(each);
            return units
              .filter((din) => wasInside(known, din, appliance, from, to ?? Infinity))
              .map((din) => `${din} ${each.side} p${appliance} ${each.start}`);
          },
        ),
      );
      expect(heldOnRecord(database, "exposed = 1 AND status <> 'withdrawn'")).toEqual(expected.toSorted());
      holdsSeen += expected.length;
      const derived = database
        .prepare(
          `SELECT number AS unit, ${unitStatusSql} AS status, ${unitApplianceSql} AS appliance FROM units`,
        )
        .all();
      expect(
        database.prepare("SELECT unit, status, appliance FROM unit_standing ORDER BY unit").all(),
      ).toEqual(derived);
      database.close();
    }),
    { numRuns: Number(process.env["RUNS"] ?? 200) },
  );
  expect(holdsSeen).toBeGreaterThan(100);
});

test("a feed is replayed as it was taken", () => {
  const clock = virtualClock(start + 60 * minuteMs);
  const database = openDatabase(":memory:");
  const inside = composeInside(database, clock);
  inside.begin(null);
  inside.applySite(site, "test");
  const unit = { din: "UNIT0", productCode: "E0336V00", description: "Red cells" };
  const movement = {
    din: "UNIT0",
    productCode: "E0336V00",
    at: formatInstant(start),
    appliance: "a",
    reason: "in",
  };
  const feed = {
    units: [unit, { din: "?" }, unit],
    movements: [movement, { ...movement, appliance: "nowhere" }, { ...movement, din: "UNIT9" }, 7],
  };
  const answer = takeFeed(inside, "feed", feed);
  expect(answer.units).toEqual({ taken: 1, known: 1 });
  expect(answer.movements).toEqual({ taken: 1, known: 0 });
  expect(answer.refused.map(({ list, index, code }) => `${list} ${index} ${code}`)).toEqual([
    "units 1 request.invalid",
    "movements 1 movement.appliance-unknown",
    "movements 2 unit.unknown",
    "movements 3 request.invalid",
  ]);
  const head = inside.journal.head();
  expect(takeFeed(inside, "feed", { units: [unit], movements: [movement] })).toMatchObject({
    units: { taken: 0, known: 1 },
    movements: { taken: 0, known: 1 },
  });
  expect(inside.journal.head()).toEqual(head);
  expect(replay(database, () => undefined).differing).toEqual([]);
  database.close();
});
