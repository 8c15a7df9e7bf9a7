import fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { hourMs, minuteMs } from "../time/millis.ts";
import { advise, rulesFor } from "./advice.ts";
import { type Exposure, type ExposureKind, noFigures } from "./exposure.ts";
import { mktNote, mktOfReadings, mktOfStretches } from "./mkt.ts";
import type { Component, Rule } from "./rule.ts";
import { adviceRules } from "./rules.ts";

const ruleOf = (id: string): Rule => adviceRules.find((rule) => rule.id === id) ?? expect.fail(id);

/** An exposure from its minutes: when it began, out, unknown. */
function exposure(kind: ExposureKind, start: number, outMs: number, more: Partial<Exposure> = {}): Exposure {
  const unknownMs = more.unknownMs ?? 0;
  return {
    ...noFigures,
    kind,
    place: null,
    start,
    end: start + outMs + unknownMs,
    causes: [],
    limits: { low: null, high: null },
    outMs,
    longestOutMs: outMs,
    ...more,
  };
}

const away = (start: number, minutes: number) =>
  exposure("out-of-storage", start * minuteMs, minutes * minuteMs);
const fridge = { low: 2, high: 6 };
const freezer = { low: null, high: -25 };
const failure = (outMs: number, maxCelsius: number | null, more: Partial<Exposure> = {}) =>
  exposure("equipment", 0, outMs, {
    maxCelsius,
    minCelsius: maxCelsius,
    limits: fridge,
    causes: ["x"],
    ...more,
  });
const thaw = (outMs: number, maxCelsius: number | null, more: Partial<Exposure> = {}) =>
  failure(outMs, maxCelsius, { limits: freezer, ...more });

const still = (atHour: number, hours: number) => exposure("no-agitation", atHour * hourMs, hours * hourMs);
const unknownAgitation = (atHour: number, hours: number) =>
  exposure("no-agitation", atHour * hourMs, 0, { unknownMs: hours * hourMs });
const carriedFor = (hours: number, minCelsius = 4, maxCelsius = 9, atHour = 0, unknownMs = 0) =>
  exposure("transport", atHour * hourMs, 0, {
    end: (atHour + hours) * hourMs,
    limits: { low: 2, high: 10 },
    minCelsius,
    maxCelsius,
    unknownMs,
  });

