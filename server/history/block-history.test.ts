/** Many windows measured by blocks are what each is by itself: random readings with faults and silences, windows of any length. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { hourMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import { testServer, testStart } from "../testing/test-server.ts";
import { blockHistory } from "./block-history.ts";

const value = fc.constantFrom(4, 4.5, 5.9, 6.1, 9, 13, 1, -3);
const entry = fc.record({
  minute: fc.integer({ min: 0, max: 60 * 40 }),
  celsius: value,
  isFault: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  run: fc.integer({ min: 1, max: 200 }),
});
const window = fc.record({
  from: fc.integer({ min: -2 * hourMs, max: 44 * hourMs }),
  length: fc.integer({ min: 1, max: 30 * hourMs }),
});

test("windows that are added up from blocks measure the same as each by itself", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(entry, { minLength: 1, maxLength: 12 }),
      fc.array(window, { minLength: 1, maxLength: 6 }),
      async (entries, windows) => {
        const server = await testServer({ start: testStart + 42 * hourMs });
        const minutes = new Map<number, { celsius: number } | { fault: "open" }>();
        for (const { minute, celsius, isFault, run } of entries)
          for (let each = minute; each < minute + run; each++)
            minutes.set(each, isFault ? { fault: "open" } : { celsius: celsius + (each % 3) / 10 });
        const readings = [...minutes]
          .toSorted(([a], [b]) => a - b)
          .map(([minute, said]) => ({ at: testStart + minute * minuteMs, ...said }))
          .filter(({ at }) => at <= testStart + 42 * hourMs);
        await server.post("p1", readings);
        const { history, engine, clock } = server.server.services;
        const memory = engine.probe("p1");
        if (memory === undefined) throw new RangeError("no such probe");
        const byBlocks = blockHistory(history);
        const now = clock.epochMs();
        for (const { from, length } of windows) {
          const [begin, end] = [testStart + from, testStart + from + length];
          const { degreeMinutes, ...rest } = await byBlocks.measure(memory, begin, end, now);
          const { degreeMinutes: wanted, ...plain } = await history.measure(memory, begin, end, now);
          expect(rest).toEqual(plain);
          expect(degreeMinutes).toBeCloseTo(wanted, 6);
        }
        await server.stop();
      },
    ),
    { numRuns: 12 },
  );
});
