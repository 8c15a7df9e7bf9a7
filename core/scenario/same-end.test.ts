/**
 * Goal: the check that every scenario gets, "the same end whatever the delivery", holds for nasty traces in nasty deliveries, agrees with the naive model, and can fail. Method:
 * scenarios made of the engine's nasty traces; and worlds from which one reading was kept.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { naiveJudge } from "../engine-model/naive-model.ts";
import { type Trace, hundredthsTraceArbitrary } from "../engine-model/traces.ts";
import type { ExcursionFigures } from "../engine/excursion.ts";
import { minuteMs } from "../time/millis.ts";
import { anyDelivery, endOf, isRefused } from "./deliveries.ts";
import { parseScenario } from "./parse.ts";
import { runScenario, sameEndText } from "./run.ts";
import { compareEnds } from "./same-end.ts";
import type { Delivery, LateDelivery, Scenario, Step } from "./scenario.ts";
import { arrive, emptyWorld, excursionsOf, settle } from "./world.ts";

const runs = Number(process.env["RUNS"] ?? 150);

function scenarioOf({ rules, readings }: Trace, delivery: Delivery, moments: readonly number[]): Scenario {
  const steps = moments.map((share): Step => {
    const at = readings[Math.floor(share * readings.length)]?.at ?? 0;
    const what = { kind: "no-alarm", probe: null, alarm: null } as const;
    return { line: 1, text: "somebody looks", at, what };
  });
  return {
    file: "trace",
    title: "trace",
    frame: { start: 0, zone: null },
    probes: [{ id: "p", appliance: "p", rules }],
    sent: readings.map((reading) => ({ probe: "p", sentAt: reading.at, reading })),
    residences: [{ unit: "A", appliance: "p", from: 0, to: null }],
    delivery,
    steps,
  };
}

const share = fc.double({ min: 0, max: 0.999, noNaN: true });
const lateArbitrary = fc.tuple(share, share, fc.nat({ max: 600 }));

function lateIn(trace: Trace, shares: readonly [number, number, number]): LateDelivery {
  const at = (part: number): number => trace.readings[Math.floor(part * trace.readings.length)]?.at ?? 0;
  const [from = 0, to = 0] = [at(shares[0]), at(shares[1])].toSorted((a, b) => a - b);
  return { probe: null, from, to, arriveAt: to + shares[2] * minuteMs };
}

const withoutArea = (list: readonly ExcursionFigures[]) =>
  list.map(({ degreeMinutes: _area, ...others }) => others);
const areaOf = (list: readonly ExcursionFigures[]): number =>
  list.reduce((sum, { degreeMinutes }) => sum + degreeMinutes, 0);

describe("the same end", () => {
  it("comes out of every delivery of nasty traces", () => {
    fc.assert(
      fc.property(
        hundredthsTraceArbitrary,
        fc.option(fc.nat({ max: 1_000 })),
        fc.boolean(),
        fc.array(lateArbitrary, { maxLength: 3 }),
        fc.array(share, { maxLength: 4 }),
        (trace, shuffleSeed, repeat, lates, moments) => {
          const late = lates.map((shares) => lateIn(trace, shares));
          const scenario = scenarioOf(trace, { shuffleSeed, repeat, late }, moments);
          const check = runScenario(scenario).checks.find(({ text }) => text === sameEndText);
          expect(check?.got).toBe(check?.expected);
          expect(check?.passed).toBe(true);
        },
      ),
      { numRuns: runs },
    );
  });

  it("is what the naive model finds", () => {
    fc.assert(
      fc.property(hundredthsTraceArbitrary, fc.nat({ max: 1_000 }), (trace, seed) => {
        const scenario = scenarioOf(trace, { shuffleSeed: null, repeat: false, late: [] }, []);
        const end = endOf(scenario);
        const world = anyDelivery(scenario, seed).reduce(
          (known, batch) => arrive(known, batch, end),
          emptyWorld(scenario, end),
        );
        const found = excursionsOf(settle(world, scenario, end), "p");
        const naive = naiveJudge(trace.readings, trace.rules, end).excursions;
        expect(withoutArea(found)).toEqual(withoutArea(naive));
        expect(areaOf(found)).toBeCloseTo(areaOf(naive), 2);
      }),
      { numRuns: runs },
    );
  });

  it("is not that of a world which lacks a reading", () => {
    const scenario = parseScenario(
      "lack",
      `profile p low 2 high 6 maxGap 5m excursionAfter 10m recoverAfter 5m unmonitoredAfter 30m alarmDelay 5m
series f every 1m from 0m: 4x5 8x20 4x20
at end expect 1 excursion`,
    );
    const end = endOf(scenario);
    const worldOf = (sent: Scenario["sent"]) =>
      settle(arrive(emptyWorld(scenario, end), sent, end), scenario, end);
    expect(compareEnds(scenario, worldOf(scenario.sent)).isSame).toBe(true);
    const lacking = scenario.sent.filter((_, index) => index !== 4);
    const compared = compareEnds(scenario, worldOf(lacking));
    expect(compared.isSame).toBe(false);
    expect(compared.got).toContain("with seed 1: f: high excursion start 4m30s");
    expect(scenario.sent.some(isRefused)).toBe(false);
  });
});
