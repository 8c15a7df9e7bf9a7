/** A window in the middle of a history is measured with the same trust as the engine had: from the checkpoint before it, over nasty traces. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { naiveCoverage } from "@coldkeep/core/engine-model/naive-model.ts";
import { naiveDistrust } from "@coldkeep/core/engine-model/naive-trust.ts";
import { nowArbitrary, traceArbitrary, type Trace } from "@coldkeep/core/engine-model/traces.ts";
import { unheardOf } from "@coldkeep/core/engine/probe-state.ts";
import { rejudge } from "@coldkeep/core/engine/rejudge.ts";
import { compareReadings, isGood, type Reading } from "@coldkeep/core/readings/reading.ts";
import { always } from "@coldkeep/core/site/dated.ts";
import { openReadingStore } from "../judging/probe-memory.ts";
import { unjudged } from "../judging/routing.ts";
import type { PlacedProbe } from "../site/site-book.ts";
import { openDatabase } from "../store/database.ts";
import { sqliteHistory } from "./history.ts";

const runs = Number(process.env["RUNS"] ?? 300);

function inOrder(readings: readonly Reading[]): Reading[] {
  return readings
    .toSorted(compareReadings)
    .filter((each, index, all) => index === 0 || compareReadings(all[index - 1] ?? each, each) !== 0);
}

const cases = traceArbitrary.chain((trace) =>
  fc.record({
    trace: fc.constant(trace),
    window: fc.tuple(nowArbitrary(trace), nowArbitrary(trace)),
    checkpointEvery: fc.integer({ min: 1, max: 12 }),
  }),
);

function recorded({ rules, readings }: Trace, checkpointEvery: number) {
  const database = openDatabase(":memory:");
  const store = openReadingStore(database, checkpointEvery);
  const probe: PlacedProbe = {
    id: "p",
    kind: "product",
    appliance: "a",
    profile: "x",
    profileNames: [{ from: 0, rule: "x" }],
    rules,
    stretches: [{ channel: "p", ...always }],
  };
  const memory = unjudged(store, probe, 0);
  for (const reading of readings) store.insert(memory.number, reading);
  const judged = rejudge(unheardOf(), inOrder(readings), [], always.to, rules, checkpointEvery);
  for (const checkpoint of judged.checkpoints) store.saveCheckpoint(memory.number, checkpoint);
  return { database, memory, history: sqliteHistory(database), checkpoints: judged.checkpoints.length };
}

test("coverage of any window is what the naive model says of the whole history, and readings carry the naive model's words", async () => {
  let fromCheckpoints = 0;
  let distrusted = 0;
  await fc.assert(
    fc.asyncProperty(cases, async ({ trace, window, checkpointEvery }) => {
      const [from, to] = window.toSorted((a, b) => a - b) as [number, number];
      const { database, memory, history, checkpoints } = recorded(trace, checkpointEvery);
      const { inMs, lowMs, highMs, unknownMs, pendingMs } = await history.measure(
        memory,
        from,
        to,
        trace.now,
      );
      expect({ inMs, lowMs, highMs, unknownMs, pendingMs }).toEqual(
        naiveCoverage(trace.readings, trace.rules, from, to, trace.now),
      );
      const all = inOrder(trace.readings);
      const words = naiveDistrust(all, trace.rules).filter((_, index) => {
        const at = all[index]?.at ?? 0;
        return at >= from && at <= to;
      });
      const said = await history.readings(memory, from, to);
      expect(said.map((each) => (!isGood(each) && each.said !== undefined ? each.fault : null))).toEqual(
        words,
      );
      database.close();
      if (checkpoints > 0) fromCheckpoints += 1;
      distrusted += words.filter((word) => word !== null).length;
    }),
    { numRuns: runs },
  );
  expect(fromCheckpoints).toBeGreaterThan(0);
  expect(distrusted).toBeGreaterThan(0);
});