const cases: [string, string, Exposure[], string, number?][] = [
  ["out-30-min", "never out", [], "within"],
  ["out-30-min", "exactly 30 minutes", [away(0, 30)], "within"],
  ["out-30-min", "31 minutes, once of two", [away(0, 10), away(60, 31)], "exceeded"],
  [
    "out-30-min",
    "perhaps 31 minutes",
    [exposure("out-of-storage", 0, 20 * minuteMs, { unknownMs: 11 * minuteMs })],
    "cannot-tell",
  ],
  ["out-60-min", "60 minutes", [away(0, 60)], "within"],
  ["out-60-min", "61 minutes", [away(0, 61)], "exceeded"],
  ["out-30-60-min-rested", "40 minutes, and rested since", [away(0, 40)], "within"],
  ["out-30-60-min-rested", "40 minutes, still resting", [away(0, 40)], "cannot-tell", 100],
  ["out-30-60-min-rested", "out again too soon", [away(0, 40), away(100, 5)], "exceeded"],
  ["out-30-60-min-rested", "out again after 6 hours", [away(0, 40), away(400, 5)], "within"],
  ["out-30-60-min-rested", "three times", [away(0, 40), away(500, 40), away(1_000, 40)], "within"],
  ["out-30-60-min-rested", "four times", [0, 500, 1_000, 1_500].map((at) => away(at, 40)), "exceeded"],
  ["equipment-once-10-c-5-h", "5 hours at 10 degrees", [failure(5 * hourMs, 10)], "within"],
  ["equipment-once-10-c-5-h", "a minute more", [failure(5 * hourMs + minuteMs, 10)], "exceeded"],
  ["equipment-once-10-c-5-h", "warmer", [failure(hourMs, 10.1)], "exceeded"],
  ["equipment-once-10-c-5-h", "colder than 1", [failure(hourMs, 0.9)], "exceeded"],
  ["equipment-once-10-c-5-h", "twice", [failure(hourMs, 8), failure(hourMs, 8)], "exceeded"],
  [
    "equipment-once-10-c-5-h",
    "with unknown time",
    [failure(hourMs, 8, { unknownMs: minuteMs })],
    "cannot-tell",
  ],
  [
    "equipment-once-10-c-5-h",
    "warmer, with unknown time",
    [failure(hourMs, 11, { unknownMs: minuteMs })],
    "exceeded",
  ],
  [
    "equipment-once-10-c-5-h",
    "held, but in range all the time",
    [failure(0, null, { end: hourMs })],
    "within",
  ],
  ["transport-once-12-h", "unmeasured", [exposure("transport", 0, hourMs)], "cannot-tell"],
  ["transport-once-12-h", "measured", [carriedFor(12, 4, 9)], "within"],
  ["transport-once-12-h", "a minute longer", [carriedFor(12 + 1 / 60, 4, 9)], "exceeded"],
  ["transport-once-12-h", "warmer", [carriedFor(1, 4, 10.1)], "exceeded"],
  [
    "transport-once-12-h",
    "in two boxes, one after the other",
    [carriedFor(2), carriedFor(2, 4, 9, 2)],
    "within",
  ],
  ["transport-once-12-h", "twice", [carriedFor(2), carriedFor(2, 4, 9, 3)], "exceeded"],
  ["transport-red-cells-24-h", "24 hours", [carriedFor(24)], "within"],
  ["transport-red-cells-24-h", "twice 20 hours", [carriedFor(20), carriedFor(20, 4, 9, 30)], "within"],
  [
    "transport-red-cells-24-h",
    "in two boxes, together 25 hours",
    [carriedFor(20), carriedFor(5, 4, 9, 20)],
    "exceeded",
  ],
  ["transport-red-cells-24-h", "colder than 2", [carriedFor(1, 1.9, 9)], "exceeded"],
  [
    "transport-red-cells-24-h",
    "never measured",
    [exposure("transport", 0, 0, { unknownMs: hourMs })],
    "cannot-tell",
  ],
  ["transport-platelets-20-24", "between", [carriedFor(3, 20, 24)], "within"],
  ["transport-platelets-20-24", "colder", [carriedFor(3, 19.5, 24)], "exceeded"],
  ["transport-platelets-20-24", "partly measured", [carriedFor(3, 21, 22, 0, hourMs)], "cannot-tell"],
  ["transport-plasma-frozen", "at -18", [carriedFor(3, -30, -18)], "within"],
  ["transport-plasma-frozen", "warmer", [carriedFor(3, -30, -17.9)], "exceeded"],
  ["transport-source-plasma", "at -5", [carriedFor(3, -30, -5)], "within"],
  ["transport-source-plasma", "warmer", [carriedFor(3, -30, -4.9)], "exceeded"],
  ["red-cells-not-frozen", "frozen", [failure(hourMs, -0.1)], "exceeded"],
  ["red-cells-not-frozen", "just not", [failure(hourMs, 0)], "within"],
  ["red-cells-not-frozen", "out of storage does not freeze", [away(0, 40)], "within"],
  ["platelets-agitation", "8 hours three times", [0, 20, 40].map((at) => still(at, 8)), "within"],
  ["platelets-agitation", "9 hours", [still(0, 9)], "exceeded"],
  ["platelets-agitation", "8 hours four times", [0, 20, 40, 60].map((at) => still(at, 8)), "exceeded"],
  ["platelets-agitation", "5 hours here and 5 there, at once", [still(0, 5), still(5, 5)], "exceeded"],
  ["platelets-agitation", "5 hours here and 5 there, later", [still(0, 5), still(6, 5)], "within"],
  ["platelets-agitation", "5 hours, then 4 unknown", [still(0, 5), unknownAgitation(5, 4)], "cannot-tell"],
  [
    "platelets-agitation",
    "unknown between",
    [still(0, 5), unknownAgitation(5, 1), still(6, 5)],
    "cannot-tell",
  ],
  ["platelets-agitation", "8 unknown hours", [unknownAgitation(0, 8)], "within"],
  [
    "source-plasma-640-76",
    "72 hours at -6",
    [thaw(72 * hourMs, -6, { limits: { low: null, high: -20 } })],
    "within",
  ],
  ["source-plasma-640-76", "at -5", [thaw(hourMs, -5)], "exceeded"],
  [
    "source-plasma-640-76",
    "73 hours",
    [thaw(73 * hourMs, -6, { limits: { low: null, high: -20 } })],
    "exceeded",
  ],
  ["source-plasma-640-76", "73 hours above a colder limit", [thaw(73 * hourMs, -6)], "cannot-tell"],
  [
    "source-plasma-640-76",
    "73 hours above a colder limit, never above -20",
    [thaw(73 * hourMs, -21)],
    "within",
  ],
  ["source-plasma-640-76", "twice", [thaw(hourMs, -10), thaw(hourMs, -10)], "exceeded"],
  [
    "source-plasma-640-76",
    "above a limit warmer than -20",
    [thaw(hourMs, -6, { limits: { low: null, high: -18 }, end: 80 * hourMs })],
    "cannot-tell",
  ],
  [
    "source-plasma-640-76",
    "73 hours, part of them perhaps too cold",
    [thaw(73 * hourMs, -6, { limits: { low: -40, high: -20 }, end: 73 * hourMs })],
    "cannot-tell",
  ],
  ["plasma-ph-eur-0853", "at -5", [thaw(hourMs, -5)], "within"],
  ["plasma-ph-eur-0853", "at -4.9", [thaw(hourMs, -4.9)], "exceeded"],
  ["plasma-ph-eur-0853", "twice at -16", [thaw(hourMs, -16), thaw(hourMs, -16)], "within"],
  ["plasma-ph-eur-0853", "twice at -14", [thaw(hourMs, -14), thaw(hourMs, -14)], "exceeded"],
];

