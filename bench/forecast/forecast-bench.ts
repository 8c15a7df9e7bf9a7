import { exampleProfile as profile } from "@coldkeep/core/site/example-profile.ts";
import { type Forecast, forecast, trendMs, usualMs } from "@coldkeep/core/forecast/forecast.ts";
import type { GoodReading } from "@coldkeep/core/readings/reading.ts";
import { type EpochMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import { drawWarmUp, failsAtMs, simulate, type WarmUp } from "./warm-ups.ts";

/** One forecast beside what came. */
interface Told {
  readonly warmUp: WarmUp;
  readonly made: EpochMs;
  readonly said: Forecast;
  readonly came: EpochMs;
}

interface Measured {
  readonly told: Told[];
  /** How long before the limit the first forecast of each failure was made; 0 where none was. */
  readonly aheadMs: number[];
  readonly quietMinutes: number;
  readonly quietForecasts: number;
}

/** The failures that the constants of the forecast were chosen on are those of seeds 1 to 200; these are others. */
const heldOut = { firstSeed: 10_001, runs: 400 };

/** How far off the forecast is on simulated failures of refrigerators, asked once a minute (docs/forecast.md). */
export async function benchForecast(): Promise<readonly string[]> {
  const { told, aheadMs, quietMinutes, quietForecasts } = measureForecasts(heldOut.firstSeed, heldOut.runs);
  const ahead = aheadMs.toSorted((a, b) => a - b);
  const lines = (["air", "product"] as const).flatMap((probe) =>
    [0, 5, 15, 30, 60, 120].map((from, index, froms) => {
      const to = froms[index + 1] ?? 240;
      return row(
        probe,
        from,
        to,
        told.filter(({ warmUp }) => warmUp.probe === probe).filter(isWithin(from, to)),
      );
    }),
  );
  return [
    `${aheadMs.length} failures that passed 6 °C; first forecast before it: median ${minutes(quantile(ahead, 0.5))}, none for ${aheadMs.filter((each) => each === 0).length}`,
    `${quietForecasts} forecasts in ${quietMinutes} minutes of normal running`,
    "| probe | forecast ahead | forecasts | inside the interval | before it | after it | error: 10 %, median, 90 % | interval, median |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ...lines,
  ];
}

const isWithin =
  (from: number, to: number) =>
  ({ said, made }: Told): boolean =>
    said.at - made >= from * minuteMs && said.at - made < to * minuteMs;

function row(probe: string, from: number, to: number, told: readonly Told[]): string {
  const share = (those: (each: Told) => boolean): string =>
    `${((told.filter(those).length / told.length) * 100).toFixed(1)} %`;
  const errors = told.map(({ came, said }) => came - said.at).sort((a, b) => a - b);
  const widths = told.map(({ said }) => said.latest - said.earliest).sort((a, b) => a - b);
  const before = share(({ came, said }) => came < said.earliest);
  const after = share(({ came, said }) => came > said.latest);
  const inside = share(({ came, said }) => came >= said.earliest && came <= said.latest);
  const spread = [0.1, 0.5, 0.9].map((each) => minutes(quantile(errors, each))).join(", ");
  const head = `| ${probe} | ${from} to ${to} min | ${told.length}`;
  if (told.length === 0) return `${head} | | | | | |`;
  return `${head} | ${inside} | ${before} | ${after} | ${spread} | ${minutes(quantile(widths, 0.5))} |`;
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

function minutes(lengthMs: number): string {
  return `${(lengthMs / minuteMs).toFixed(1)} min`;
}

/** Follows simulated failures and asks for a forecast once a minute, before and after they begin. */
export function measureForecasts(firstSeed: number, runs: number): Measured {
  const measured = { told: [] as Told[], aheadMs: [] as number[], quietMinutes: 0, quietForecasts: 0 };
  for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
    const random = mulberry32(seed);
    const warmUp = drawWarmUp(random);
    const readings = simulate(warmUp, random);
    const came = crossing(readings) ?? failsAtMs;
    let first: EpochMs | null = null;
    for (const [index, { at: made }] of readings.entries()) {
      if (made < usualMs || made % minuteMs !== 0 || made >= came) continue;
      const said = forecastAt(readings, index);
      if (made < failsAtMs) measured.quietMinutes += 1;
      if (said === null) continue;
      if (made < failsAtMs) measured.quietForecasts += 1;
      else {
        first ??= made;
        measured.told.push({ warmUp, made, said, came });
      }
    }
    if (came > failsAtMs) measured.aheadMs.push(first === null ? 0 : came - first);
  }
  return measured;
}

function forecastAt(readings: readonly GoodReading[], index: number): Forecast | null {
  const at = readings[index]?.at ?? 0;
  const from = readings.findIndex((each) => each.at >= at - usualMs - trendMs);
  return forecast(readings.slice(from, index + 1), profile, at);
}

/** Where the readings, smoothed over three, first pass the limit for good after the failure. */
function crossing(readings: readonly GoodReading[]): EpochMs | null {
  const out = readings.find(({ at, celsius }, index) => {
    if (at < failsAtMs || celsius <= 6) return false;
    const around = readings.slice(Math.max(0, index - 1), index + 2);
    return around.reduce((sum, each) => sum + each.celsius, 0) / around.length > 6;
  });
  return out?.at ?? null;
}

/** A small seeded generator, so that every run of the bench measures the same failures. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
