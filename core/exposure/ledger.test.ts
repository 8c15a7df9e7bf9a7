import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { minuteMs } from "../time/millis.ts";
import { equipmentExposure, heldStretches, type HoldingExcursion, type ProbeWindow } from "./equipment.ts";
import { type Exposure, type ExposureFigures, exposureKinds, sumFigures, worstFigures } from "./exposure.ts";
import { foldLedger, gapExposures, totalsOf } from "./ledger.ts";
import { type UnitResidence, whereabouts } from "./whereabouts.ts";

const min = (minutes: number) => minutes * minuteMs;
const limits = { low: 2, high: 6 };
const window = (probe: string, from: number, to: number) => ({ probe, from: min(from), to: min(to) });

describe("worked example", () => {
  const residences: UnitResidence[] = [
    { appliance: "a", from: min(0), to: min(30) },
    { appliance: "b", from: min(40), to: min(100) },
    { appliance: "a", from: min(100), to: null },
  ];
  const where = whereabouts(residences, min(200));
  const excursions: HoldingExcursion[] = [
    { id: "x1", appliance: "a", probe: "air", held: { from: min(10), to: min(20) } },
    { id: "x2", appliance: "a", probe: "product", held: { from: min(15), to: min(120) } },
    { id: "x3", appliance: "b", probe: "b", held: { from: min(90), to: null } },
    { id: "x4", appliance: "a", probe: "air", held: { from: min(40), to: min(90) } },
  ];

  test("where a unit was is told to the minute, with what is assumed", () => {
    expect(where.gaps).toEqual([{ from: min(30), to: min(40) }]);
    expect(where).toMatchObject({ outSince: null, stillIn: { place: "a", since: min(100) } });
    expect([...foldLedger(where, []).timeByPlace]).toEqual([
      ["a", min(130)],
      ["b", min(60)],
      [null, min(10)],
    ]);
  });

  test("excursions hold where the unit was, of several probes together", () => {
    expect(heldStretches(where, excursions)).toEqual([
      {
        place: "a",
        from: min(10),
        to: min(30),
        causes: ["x1", "x2"],
        runs: [window("air", 10, 20), window("product", 15, 30)],
        parts: [
          window("air", 10, 15),
          window("air", 15, 20),
          window("product", 15, 20),
          window("product", 20, 30),
        ],
      },
      {
        place: "b",
        from: min(90),
        to: min(100),
        causes: ["x3"],
        runs: [window("b", 90, 100)],
        parts: [window("b", 90, 100)],
      },
      {
        place: "a",
        from: min(100),
        to: min(120),
        causes: ["x2"],
        runs: [window("product", 100, 120)],
        parts: [window("product", 100, 120)],
      },
    ]);
  });

  test("the worst probe counts in each part, the longest run is one probe's, and going out and back is an exposure", () => {
    const figures = (outMs: number, unknownMs: number, celsius: number): ExposureFigures => ({
      outMs: min(outMs),
      longestOutMs: min(outMs),
      unknownMs: min(unknownMs),
      minCelsius: celsius,
      maxCelsius: celsius,
      degreeMinutes: outMs,
    });
    const [first, ...others] = heldStretches(where, excursions);
    if (first === undefined) expect.fail();
    const exposure = equipmentExposure(
      first,
      {
        runs: [figures(5, 0, 9), figures(7, 0, 3)],
        parts: [figures(2, 0, 9), figures(3, 1, 8), figures(1, 4, 3), figures(6, 2, 7)],
      },
      limits,
    );
    expect(exposure).toMatchObject({
      outMs: min(2 + 3 + 6),
      unknownMs: min(0 + 2 + 2),
      longestOutMs: min(7),
    });
    expect(exposure).toMatchObject({ minCelsius: 3, maxCelsius: 9, degreeMinutes: 2 + 3 + 6 });
    const rest = others.map((stretch) =>
      equipmentExposure(stretch, { runs: [figures(1, 0, 8)], parts: [figures(1, 0, 8)] }, limits),
    );
    const ledger = foldLedger(where, [...gapExposures(where), exposure, ...rest]);
    expect(ledger).toMatchObject({
      count: 4,
      outMs: min(11 + 2 + 10),
      unknownMs: min(4),
      worstCaseMs: min(27),
    });
    expect(ledger.byKind.equipment.count).toBe(3);
    expect(ledger.byKind["out-of-storage"]).toMatchObject({ count: 1, outMs: min(10), maxCelsius: null });
    expect(ledger.exposures.map(({ start }) => start)).toEqual([10, 30, 90, 100].map(min));
  });

  test("windows that touch are one stretch", () => {
    const touching: HoldingExcursion[] = [
      { id: "x1", appliance: "a", probe: "air", held: { from: min(0), to: min(10) } },
      { id: "x2", appliance: "a", probe: "product", held: { from: min(10), to: min(20) } },
      { id: "x3", appliance: "a", probe: "product", held: { from: min(20), to: min(25) } },
    ];
    expect(heldStretches(where, touching)).toMatchObject([
      { from: 0, to: min(25), runs: [window("air", 0, 10), window("product", 10, 25)] },
    ]);
  });

  test("a unit that is out now was not out and back", () => {
    const out = whereabouts([{ appliance: "a", from: 0, to: min(5) }], min(9));
    expect(out).toMatchObject({ gaps: [], outSince: min(5), stillIn: null });
    expect(whereabouts([{ appliance: "a", from: min(9), to: null }], min(9))).toMatchObject({
      stays: [],
      outSince: null,
      stillIn: null,
    });
  });
});