describe("rules", () => {
  test.each(cases)("%s, %s", (id, _, exposures, verdict, nowMinutes = 100_000) => {
    expect(advise(ruleOf(id), exposures, nowMinutes * minuteMs).verdict).toBe(verdict);
  });

  test("every rule has cases of each verdict that it can give", () => {
    for (const { id } of adviceRules) {
      const verdicts = cases.filter(([rule]) => rule === id).map(([, , , verdict]) => verdict);
      expect(verdicts, id).toContain("within");
      expect(verdicts, id).toContain("exceeded");
    }
  });

  test("say the figures that they compared", () => {
    const unsure = failure(4 * hourMs, 9.25, { unknownMs: 90 * minuteMs });
    expect(advise(ruleOf("equipment-once-10-c-5-h"), [unsure], 0)).toMatchObject({
      verdict: "cannot-tell",
      source: "UK, NHS Blood and Transplant, Temperature excursions",
      figures: [
        "once in excursions of appliances; allowed: once",
        "in all 4 h 00 min, with unknown time up to 5 h 30 min, in excursions of appliances; allowed: 5 h 00 min",
        "warmest 9.25 °C, and 1 h 30 min not measured in excursions of appliances; allowed: up to 10 °C",
        "coldest 9.25 °C, and 1 h 30 min not measured in excursions of appliances; allowed: down to 1 °C",
      ],
    });
    expect(advise(ruleOf("out-30-60-min-rested"), [away(0, 40)], 100 * minuteMs).figures[2]).toBe(
      "at the shortest 1 h 00 min of rest; asked for: 6 h 00 min after each stretch out of storage for more than 30 min",
    );
  });

  test("are chosen by component or by profile", () => {
    const ids = (component: Component | null, profiles: string[] = []) =>
      rulesFor(
        [
          ...adviceRules,
          { ...ruleOf("out-30-min"), id: "own", appliesTo: { components: [], profiles: ["house"] } },
        ],
        {
          component,
          profiles,
        },
      ).map(({ id }) => id);
    expect(ids("platelets")).toEqual(["transport-platelets-20-24", "platelets-agitation"]);
    expect(ids(null)).toEqual([]);
    expect(ids(null, ["house"])).toEqual(["own"]);
  });

  test("are listed in docs/units.md with their sources, and no others", () => {
    const page = readFileSync(new URL("../../docs/units.md", import.meta.url), "utf8");
    const rows = [...page.matchAll(/^\| `([a-z0-9-]+)` \| (yes|no) \| (.+) \| (.+) \| (.+) \|$/gm)];
    const told = rows.map(([, id, isDefault, title, source, edition]) => ({
      id,
      isDefault: isDefault === "yes",
      title,
      source,
      edition,
    }));
    expect(told).toEqual(
      adviceRules.map(({ id, isDefault, title, source, edition }) => ({
        id,
        isDefault,
        title,
        source,
        edition,
      })),
    );
  });
});

