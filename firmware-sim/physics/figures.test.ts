/**
 * The parameter sets against published figures: cycling, door openings, hold-over and defrost of blood bank appliances, and the
 * warm-up of single units measured by magnetic resonance thermometry (doi 10.1371/journal.pone.0057931). Ambient 22 °C.
 */
import { describe, expect, it } from "vitest";
import { type ApplianceKind, parametersOf, type ThermalParameters } from "./parameters.ts";
import { advance, settled, stepMsMax, type ThermalInputs, type ThermalState } from "./thermal.ts";

const minute = 60_000;
const hour = 60 * minute;
const calm: ThermalInputs = {
  ambientCelsius: 22,
  doorOpen: false,
  powered: true,
  compressorDead: false,
  agitatorStopped: false,
};
const dark: ThermalInputs = { ...calm, powered: false };

const machine = (kind: ApplianceKind, changes: Partial<ThermalParameters> = {}): ThermalParameters => ({
  ...parametersOf[kind],
  defrostEveryMs: 0,
  ...changes,
});

const inCycle = (p: ThermalParameters): ThermalState => advance(p, settled(p), calm, 6 * hour);

/** Every state of a stretch of time, step by step. */
function* trace(
  p: ThermalParameters,
  from: ThermalState,
  inputs: (ms: number) => ThermalInputs,
  lengthMs: number,
): Generator<ThermalState> {
  let state = from;
  for (let ms = 0; ms < lengthMs; ms += stepMsMax) {
    state = advance(p, state, inputs(ms), stepMsMax);
    yield state;
  }
}

function cycling(
  p: ThermalParameters,
): Record<"periodMinutes" | "dutyPercent" | "airSwing" | "productSwing", number> {
  const states = [...trace(p, inCycle(p), () => calm, 12 * hour)];
  const starts = states.flatMap((state, index) =>
    state.compressor === "on" && states[index - 1]?.compressor === "off" ? [index * stepMsMax] : [],
  );
  const swing = (of: (state: ThermalState) => number): number =>
    Math.max(...states.map(of)) - Math.min(...states.map(of));
  return {
    periodMinutes: ((starts.at(-1) ?? 0) - (starts[0] ?? 0)) / (starts.length - 1) / minute,
    dutyPercent: (100 * states.filter((state) => state.compressor === "on").length) / states.length,
    airSwing: swing((state) => state.airCelsius),
    productSwing: swing((state) => state.productProbeCelsius),
  };
}

function doorPeaks(openMs: number): { air: number; product: number; load: number } {
  const p = machine("refrigerator");
  let from = inCycle(p);
  while (from.compressor === "off") from = advance(p, from, calm, stepMsMax);
  while (from.compressor === "on") from = advance(p, from, calm, stepMsMax);
  from = advance(p, from, calm, 5 * minute);
  const states = [...trace(p, from, (ms) => ({ ...calm, doorOpen: ms < openMs }), 2 * hour)];
  const peak = (of: (state: ThermalState) => number): number => Math.max(...states.map(of));
  return {
    air: peak((state) => state.airCelsius),
    product: peak((state) => state.productProbeCelsius),
    load: peak((state) => state.loadCelsius),
  };
}

/** Hours without power until the load passes each limit. */
function holdOver(p: ThermalParameters, limits: readonly number[]): number[] {
  const states = [...trace(p, inCycle(p), () => dark, 40 * hour)];
  return limits.map((limit) => (states.findIndex((state) => state.loadCelsius > limit) * stepMsMax) / hour);
}

/** The figures do not say where in the compressor's cycle the power failed. */
const cyclePhaseHours = 0.25;

const expectWithin = (real: number, stated: number, share: number): void => {
  expect(real).toBeGreaterThan(stated * (1 - share));
  expect(real).toBeLessThan(stated * (1 + share));
};

describe("normal cycling", () => {
  it.each([
    ["refrigerator", 100, 17, 14, 2.5, 0.4],
    ["plasma-freezer", 200, 23, 23, 3.5, 0.7],
    ["ultra-low-freezer", 100, 40, 37, 3.3, 1.1],
    ["platelet-incubator", 40, 31, 8, 1.3, 0.35],
  ] as const)("%s with %i bags", (kind, bags, period, duty, air, product) => {
    const seen = cycling(machine(kind, { bags }));
    expectWithin(seen.periodMinutes, period, 0.15);
    expectWithin(seen.dutyPercent, duty, 0.25);
    expectWithin(seen.airSwing, air, 0.15);
    expectWithin(seen.productSwing, product, 0.25);
  });

  it("never starts a compressor before its shortest rest", () => {
    const p = machine("refrigerator", { hysteresisKelvin: 0.05 });
    let restedMs = Infinity;
    const rests: number[] = [];
    for (const state of trace(
      p,
      settled(p),
      (ms) => ({ ...calm, doorOpen: ms % hour < 5 * minute }),
      6 * hour,
    )) {
      if (state.compressor === "on" && restedMs > 0) rests.push(restedMs);
      restedMs = state.compressor === "on" ? 0 : restedMs + stepMsMax;
    }
    expect(rests.length).toBeGreaterThan(10);
    expect(Math.min(...rests)).toBeGreaterThanOrEqual(p.minOffMs - stepMsMax);
  });
});