/** A life on a grid of minutes: where the unit was, what each probe's minutes were, which excursions hold. */
const length = 60;
const probes = ["a/1", "a/2", "b/1"] as const;
type Minute = "in" | "out" | "unknown";

const lives = fc.record({
  places: fc.array(fc.tuple(fc.constantFrom("a", "b", null), fc.integer({ min: 1, max: 15 })), {
    minLength: 1,
    maxLength: 8,
  }),
  minutes: fc.tuple(
    ...probes.map(() =>
      fc.array(fc.constantFrom<Minute>("in", "out", "unknown"), { minLength: length, maxLength: length }),
    ),
  ),
  excursions: fc.array(
    fc.record({
      probe: fc.constantFrom(...probes),
      from: fc.integer({ min: 0, max: length - 1 }),
      minutes: fc.option(fc.integer({ min: 1, max: length })),
    }),
    { maxLength: 6 },
  ),
});

type Life = typeof lives extends fc.Arbitrary<infer Value> ? Value : never;

const measured = (minutes: readonly Minute[], from: number, to: number): ExposureFigures => {
  const part = minutes.slice(from / minuteMs, to / minuteMs);
  const runs = part
    .map((each) => (each === "out" ? "o" : "."))
    .join("")
    .split(".");
  const outMs = min(part.filter((each) => each === "out").length);
  return {
    outMs,
    longestOutMs: min(Math.max(...runs.map((run) => run.length))),
    unknownMs: min(part.filter((each) => each === "unknown").length),
    minCelsius: null,
    maxCelsius: outMs > 0 ? 9 : null,
    degreeMinutes: outMs / minuteMs,
  };
};

/** The place of each minute, undefined before and null where it is in no appliance. */
function placesOf({ places }: Life): (string | null)[] {
  return places.flatMap(([place, count]) => Array.from({ length: count }, () => place)).slice(0, length);
}

function residencesOf(places: readonly (string | null)[]): UnitResidence[] {
  const residences: UnitResidence[] = [];
  for (const [at, place] of places.entries()) {
    if (place === null || places[at - 1] === place) continue;
    let end = at;
    while (places[end] === place) end += 1;
    residences.push({ appliance: place, from: min(at), to: end === places.length ? null : min(end) });
  }
  return residences;
}

const holding = ({ excursions }: Life): HoldingExcursion[] =>
  excursions.map(({ probe, from, minutes }, index) => ({
    id: `x${index}`,
    appliance: probe.slice(0, 1),
    probe,
    held: { from: min(from), to: minutes === null ? null : min(from + minutes) },
  }));

function ledgerOf(life: Life) {
  const places = placesOf(life);
  const where = whereabouts(residencesOf(places), min(places.length));
  const minutesOf = (probe: string) => life.minutes[probes.indexOf(probe as (typeof probes)[number])] ?? [];
  const measure = ({ probe, from, to }: ProbeWindow) => measured(minutesOf(probe), from, to);
  const exposures: Exposure[] = heldStretches(where, holding(life)).map((stretch) =>
    equipmentExposure(
      stretch,
      { runs: stretch.runs.map(measure), parts: stretch.parts.map(measure) },
      limits,
    ),
  );
  return { where, places, ledger: foldLedger(where, [...exposures, ...gapExposures(where)]) };
}

/** Minute by minute: stretches of a stay in which the same excursions hold; in each the probe that shows the most. */
function naive(life: Life): {
  outMs: number;
  worstCaseMs: number;
  longestOutMs: number;
  count: number;
  gapMs: number;
} {
  const places = placesOf(life);
  const holds = (at: number, probe: string): string[] =>
    holding(life)
      .filter((each) => each.probe === probe && each.appliance === places[at])
      .filter(({ held }) => held.from <= min(at) && (held.to === null || min(at) < held.to))
      .map(({ id }) => id);
  const found = { outMs: 0, worstCaseMs: 0, longestOutMs: 0, count: 0, gapMs: 0 };
  const causes = new Set<string>();
  let judged = "";
  let open: Map<string, { out: number; unknown: number }> | null = null;
  const close = (): void => {
    const each = [...(open?.values() ?? [])];
    found.outMs += min(Math.max(0, ...each.map(({ out }) => out)));
    found.worstCaseMs += min(Math.max(0, ...each.map(({ out, unknown }) => out + unknown)));
    open = null;
  };
  for (const at of places.keys()) {
    const judging = probes.flatMap((probe) => holds(at, probe)).join();
    if (places[at] !== places[at - 1] || judging !== judged) close();
    judged = judging;
    for (const probe of probes) {
      if (holds(at, probe).length === 0) continue;
      for (const id of holds(at, probe)) causes.add(id);
      open ??= new Map<string, { out: number; unknown: number }>();
      const sum = open.get(probe) ?? { out: 0, unknown: 0 };
      const state = life.minutes[probes.indexOf(probe)]?.[at];
      if (state === "out") sum.out += 1;
      if (state === "unknown") sum.unknown += 1;
      open.set(probe, sum);
    }
    const wasIn = places.slice(0, at).some((place) => place !== null);
    const comesBack = places.slice(at).some((place) => place !== null);
    if (places[at] === null && wasIn && comesBack) found.gapMs += min(1);
  }
  close();
  for (const probe of probes) {
    let run = 0;
    for (const at of places.keys()) {
      const isOut = holds(at, probe).length > 0 && life.minutes[probes.indexOf(probe)]?.[at] === "out";
      run = isOut ? (places[at] === places[at - 1] ? run : 0) + 1 : 0;
      found.longestOutMs = Math.max(found.longestOutMs, min(run));
    }
  }
  found.count = causes.size;
  return found;
}

