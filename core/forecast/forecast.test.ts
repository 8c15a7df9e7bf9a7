/** The forecast: a straight trend is found, doubt widens it, and nothing is forecast where nothing heads for a limit. */
import { exampleProfile as profile } from "../site/example-profile.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { traceArbitrary } from "../engine-model/traces.ts";
import { compareReadings, isGood, type Reading } from "../readings/reading.ts";
import { ruleAt } from "../site/profile.ts";
import { hourMs, minuteMs } from "../time/millis.ts";
import { type Forecast, forecast, horizonMs, usualMs } from "./forecast.ts";

const everyMinute = (celsius: readonly number[]): Reading[] =>
  celsius.map((each, index) => ({ at: index * minuteMs, celsius: each }));
const lastAt = (readings: readonly Reading[]): number => readings[readings.length - 1]?.at ?? 0;
const forecastOf = (readings: readonly Reading[], later = 0): Forecast | null =>
  forecast(readings, profile, lastAt(readings) + later);

const rising = (from: number, perMinute: number, count = 16): number[] =>
  Array.from({ length: count }, (_, index) => from + perMinute * index);

test("a straight trend reaches the limit when it does: 4 °C and 0.1 a minute is 6 °C after 20 min", () => {
  const said = forecastOf(everyMinute(rising(4, 0.1)));
  expect(said).toMatchObject({ side: "high", at: 20 * minuteMs });
  expect(said?.earliest).toBeGreaterThanOrEqual(15 * minuteMs);
  expect(said?.earliest).toBeLessThan(20 * minuteMs);
  expect(said?.latest).toBeGreaterThan(20 * minuteMs);
});

test("any straight trend is found to the second on either side, whatever the spacing of the readings", () => {
  const cases = fc.record({
    start: fc.integer({ min: 350, max: 450 }).map((hundredths) => hundredths / 100),
    perMinute: fc.integer({ min: 30, max: 90 }).map((thousandths) => thousandths / 1_000),
    sign: fc.constantFrom(1, -1),
    spacings: fc.array(fc.integer({ min: 20_000, max: 100_000 }), { minLength: 14, maxLength: 20 }),
  });
  fc.assert(
    fc.property(cases, ({ start, perMinute, sign, spacings }) => {
      let at = 0;
      const readings = spacings.map((spacing) => {
        at += spacing;
        return { at, celsius: start + (sign * perMinute * at) / minuteMs };
      });
      const limit = sign > 0 ? 6 : 2;
      const truth = (Math.abs(limit - start) / perMinute) * minuteMs;
      const said = forecastOf(readings);
      if (truth <= at) expect(said).toBeNull();
      else {
        expect(said?.side).toBe(sign > 0 ? "high" : "low");
        expect(Math.abs((said?.at ?? 0) - truth)).toBeLessThan(1_000);
        expect(said?.earliest).toBeLessThanOrEqual(truth + 1_000);
        expect(said?.latest).toBeGreaterThanOrEqual(truth - 1_000);
      }
    }),
  );
});

test("noise about the same trend widens the interval and leaves the forecast where it is", () => {
  const noise = [1, -1, -1, 1];
  fc.assert(
    fc.property(
      fc.double({ min: 0.05, max: 0.1, noNaN: true }),
      fc.double({ min: 1.2, max: 3, noNaN: true }),
      (little, times) => {
        const noisy = (by: number): Forecast | null =>
          forecastOf(everyMinute(rising(4, 0.1).map((each, index) => each + by * (noise[index % 4] ?? 0))));
        const calm = noisy(little);
        const rough = noisy(Math.min(0.15, little * times));
        expect(Math.abs((rough?.at ?? 0) - (calm?.at ?? 0))).toBeLessThan(1_000);
        expect((rough?.latest ?? 0) - (rough?.earliest ?? 0)).toBeGreaterThan(
          (calm?.latest ?? 0) - (calm?.earliest ?? 0),
        );
      },
    ),
  );
});

test("nothing that stands still or moves away from its limit is forecast", () => {
  const steps = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 5, maxLength: 30 });
  fc.assert(
    fc.property(steps, fc.boolean(), (falls, stands) => {
      let celsius = 5.9;
      const readings = everyMinute(
        falls.map((fall) => {
          if (!stands) celsius -= fall / 100;
          return celsius;
        }),
      );
      expect(forecast(readings, { ...profile, low: null }, lastAt(readings))).toBeNull();
    }),
  );
});

test("what the compressor does in every cycle is no trend, what goes beyond it is", () => {
  const cycle = [...rising(3, 0.15, 13), ...rising(4.8, -0.6, 4)];
  const hours = Array.from({ length: 8 }, () => cycle).flat();
  for (let minutes = usualMs / minuteMs; minutes < hours.length; minutes += 1) {
    expect(forecastOf(everyMinute(hours.slice(0, minutes)))).toBeNull();
  }
  const onwards = everyMinute([...hours, ...rising(3, 0.15, 17)]);
  expect(forecastOf(onwards)?.side).toBe("high");
});

test("nothing is forecast from too little: four readings, a fault, a gap, an old reading, a limit already passed", () => {
  const trend = everyMinute(rising(4, 0.1));
  expect(forecastOf(trend.slice(0, 4))).toBeNull();
  expect(forecastOf(trend, 5 * minuteMs)).not.toBeNull();
  expect(forecastOf(trend, 5 * minuteMs + 1)).toBeNull();
  expect(forecastOf([...trend, { at: 16 * minuteMs, fault: "open" }])).toBeNull();
  expect(
    forecastOf([
      ...trend.slice(0, 12),
      ...trend.slice(12).map((each) => ({ ...each, at: each.at + hourMs })),
    ]),
  ).toBeNull();
  expect(forecastOf(everyMinute(rising(5, 0.1)))).toBeNull();
  expect(forecast(trend, { ...profile, high: null }, lastAt(trend))).toBeNull();
  expect(forecast([], profile, 0)).toBeNull();
});

test("over anything that a probe may say: in order, not in the past, within the horizon, and only for a probe in range", () => {
  let forecasts = 0;
  fc.assert(
    fc.property(traceArbitrary, ({ readings, rules, now }) => {
      const known = readings.filter(({ at }) => at <= now).toSorted(compareReadings);
      const rule = ruleAt(rules.profiles, now);
      const said = forecast(known, rule, now);
      if (said === null) return;
      forecasts += 1;
      expect(said.earliest).toBeLessThanOrEqual(said.at);
      expect(said.at).toBeLessThanOrEqual(said.latest);
      expect(said.earliest).toBeGreaterThanOrEqual(now);
      expect(said.at - now).toBeLessThanOrEqual(horizonMs);
      const last = known[known.length - 1];
      expect(last !== undefined && isGood(last) && now - last.at <= rule.maxGap).toBe(true);
    }),
    { numRuns: 5_000 },
  );
  expect(forecasts).toBeGreaterThan(0);
});