describe("an open refrigerator door", () => {
  it.each([
    [15, 5.4, 4.2, 4],
    [60, 8.1, 4.4, 4.1],
    [180, 11.3, 5.7, 4.4],
    [600, 13.6, 9, 5.4],
  ])("of %i s: air %f, buffered %f, load %f °C at their peaks", (seconds, air, product, load) => {
    const peaks = doorPeaks(seconds * 1_000);
    expect(Math.abs(peaks.air - air)).toBeLessThan(0.3);
    expect(Math.abs(peaks.product - product)).toBeLessThan(0.2);
    expect(Math.abs(peaks.load - load)).toBeLessThan(0.15);
  });
});

describe("hold-over of the load without power", () => {
  it.each([
    ["refrigerator", 1, [6, 8, 10], [56 / 60, 81 / 60, 106 / 60]],
    ["refrigerator", 20, [6, 8, 10], [63 / 60, 107 / 60, 156 / 60]],
    ["refrigerator", 100, [6, 8, 10], [129 / 60, 270 / 60, 432 / 60]],
    ["refrigerator", 200, [6, 8, 10], [201 / 60, 462 / 60, 764 / 60]],
    ["plasma-freezer", 20, [-27, -25, -20, -18], [0.9, 1.1, 1.9, 2.2]],
    ["plasma-freezer", 100, [-27, -25, -20, -18], [1.6, 2.3, 4.1, 5]],
    ["plasma-freezer", 200, [-27, -25, -20, -18], [2.6, 3.8, 7, 8.5]],
    ["ultra-low-freezer", 100, [-70, -65, -60, -50], [3.3, 4.9, 6.5, 10.2]],
  ] as const)("%s with %i bags passes %j °C", (kind, bags, limits, hours) => {
    const seen = holdOver(machine(kind, { bags }), limits);
    for (const [index, stated] of hours.entries()) {
      expect(Math.abs((seen[index] ?? NaN) - stated)).toBeLessThan(0.05 * stated + cyclePhaseHours);
    }
  });

  it("of a platelet incubator in a room of 26 °C lasts 4.3 to 5 h to 24 °C", () => {
    const p = machine("platelet-incubator");
    const states = [...trace(p, inCycle(p), () => ({ ...dark, ambientCelsius: 26 }), 12 * hour)];
    const hours = (states.findIndex((state) => state.loadCelsius > 24) * stepMsMax) / hour;
    expect(hours).toBeGreaterThan(4.2);
    expect(hours).toBeLessThan(5.1);
  });

  it("of thawing plasma stays near -1 °C for hours", () => {
    const p = machine("plasma-freezer", { bags: 100 });
    const states = [...trace(p, inCycle(p), () => dark, 120 * hour)];
    const melting = states.filter((state) => state.loadCelsius > -1.5 && state.loadCelsius < -0.5).length;
    expect((melting * stepMsMax) / hour).toBeGreaterThan(24);
  });
});

describe("a freezer's defrost of 20 min at 450 W", () => {
  const peaks = (bags: number): { air: number; product: number; load: number } => {
    const p = machine("plasma-freezer", {
      bags,
      defrostEveryMs: 8 * hour,
      defrostMs: 20 * minute,
      defrostWatts: 450,
    });
    const states = [...trace(p, inCycle(p), () => calm, 8 * hour)];
    const peak = (of: (state: ThermalState) => number): number => Math.max(...states.map(of));
    return {
      air: peak((state) => state.airCelsius),
      product: peak((state) => state.productProbeCelsius),
      load: peak((state) => state.loadCelsius),
    };
  };

  it("takes 200 bags to -19, -24.5 and -27.5 °C", () => {
    const full = peaks(200);
    expect(Math.abs(full.air + 19)).toBeLessThan(0.8);
    expect(Math.abs(full.product + 24.5)).toBeLessThan(0.8);
    expect(Math.abs(full.load + 27.5)).toBeLessThan(0.8);
  });

  it("warms the air of a near-empty freezer above freezing, its few bags to about -18 °C", () => {
    const empty = peaks(10);
    expect(empty.air).toBeGreaterThan(0);
    expect(Math.abs(empty.load + 18)).toBeLessThan(2);
  });
});

describe("a single unit taken into a warm room", () => {
  it("passes 10 °C between the times measured at a unit's surface and core", () => {
    const room = machine("refrigerator", { bags: 1, airKilojoulesPerKelvin: 1e6 });
    const start = { ...settled(room), airCelsius: 21.25, loadCelsius: 4 };
    const states = [...trace(room, start, () => ({ ...dark, ambientCelsius: 21.25 }), 2 * hour)];
    const minutesTo10 = (states.findIndex((state) => state.loadCelsius > 10) * stepMsMax) / minute;
    expect(minutesTo10).toBeGreaterThan(17.7);
    expect(minutesTo10).toBeLessThan(32.8);
    expectWithin(minutesTo10, 23.6, 0.12);
  });
});
