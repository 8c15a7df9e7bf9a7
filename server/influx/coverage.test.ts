/**
 * Goal: whatever order readings come in, of each hour the point with the highest revision says what the records say of it in the end, and no point is ever written with
 * another content than before. Method: random readings of two probes, one of which is distrusted by its profile, are delivered shuffled and in parts over many hours.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { hourMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import { sqliteHistory } from "../history/history.ts";
import { exampleProfile, exampleSite, testServer, testStart } from "../testing/test-server.ts";
import { makeCoverage } from "./coverage.ts";
import { openSlices } from "./journal-slice.ts";
import { instantOfLine } from "./line.ts";

const trusting = exampleProfile.replace("{ ", "{ trust: { stuckAfter: 40m, maxJumpPerMinute: 1 }, ");
const site = exampleSite.replace(
  "appliances:",
  `  doubtful: ${trusting}\nappliances:\n  - { id: fridge-3, name: Red cells 3, kind: refrigerator, profile: doubtful, probes: [ { id: p3 } ] }`,
);

const delivery = fc.array(
  fc.record({
    probe: fc.constantFrom("p1", "p3"),
    minutes: fc.uniqueArray(fc.integer({ min: 0, max: 299 }), { minLength: 1, maxLength: 60 }),
    celsius: fc.constantFrom(4, 4, 4.5, 7.5, 9),
    waits: fc.integer({ min: 0, max: 90 }),
  }),
  { minLength: 2, maxLength: 12 },
);

test("coverage ends as the records have it, in revisions that never change", async () => {
  let revised = 0;
  await fc.assert(
    fc.asyncProperty(delivery, async (parts) => {
      const server = await testServer({ site });
      const { database, engine, site: book, clock } = server.server.services;
      const history = sqliteHistory(database);
      const points = new Map<string, string>();
      const port = {
        write: async (lines: readonly string[]) => {
          for (const line of lines) {
            const [head = "", fields = "", time = ""] = line.split(" ");
            const key = `${head} ${time}`;
            expect(points.get(key) ?? fields).toBe(fields);
            points.set(key, fields);
          }
          return { ok: true as const };
        },
      };
      const coverage = makeCoverage({ database, engine, history, port, clock, target: "t" });
      const next = openSlices(database, false);
      let cursor = 0;
      const follow = async (): Promise<void> => {
        const known = book();
        if (known === null) return;
        const slice = next(cursor, Number.MAX_SAFE_INTEGER);
        cursor = slice.upTo;
        coverage.touch(known, slice.late);
        expect(await coverage.round(known, clock.epochMs())).toBeNull();
      };
      server.clock.advance(5 * hourMs);
      for (const { probe, minutes, celsius, waits } of parts) {
        await server.post(
          probe,
          minutes.map((minute) => ({ at: testStart + minute * minuteMs, celsius })),
        );
        await follow();
        server.clock.advance(waits * minuteMs);
        server.server.ticker.tick();
      }
      for (let round = 0; round < 4; round += 1) {
        server.clock.advance(2 * minuteMs);
        await follow();
      }
      const now = clock.epochMs();
      const latest = new Map<string, { revision: number; fields: string; at: number }>();
      for (const [key, fields] of points) {
        const at = instantOfLine(key);
        const revision = Number(key.slice(-6));
        const hour = `${/probe=(\w+)/.exec(key)?.[1]} ${at}`;
        if ((latest.get(hour)?.revision ?? 0) < revision) latest.set(hour, { revision, fields, at });
      }
      for (const [hour, { revision, fields, at }] of latest) {
        const memory = engine.probe(hour.split(" ")[0] ?? "");
        if (memory === undefined) throw new RangeError(hour);
        const { inMs, lowMs, highMs, unknownMs } = await history.measure(memory, at, at + hourMs, now);
        expect(fields).toBe(
          `in_ms=${inMs}i,low_ms=${lowMs}i,high_ms=${highMs}i,unknown_ms=${unknownMs}i,revision=${revision}i`,
        );
        if (revision > 1) revised += 1;
      }
      expect(latest.size).toBeGreaterThan(0);
      await server.stop();
    }),
    { numRuns: Number(process.env["RUNS"] ?? 40) },
  );
  expect(revised).toBeGreaterThan(0);
});
