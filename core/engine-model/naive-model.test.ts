/**
 * Goal: what must hold of every trace, whatever it is. Method: properties over the nasty traces of `traces.ts`; the seed of a failure is
 * printed by fast-check.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { heldInterval, type ExcursionFigures } from "../engine/excursion.ts";
import type { Reading } from "../readings/reading.ts";
import { hourMs } from "../time/millis.ts";
import { naiveCoverage, naiveJudge } from "./naive-model.ts";
import { deliveryArbitrary, nowArbitrary, traceArbitrary, type Trace } from "./traces.ts";

const judge = ({ readings, rules, now }: Trace): ExcursionFigures[] =>
  naiveJudge(readings, rules, now).excursions;
const endOf = (figures: ExcursionFigures): number => figures.end ?? Infinity;
const lastAt = (readings: readonly Reading[]): number => Math.max(...readings.map((reading) => reading.at));

function windowOf(trace: Trace): { from: number; to: number } {
  const instants = [...trace.readings.map((reading) => reading.at), trace.now];
  return { from: Math.min(...instants) - hourMs, to: Math.max(...instants) + hourMs };
}

describe("any delivery of a trace", () => {
  const delivered = traceArbitrary.chain((trace) =>
    deliveryArbitrary(trace.readings).map((batches) => ({ trace, batches })),
  );

  it("ends in the same excursions", () => {
    fc.assert(
      fc.property(delivered, ({ trace, batches }) => {
        expect(judge({ ...trace, readings: batches.flat() })).toEqual(judge(trace));
      }),
    );
  });

  it("ends in the same coverage", () => {
    fc.assert(
      fc.property(delivered, ({ trace, batches }) => {
        const { from, to } = windowOf(trace);
        expect(naiveCoverage(batches.flat(), trace.rules, from, to, trace.now)).toEqual(
          naiveCoverage(trace.readings, trace.rules, from, to, trace.now),
        );
      }),
    );
  });
});

describe("coverage", () => {
  const windowed = traceArbitrary.chain((trace) => {
    const { from, to } = windowOf(trace);
    const instant = fc.integer({ min: from, max: to });
    return fc
      .tuple(instant, instant, instant)
      .map((cuts) => ({ trace, cuts: cuts.toSorted((a, b) => a - b) }));
  });

  it("adds up to the window, with no negative part", () => {
    fc.assert(
      fc.property(windowed, ({ trace, cuts: [from = 0, , to = 0] }) => {
        const parts = Object.values(naiveCoverage(trace.readings, trace.rules, from, to, trace.now));
        expect(parts.reduce((sum, ms) => sum + ms, 0)).toBe(to - from);
        expect(Math.min(...parts)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it("of two windows that touch adds up to that of both", () => {
    fc.assert(
      fc.property(windowed, ({ trace: { readings, rules, now }, cuts: [from = 0, middle = 0, to = 0] }) => {
        const left = naiveCoverage(readings, rules, from, middle, now);
        const right = naiveCoverage(readings, rules, middle, to, now);
        expect(naiveCoverage(readings, rules, from, to, now)).toEqual({
          inMs: left.inMs + right.inMs,
          lowMs: left.lowMs + right.lowMs,
          highMs: left.highMs + right.highMs,
          unknownMs: left.unknownMs + right.unknownMs,
          pendingMs: left.pendingMs + right.pendingMs,
        });
      }),
    );
  });

  it("is out for exactly as long as excursions are, where every blip is one", () => {
    fc.assert(
      fc.property(traceArbitrary.map(withEveryBlip), (trace) => {
        const { from, to } = windowOf(trace);
        const { lowMs, highMs } = naiveCoverage(trace.readings, trace.rules, from, to, trace.now);
        const out = { high: 0, low: 0, unmonitored: 0 };
        for (const figures of judge(trace)) out[figures.side] += figures.outMs;
        expect(out).toEqual({ high: highMs, low: lowMs, unmonitored: 0 });
      }),
    );
  });
});

function withEveryBlip(trace: Trace): Trace {
  const profiles = trace.rules.profiles.map(({ from, rule }) => ({
    from,
    rule: { ...rule, excursionAfter: 0 },
  }));
  return { ...trace, rules: { ...trace.rules, profiles } };
}

describe("excursions", () => {
  it("of one side do not overlap, and only the last of a side is open", () => {
    fc.assert(
      fc.property(traceArbitrary.map(withEveryBlip), (trace) => {
        const excursions = judge(trace);
        for (const side of ["high", "low", "unmonitored"]) {
          const ofSide = excursions.filter((figures) => figures.side === side);
          ofSide.slice(1).forEach((next, index) => {
            const before = ofSide[index];
            expect(before === undefined ? Infinity : endOf(before)).toBeLessThanOrEqual(next.start);
          });
        }
      }),
    );
  });

  it("lie within their held interval", () => {
    fc.assert(
      fc.property(traceArbitrary, (trace) => {
        for (const figures of judge(trace)) {
          const held = heldInterval(figures);
          expect(held.from).toBeLessThanOrEqual(figures.start);
          expect(held.to ?? Infinity).toBeGreaterThanOrEqual(endOf(figures));
          expect(endOf(figures)).toBeGreaterThanOrEqual(figures.start);
        }
      }),
    );
  });

  it("hold no more out-of-range and unknown time than there is in their held interval", () => {
    fc.assert(
      fc.property(traceArbitrary, (trace) => {
        for (const figures of judge(trace)) {
          const { from, to } = heldInterval(figures);
          const until = to ?? Math.max(trace.now, lastAt(trace.readings));
          expect(figures.outMs + figures.unknownMs).toBeLessThanOrEqual(until - from);
        }
      }),
    );
  });

  it("hold exactly the unknown time that coverage counts there", () => {
    fc.assert(
      fc.property(traceArbitrary, (trace) => {
        for (const figures of judge(trace)) {
          const { from, to } = heldInterval(figures);
          const until = to ?? Math.max(trace.now, lastAt(trace.readings));
          const { unknownMs } = naiveCoverage(trace.readings, trace.rules, from, until, trace.now);
          expect(figures.unknownMs).toBe(unknownMs);
        }
      }),
    );
  });

  it("have an area only where they have time out, and an extreme beyond no lesser reading", () => {
    fc.assert(
      fc.property(traceArbitrary.map(withEveryBlip), (trace) => {
        for (const { side, outMs, degreeMinutes, extremeCelsius, critical } of judge(trace)) {
          expect(degreeMinutes).toBeGreaterThanOrEqual(0);
          if (outMs > 1) expect(degreeMinutes).toBeGreaterThan(0);
          if (critical) expect(extremeCelsius).not.toBeNull();
          if (side === "unmonitored") expect([outMs, degreeMinutes, extremeCelsius]).toEqual([0, 0, null]);
        }
      }),
    );
  });
});

describe("as time passes without a reading", () => {
  const twice = traceArbitrary.chain((trace) =>
    fc.tuple(nowArbitrary(trace), nowArbitrary(trace)).map(([one, other]) => ({
      trace,
      sooner: Math.min(one, other),
      later: Math.max(one, other),
    })),
  );

  it("no excursion goes away, none of its facts changes, and only unknown time grows", () => {
    fc.assert(
      fc.property(twice, ({ trace, sooner, later }) => {
        const after = judge({ ...trace, now: later });
        for (const before of judge({ ...trace, now: sooner })) {
          const same = after.find(({ side, start }) => side === before.side && start === before.start);
          const reopened = before.side === "unmonitored" && same?.end === null;
          expect(same).toEqual({
            ...before,
            end: reopened ? null : before.end,
            unknownMs: expect.any(Number),
          });
          expect(same?.unknownMs).toBeGreaterThanOrEqual(before.unknownMs);
        }
      }),
    );
  });

  it("coverage never takes back what was measured or lost: only pending time becomes unknown", () => {
    fc.assert(
      fc.property(twice, ({ trace, sooner, later }) => {
        const { from, to } = windowOf({ ...trace, now: later });
        const before = naiveCoverage(trace.readings, trace.rules, from, to, sooner);
        const after = naiveCoverage(trace.readings, trace.rules, from, to, later);
        const { inMs, lowMs, highMs } = before;
        expect(after).toMatchObject({ inMs, lowMs, highMs });
        expect(after.unknownMs).toBeGreaterThanOrEqual(before.unknownMs);
      }),
    );
  });
});

describe("the traces", () => {
  /** What a generator never makes, no property ever tests. */
  it("reach every kind of excursion in 1000", () => {
    const seen = new Set<string>();
    for (const trace of fc.sample(traceArbitrary, { numRuns: 1_000, seed: 11 })) {
      for (const figures of judge(trace)) {
        seen.add(`${figures.side} ${figures.end === null ? "open" : "closed"}`);
        if (figures.side === "unmonitored") continue;
        if (figures.critical) seen.add("critical");
        if (figures.outMs === 0) seen.add("without length");
        if (figures.extremeCelsius === null) seen.add("without a reading");
        if (figures.end !== null && figures.provenGoodAfter === null) seen.add("closed and not proven good");
        if (figures.provenGoodBefore === null) seen.add("from the first reading");
        if (figures.unknownMs > 0 && figures.outMs > 0) seen.add("out and unknown");
      }
    }
    expect([...seen].toSorted()).toEqual([
      "closed and not proven good",
      "critical",
      "from the first reading",
      "high closed",
      "high open",
      "low closed",
      "low open",
      "out and unknown",
      "unmonitored closed",
      "unmonitored open",
      "without a reading",
      "without length",
    ]);
  });
});
