/**
 * The live state is what the journal gives: random days of a server with two refrigerators (readings in any order, faults, silences, units that move, people who act,
 * restarts, sites that change) are folded again from nothing and must have the same hash.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Fault, Reading } from "@coldkeep/core/readings/reading.ts";
import { formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import { exampleSite, type TestServer, testServer, testStart } from "../testing/test-server.ts";
import { replay } from "./replay.ts";

type Act =
  | { readonly kind: "readings"; readonly probe: string; readonly list: readonly Reading[] }
  | { readonly kind: "wait"; readonly minutes: number }
  | {
      readonly kind: "move";
      readonly unit: number;
      readonly agoMinutes: number;
      readonly appliance: string | null;
    }
  | { readonly kind: "acknowledge" }
  | { readonly kind: "shelve"; readonly minutes: number }
  | { readonly kind: "decide"; readonly unit: number }
  | { readonly kind: "restart" }
  | { readonly kind: "bad" };

const reading: fc.Arbitrary<Reading> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      at: fc.integer({ min: -90, max: 4 }),
      celsius: fc.constantFrom(4, 4, 5.9, 6.1, 8, 13, 1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      at: fc.integer({ min: -90, max: 4 }),
      fault: fc.constantFrom<Fault>("open", "short"),
    }),
  },
);
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("readings" as const),
      probe: fc.constantFrom("p1", "p2"),
      list: fc.array(reading, { minLength: 1, maxLength: 40 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), minutes: fc.integer({ min: 1, max: 40 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("move" as const),
      unit: fc.nat({ max: 3 }),
      agoMinutes: fc.integer({ min: 0, max: 100 }),
      appliance: fc.constantFrom("fridge-1", "fridge-2", null),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Act>({ kind: "acknowledge" }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("shelve" as const), minutes: fc.integer({ min: 1, max: 60 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("decide" as const), unit: fc.nat({ max: 3 }) }) },
  { weight: 2, arbitrary: fc.constant<Act>({ kind: "restart" }) },
  { weight: 1, arbitrary: fc.constant<Act>({ kind: "bad" }) },
);

const din = (unit: number): string => `A99992600000${unit}`;

async function perform(server: TestServer, next: Act): Promise<TestServer> {
  const now = server.clock.epochMs();
  switch (next.kind) {
    case "readings":
      await server.post(
        next.probe,
        next.list.map((each) => ({ ...each, at: now + each.at * minuteMs })),
      );
      return server;
    case "wait":
      for (let minute = 0; minute < next.minutes; minute += 1) {
        server.clock.advance(minuteMs);
        server.server.ticker.tick();
      }
      return server;
    case "move": {
      await server.call("PUT", `/v1/units/${din(next.unit)}/E0398V00`, {});
      const at = formatInstant(now - next.agoMinutes * minuteMs);
      const { appliance } = next;
      await server.call("POST", "/v1/movements", {
        din: din(next.unit),
        productCode: "E0398V00",
        at,
        appliance,
        reason: "r",
      });
      return server;
    }
    case "acknowledge":
    case "shelve": {
      const [alarm] = server.server.services.alarms.underWay();
      const body = next.kind === "shelve" ? { by: "n", note: "r", minutes: next.minutes } : { by: "n" };
      if (alarm !== undefined) await server.call("POST", `/v1/alarms/${alarm.id}/${next.kind}`, body);
      return server;
    }
    case "decide":
      await server.call("POST", `/v1/units/${din(next.unit)}/E0398V00/disposition`, {
        decision: "release",
        by: "q",
        reason: "r",
      });
      return server;
    case "restart":
      return server.restart();
    case "bad":
      await server.call("POST", "/v1/batches", {
        gateway: "g2",
        sequence: now,
        readings: [{ probe: "nope" }, null],
      });
      return server;
  }
}

test("the journal folded from nothing gives the live state, hash for hash", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 40 }), async (acts) => {
      let server = await testServer();
      for (const next of acts) server = await perform(server, next);
      const result = replay(server.server.services.database, () => undefined);
      expect(result.differing).toEqual([]);
      expect(result.replayed.whole).toBe(result.live.whole);
      await server.stop();
    }),
    { numRuns: Number(process.env["RUNS"] ?? 60) },
  );
});

test("a changed site is folded again too", async () => {
  let server = await testServer();
  await server.post("p1", [{ at: testStart, celsius: 6.5 }]);
  server.clock.advance(minuteMs);
  server = await server.restart({ site: exampleSite.replace("high: 6", "high: 7") });
  await server.post("p1", [{ at: testStart + minuteMs, celsius: 6.5 }]);
  const result = replay(server.server.services.database, () => undefined);
  expect(result.differing).toEqual([]);
  await server.stop();
});

test("a record that does not follow from the journal is seen", async () => {
  const server = await testServer({ start: testStart + 30 * minuteMs });
  await server.post(
    "p1",
    Array.from({ length: 30 }, (_, minute) => ({ at: testStart + minute * minuteMs, celsius: 8 })),
  );
  const { database } = server.server.services;
  database.prepare("UPDATE excursions SET status = 'withdrawn'").run();
  expect(replay(database, () => undefined).differing).toEqual(["excursions"]);
  await server.stop();
});
