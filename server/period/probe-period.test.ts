/** A window measured reading by reading, against the naive model and against measuring all at once. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { naiveCoverage } from "@coldkeep/core/engine-model/naive-model.ts";
import { hundredthsTraceArbitrary, nowArbitrary } from "@coldkeep/core/engine-model/traces.ts";
import { measure } from "@coldkeep/core/engine/measure.ts";
import { unheardOf } from "@coldkeep/core/engine/probe-state.ts";
import { compareReadings, type Reading } from "@coldkeep/core/readings/reading.ts";
import { always } from "@coldkeep/core/site/dated.ts";
import { type ProbeRules, ruleAt } from "@coldkeep/core/site/profile.ts";
import { hasTrustRules } from "@coldkeep/core/trust/distrust.ts";
import type { ProbeMemory } from "../judging/probe-memory.ts";
import { measureProbe } from "./probe-period.ts";
import type { ReadingSlices } from "./reading-slices.ts";

const runs = Number(process.env["RUNS"] ?? 1_000);

function inOrder(readings: readonly Reading[]): Reading[] {
  return [...readings]
    .sort(compareReadings)
    .filter(
      (reading, index, all) => index === 0 || compareReadings(all[index - 1] ?? reading, reading) !== 0,
    );
}

function slicesOf(readings: readonly Reading[]): ReadingSlices {
  return {
    lastUntil: (_route, at) => readings.findLast((each) => each.at <= at)?.at ?? null,
    firstFrom: (_route, at) => readings.find((each) => each.at >= at)?.at ?? null,
    each: (_route, from, to, take) => {
      for (const each of readings) if (each.at >= from && each.at <= to) take(each);
    },
  };
}

function memoryOf(rules: ProbeRules): ProbeMemory {
  const stretches = [{ channel: "p", ...always }];
  return {
    number: 1,
    probe: {
      id: "p",
      kind: "buffered",
      appliance: "a",
      profile: "x",
      profileNames: [{ from: 0, rule: "x" }],
      rules,
      stretches,
    },
    route: [{ channel: 1, ...always }],
    state: unheardOf(),
    sinceCheckpoint: 0,
    live: false,
    heardAt: 0,
    staleSince: null,
    dueAt: null,
  };
}

test("coverage is the naive model's, adds up to the window, and the gaps are all of its unknown time", () => {
  const cases = hundredthsTraceArbitrary.chain((trace) =>
    fc.tuple(fc.constant(trace), nowArbitrary(trace), nowArbitrary(trace)),
  );
  fc.assert(
    fc.property(cases, ([{ readings, rules, now }, one, other]) => {
      const window = { from: Math.min(one, other), to: Math.max(one, other) };
      const sorted = inOrder(readings);
      const trustStart = () => (hasTrustRules(rules) ? { memory: null, from: always.from } : null);
      const found = measureProbe(
        { slices: slicesOf(sorted), trustStart },
        memoryOf(rules),
        window,
        now,
        true,
      );
      const { inMs, lowMs, highMs, unknownMs, pendingMs, ...rest } = found.measure;
      expect({ inMs, lowMs, highMs, unknownMs, pendingMs }).toEqual(
        naiveCoverage(readings, rules, window.from, window.to, now),
      );
      expect(inMs + lowMs + highMs + unknownMs + pendingMs).toBe(window.to - window.from);
      expect(rest).toMatchObject(extremesOf(sorted, rules, window, now));

      const listed = found.gaps.reduce((sum, gap) => sum + gap.to - gap.from, 0);
      expect(listed + found.short.ms + found.further.ms).toBe(unknownMs);
      for (const [index, gap] of found.gaps.entries()) {
        expect(gap.from).toBeGreaterThanOrEqual(found.gaps[index - 1]?.to ?? window.from);
        expect(gap.to).toBeLessThanOrEqual(window.to);
        const isAtEdge = gap.from === window.from || gap.to === window.to;
        expect(isAtEdge || gap.to - gap.from > ruleAt(rules.profiles, gap.from).maxGap).toBe(true);
        expect(gap.isMissing || gap.faults.length > 0).toBe(true);
      }
      expect(found.mktCelsius === null).toBe(inMs + lowMs + highMs === 0);
      const { minCelsius, maxCelsius } = measure(sorted, rules, { from: -1e15, to: 1e15 }, now);
      if (found.mktCelsius !== null) {
        expect(found.mktCelsius).toBeGreaterThanOrEqual((minCelsius ?? 0) - 1e-6);
        expect(found.mktCelsius).toBeLessThanOrEqual((maxCelsius ?? 0) + 1e-6);
      }
    }),
    { numRuns: runs },
  );
});

/** What measuring all at once says of the extremes, of readings cut as the port to the history says. */
function extremesOf(
  readings: readonly Reading[],
  rules: ProbeRules,
  window: { readonly from: number; readonly to: number },
  now: number,
) {
  const { minCelsius, maxCelsius, longestOutMs } = measure(readings, rules, window, now);
  return { minCelsius, maxCelsius, longestOutMs };
}