describe("any life", () => {
  test("has the ledger that counting minute by minute has", () => {
    fc.assert(
      fc.property(lives, (life) => {
        const { ledger } = ledgerOf(life);
        const { gapMs, ...expected } = naive(life);
        const { outMs, worstCaseMs, longestOutMs, count } = ledger.byKind.equipment;
        expect({ outMs, worstCaseMs, longestOutMs, count }).toEqual(expected);
        expect(ledger.byKind["out-of-storage"].outMs).toBe(gapMs);
      }),
      { numRuns: 1_000 },
    );
  });

  test("is the sum over where it was, and over kinds; and no time is lost", () => {
    fc.assert(
      fc.property(lives, (life) => {
        const { ledger, where, places } = ledgerOf(life);
        const byPlace = [...new Set(ledger.exposures.map(({ place }) => place))].map((place) =>
          totalsOf(ledger.exposures.filter((each) => each.place === place)),
        );
        for (const parts of [byPlace, exposureKinds.map((kind) => ledger.byKind[kind])]) {
          const { outMs, unknownMs, longestOutMs, maxCelsius, degreeMinutes } = sumFigures(parts);
          expect(ledger).toMatchObject({ outMs, unknownMs, longestOutMs, maxCelsius, degreeMinutes });
          expect(parts.reduce((sum, each) => sum + each.count, 0)).toBe(ledger.count);
        }
        const first = where.stays[0]?.from ?? min(places.length);
        expect([...ledger.timeByPlace.values()].reduce((sum, each) => sum + each, 0)).toBe(
          min(places.length) - first,
        );
      }),
      { numRuns: 500 },
    );
  });

  test("is never better for one excursion more", () => {
    fc.assert(
      fc.property(lives, (life) => {
        const { ledger } = ledgerOf(life);
        const { ledger: less } = ledgerOf({ ...life, excursions: life.excursions.slice(1) });
        expect(ledger.outMs).toBeGreaterThanOrEqual(less.outMs);
        expect(ledger.worstCaseMs).toBeGreaterThanOrEqual(less.worstCaseMs);
        expect(ledger.longestOutMs).toBeGreaterThanOrEqual(less.longestOutMs);
      }),
      { numRuns: 500 },
    );
  });

  test("has the same ledger whatever the order of what is known", () => {
    fc.assert(
      fc.property(lives, fc.func(fc.integer()), (life, rank) => {
        const { where, ledger } = ledgerOf(life);
        const excursions = holding(life);
        const shuffled = [...excursions].sort((a, b) => rank(a.id) - rank(b.id));
        expect(heldStretches(where, shuffled)).toEqual(heldStretches(where, excursions));
        expect(foldLedger(where, ledger.exposures.toReversed()).exposures).toEqual(ledger.exposures);
      }),
    );
  });
});

test("the worst of several probes is never less than any of them, and no more than all of them", () => {
  const figures = fc.record({
    outMs: fc.nat(1_000),
    longestOutMs: fc.nat(1_000),
    unknownMs: fc.nat(1_000),
    minCelsius: fc.option(fc.integer({ min: -40, max: 40 })),
    maxCelsius: fc.option(fc.integer({ min: -40, max: 40 })),
    degreeMinutes: fc.nat(1_000),
  });
  fc.assert(
    fc.property(fc.array(figures, { minLength: 1, maxLength: 4 }), (each) => {
      const worst = worstFigures(each);
      const all = sumFigures(each);
      expect(worst.unknownMs).toBeGreaterThanOrEqual(0);
      for (const one of each) {
        expect(worst.outMs).toBeGreaterThanOrEqual(one.outMs);
        expect(worst.outMs + worst.unknownMs).toBeGreaterThanOrEqual(one.outMs + one.unknownMs);
      }
      expect(worst.outMs + worst.unknownMs).toBeLessThanOrEqual(all.outMs + all.unknownMs);
      expect(worst).toMatchObject({ minCelsius: all.minCelsius, maxCelsius: all.maxCelsius });
    }),
  );
});