describe("worse is never better", () => {
  const order = ["within", "cannot-tell", "exceeded"];
  const exposures = fc.array(
    fc
      .record({
        kind: fc.constantFrom<ExposureKind>("equipment", "out-of-storage", "transport", "no-agitation"),
        gap: fc.nat(600),
        out: fc.nat(400),
        unknown: fc.constantFrom(0, 0, 30, 400),
        celsius: fc.option(fc.integer({ min: -30, max: 15 })),
      })
      .map((each) => each),
    { maxLength: 5 },
  );
  const built = exposures.map((all) => {
    let at = 0;
    return all.map(({ kind, gap, out, unknown, celsius }) => {
      const start = at + gap * minuteMs;
      at = start + (out + unknown) * minuteMs;
      return exposure(kind, start, out * minuteMs, {
        unknownMs: unknown * minuteMs,
        minCelsius: celsius,
        maxCelsius: celsius,
        limits: fridge,
      });
    });
  });
  const later = 10_000 * hourMs;

  test("what unknown time turns out to be keeps to the verdict", () => {
    fc.assert(
      fc.property(fc.constantFrom(...adviceRules), built, fc.boolean(), (rule, all, wasOut) => {
        const verdict = advise(rule, all, later).verdict;
        const known = all.map((each) => ({
          ...each,
          unknownMs: 0,
          outMs: each.outMs + (wasOut ? each.unknownMs : 0),
          longestOutMs: each.outMs + (wasOut ? each.unknownMs : 0),
        }));
        const found = advise(rule, known, later).verdict;
        if (verdict === "within") expect(found).toBe("within");
        if (verdict === "exceeded") expect(found).toBe("exceeded");
      }),
      { numRuns: 1_000 },
    );
  });

  test("one exposure more", () => {
    fc.assert(
      fc.property(fc.constantFrom(...adviceRules), built, (rule, all) => {
        const verdicts = all.map((_, count) => advise(rule, all.slice(0, count + 1), later).verdict);
        const ranks = verdicts.map((verdict) => order.indexOf(verdict));
        expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
      }),
      { numRuns: 500 },
    );
  });
});

describe("mean kinetic temperature", () => {
  test.each([
    [5, [[5, 1]]],
    [
      20.7937,
      [
        [20, 7],
        [25, 1],
      ],
    ],
    [
      5.7635,
      [
        [5, 23],
        [15, 1],
      ],
    ],
    [
      7.0835,
      [
        [4, 23],
        [25, 1],
      ],
    ],
    [
      8.9278,
      [
        [4, 23],
        [30, 1],
      ],
    ],
    [
      9.5381,
      [
        [4, 20],
        [20, 4],
      ],
    ],
    [
      -0.2081,
      [
        [-10, 12],
        [4, 12],
      ],
    ],
    [
      22.5671,
      [
        [21, 1],
        [22, 1],
        [23, 1],
        [24, 1],
      ],
    ],
  ])("%d degrees", (expected, parts) => {
    const stretches = parts.map(([celsius = 0, hours = 0]) => ({ celsius, ms: hours * hourMs }));
    expect(mktOfStretches(stretches)).toBeCloseTo(expected, 4);
  });

  test("of irregular readings is weighted by time, and leaves out what is unknown", () => {
    const at = (minute: number, celsius: number | null) => ({ at: minute * minuteMs, celsius });
    const readings = [at(0, 4), at(1, 4), at(6, 4), at(60, 20), at(62, 20), at(63, null), at(64, 4)];
    const result = mktOfReadings(readings, { from: 0, to: 64 * minuteMs }, 5 * minuteMs);
    expect(result).toMatchObject({ measuredMs: 8 * minuteMs, unknownMs: 56 * minuteMs, note: mktNote });
    expect(result.celsius).toBeCloseTo(
      mktOfStretches([
        { celsius: 4, ms: 6 },
        { celsius: 20, ms: 2 },
      ]) ?? 0,
      9,
    );
    expect(mktOfReadings([], { from: 0, to: 1 }, 1)).toMatchObject({ celsius: null, unknownMs: 1 });
    expect(mktOfStretches([])).toBeNull();
  });

  test("lies between the coldest and the warmest, and not below the mean", () => {
    const celsius = fc.integer({ min: -80, max: 40 });
    fc.assert(
      fc.property(
        fc.array(fc.record({ celsius, ms: fc.integer({ min: 1, max: 1_000 }) }), { minLength: 1 }),
        (stretches) => {
          const mkt = mktOfStretches(stretches) ?? Number.NaN;
          const all = stretches.map((each) => each.celsius);
          const ms = stretches.reduce((sum, each) => sum + each.ms, 0);
          const mean = stretches.reduce((sum, each) => sum + each.celsius * each.ms, 0) / ms;
          expect(mkt).toBeLessThanOrEqual(Math.max(...all) + 1e-6);
          expect(mkt).toBeGreaterThanOrEqual(mean - 1e-6);
        },
      ),
    );
  });
});
