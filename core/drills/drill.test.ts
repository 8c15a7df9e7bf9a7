/** What a drill plays fits its probe, and whatever happens around it, it ends once. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Profile } from "../site/profile.ts";
import { constantRules } from "../site/profile.ts";
import { minuteMs, secondMs } from "../time/millis.ts";
import { type Drill, type DrillSeen, drillWaitMaxMs, plannedDrill, stepDrill } from "./drill.ts";
import { drillRun } from "./foretell.ts";
import { drillLengthMaxMs, drillScenarios, recordedTrace } from "./trace.ts";

const cells: Profile = {
  low: 2,
  high: 6,
  criticalLow: 1,
  criticalHigh: 10,
  deadband: 0.3,
  maxGap: 5 * minuteMs,
  excursionAfter: 10 * minuteMs,
  recoverAfter: 5 * minuteMs,
  unmonitoredAfter: 30 * minuteMs,
  alarmDelay: 5 * minuteMs,
};
const profiles: Readonly<Record<string, Profile>> = {
  cells,
  plasma: { ...cells, low: null, high: -25, criticalLow: null, criticalHigh: -18 },
  platelets: { ...cells, low: 20, high: 24, criticalLow: null, criticalHigh: null },
  warned: {
    ...cells,
    alarms: { warnLow: null, warnHigh: 5.5, realarmAfter: null, offDelay: 0, latching: false },
  },
  trusted: { ...cells, maxGap: minuteMs },
};

test.each(Object.keys(profiles))("each scenario raises the alarm that its name promises: %s", (name) => {
  const profile = profiles[name] ?? cells;
  const found = Object.fromEntries(
    drillScenarios.map((scenario) => {
      const run = drillRun({ kind: "scenario", scenario }, constantRules(profile), 10 * minuteMs, 1_000_000);
      expect(run === null || run.lengthMs <= drillLengthMaxMs).toBe(true);
      return [scenario, run === null ? null : run.expected.kind];
    }),
  );
  expect(found).toEqual({
    "too-warm": "temperature-high",
    "door-open": "temperature-high",
    "too-cold": profile.low === null ? null : "temperature-low",
    "probe-broken": "probe-fault",
    silent: "probe-silent",
  });
});

test("an open door stays a warning, a failing compressor becomes critical", () => {
  const worst = (scenario: "door-open" | "too-warm"): number => {
    const run = drillRun({ kind: "scenario", scenario }, constantRules(cells), 20 * minuteMs, 0);
    return Math.max(...(run?.readings ?? []).map((reading) => ("celsius" in reading ? reading.celsius : 0)));
  };
  expect(worst("door-open")).toBeLessThan(10);
  expect(worst("door-open")).toBeGreaterThan(7);
  expect(worst("too-warm")).toBeGreaterThan(10);
});

test("a recorded piece in range raises nothing, and one with a fault at its end goes on with it", () => {
  const rules = constantRules(cells);
  const calm = recordedTrace(
    "p",
    0,
    10 * minuteMs,
    [0, 5, 10].map((at) => ({ at: at * minuteMs, celsius: 4 })),
  );
  expect(drillRun(calm, rules, minuteMs, 50_000_000)).toBeNull();
  const broken = recordedTrace("p", 0, minuteMs, [
    { at: 0, celsius: 4 },
    { at: minuteMs, fault: "open" as const },
  ]);
  expect(drillRun(broken, rules, minuteMs, 50_000_000)?.expected).toEqual({
    kind: "probe-fault",
    severity: "warning",
    afterMs: 5 * minuteMs,
  });
});

const seen = fc.record({
  blockedBy: fc.constantFrom(null, null, null, "critical-alarm" as const, "other-drill" as const),
  isInterrupted: fc.constantFrom(false, false, false, false, true),
  hasRules: fc.constantFrom(true, true, true, true, true, false),
  isRaised: fc.boolean(),
  isHandedOver: fc.boolean(),
  isAnswered: fc.constantFrom(false, false, true),
  afterMs: fc.integer({ min: 1, max: 20 * minuteMs }),
});

test("whatever is seen around a drill, it ends once, does not begin beside what is real, and is passed only where all was measured", () => {
  fc.assert(
    fc.property(fc.array(seen, { minLength: 60, maxLength: 120 }), (looks) => {
      const plan = {
        number: 1,
        id: "drill-1",
        appliance: "a",
        probe: "p",
        trace: { kind: "scenario" as const, scenario: "too-warm" as const },
        startAt: 1_000_000,
        goalMs: 10 * minuteMs,
        repeatDays: null,
        isAnnounced: false,
        reason: "test",
        plannedAt: 0,
        plannedBy: { actor: "person:a", name: "A", role: null },
      };
      let drill: Drill = { plan, state: plannedDrill };
      let at = plan.startAt - minuteMs;
      let [started, ended] = [0, 0];
      for (const look of looks) {
        at += look.afterMs;
        const around: DrillSeen = {
          rules: look.hasRules ? constantRules(cells) : null,
          blockedBy: look.blockedBy,
          isInterrupted: look.isInterrupted,
          raisedAt: look.isRaised ? at : null,
          handedOverAt: look.isHandedOver ? at : null,
          answer: look.isAnswered ? { at, by: "An" } : null,
        };
        const before = drill.state;
        const { state, events } = stepDrill(drill, around, at);
        if (events.includes("started")) {
          started += 1;
          expect(around.blockedBy).toBeNull();
          expect(at).toBeGreaterThanOrEqual(plan.startAt);
        }
        if (events.includes("ended")) ended += 1;
        if (before.phase === "over") expect(state).toBe(before);
        if (before.phase === "under-way" && look.isInterrupted) expect(state.phase).toBe("over");
        if (state.phase === "planned") expect(at - plan.startAt).toBeLessThan(drillWaitMaxMs);
        if (state.outcome === "passed") {
          const { raisedAt, handedOverAt, answeredAt } = state;
          expect([raisedAt, handedOverAt, answeredAt]).not.toContain(null);
          expect((answeredAt ?? 0) - (raisedAt ?? 0)).toBeLessThanOrEqual(plan.goalMs);
        }
        drill = { plan, state };
      }
      expect(started).toBeLessThanOrEqual(1);
      if (at >= plan.startAt + drillWaitMaxMs + drillLengthMaxMs) expect(ended).toBe(1);
      expect(drill.state.phase === "over").toBe(ended === 1);
    }),
    { numRuns: 300 },
  );
});

test("readings are played when they are due, each once, also after a pause", () => {
  const plan = {
    number: 1,
    id: "drill-1",
    appliance: "a",
    probe: "p",
    trace: { kind: "scenario" as const, scenario: "door-open" as const },
    startAt: 0,
    goalMs: 10 * minuteMs,
    repeatDays: null,
    isAnnounced: false,
    reason: "test",
    plannedAt: 0,
    plannedBy: { actor: "person:a", name: "A", role: null },
  };
  const nothing: DrillSeen = {
    rules: constantRules(cells),
    blockedBy: null,
    isInterrupted: false,
    raisedAt: null,
    handedOverAt: null,
    answer: null,
  };
  let state = stepDrill({ plan, state: plannedDrill }, nothing, 500).state;
  expect(state.played).toBe(1);
  state = stepDrill({ plan, state }, nothing, 500 + 59 * secondMs).state;
  expect(state.played).toBe(1);
  state = stepDrill({ plan, state }, nothing, 500 + 7 * minuteMs).state;
  expect(state.played).toBe(8);
  expect(state.probe?.last).toMatchObject({ at: 500 + 7 * minuteMs });
});
