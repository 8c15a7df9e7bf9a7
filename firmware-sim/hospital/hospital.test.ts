/** A whole simulated hospital without clock or wires: the same seed gives the same day, and a day stays where it should. */
import { hourMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import { describe, expect, it } from "vitest";
import type { StoredSample } from "../firmware/firmware.ts";
import type { ScenarioEvent } from "../scenario/event.ts";
import { checkConfig, resolveAppliance } from "../settings.ts";
import type { Appliance, Remembered } from "./appliance.ts";
import { applianceWithPast } from "./history.ts";
import { hospital, type HospitalOptions } from "./hospital.ts";

const now = Temporal.Instant.from("2026-11-22T12:00:00Z").epochMilliseconds;
const past = { historyMs: 24 * hourMs, historyIntervalMs: minuteMs };

const appliances = (seed: number, changes: object = {}, options = past): readonly Appliance[] => {
  const config = checkConfig({ seed, ...changes }, "test");
  return config.appliances.map((one) =>
    applianceWithPast(resolveAppliance(one, config), seed, now, null, options),
  );
};

const demo: HospitalOptions = { startAt: now, speed: 20, sampleIntervalMs: 2_000, scenario: [] };

function live(all: readonly Appliance[], untilMs: number, options = demo): readonly StoredSample[] {
  const running = hospital(all, options);
  const samples: StoredSample[] = [];
  while (running.dueMs() <= untilMs) {
    const happening = running.next();
    if (happening?.kind === "sample") samples.push(happening.sample);
  }
  return samples;
}

const seconds = (sample: StoredSample | undefined): number => ((sample?.at ?? NaN) - now) / 1_000;
const event = (word: ScenarioEvent["event"], changes: Partial<ScenarioEvent> = {}): ScenarioEvent => ({
  at: 20_000,
  appliance: "fridge-1",
  event: word,
  for: 35_000,
  ...changes,
});

describe("a simulated hospital", () => {
  it("lives the same day for the same seed, another for another", () => {
    const rings = (seed: number): unknown => appliances(seed).map((one) => one.firmware().ring);
    const scenario = [
      event("door-open", { repeatEvery: 60_000 }),
      event("power-cut", { appliance: "freezer-1" }),
    ];
    const lived = (seed: number): unknown =>
      live(appliances(seed, {}, { ...past, historyMs: hourMs }), 200_000, { ...demo, scenario });
    expect(rings(7)).toEqual(rings(7));
    expect(rings(8)).not.toEqual(rings(7));
    expect(lived(7)).toEqual(lived(7));
    expect(lived(8)).not.toEqual(lived(7));
  });

  it.each([1, 2, 3, 4, 5])(
    "stays in range on the product channel for a day with its defrosts, seed %i",
    (seed) => {
      const limits: Record<string, readonly [number, number]> = {
        refrigerator: [2, 6],
        "plasma-freezer": [-60, -25],
        "ultra-low-freezer": [-90, -65],
        "platelet-incubator": [20, 24],
        "transport-box": [2, 10],
      };
      for (const one of appliances(seed)) {
        const shown = one.firmware().ring.map((sample) => Number(sample.channels.product));
        const [low = NaN, high = NaN] = limits[one.settings.kind] ?? [];
        expect(shown).toHaveLength(1_439);
        expect(Math.min(...shown)).toBeGreaterThanOrEqual(low);
        expect(Math.max(...shown)).toBeLessThanOrEqual(high);
      }
    },
  );

  it.each(["fridge-1", "fridge-2", "fridge-3", "fridge-4"])(
    "shows a door of %s open for 35 s of a demo as an excursion that comes and goes",
    (id) => {
      for (const seed of [1, 2, 3]) {
        const scenario = [event("door-open", { appliance: id })];
        const samples = live(appliances(seed), 180_000, { ...demo, scenario }).filter(
          (sample) => sample.device === `ckt-${id}`,
        );
        const shown = (sample: StoredSample): number => Number(sample.channels.product);
        const passes = samples.findIndex((sample) => shown(sample) > 6);
        const returns = samples.findLastIndex((sample) => shown(sample) >= 5.7);
        expect(seconds(samples[passes])).toBeGreaterThan(20 + 10);
        expect(seconds(samples[passes])).toBeLessThan(20 + 20);
        expect(seconds(samples[returns])).toBeGreaterThan(20 + 35 + 30);
        expect(seconds(samples[returns])).toBeLessThan(20 + 35 + 70);
        expect(Math.max(...samples.map(shown))).toBeLessThan(11);
      }
    },
  );

  it("samples each device at its interval, spread over it, with no gap after the stored past", () => {
    const all = appliances(1);
    live(all, 20_000);
    for (const one of all) {
      const { ring } = one.firmware();
      const steps = ring.slice(1).map((sample, index) => sample.at - (ring[index]?.at ?? 0));
      expect(Math.max(...steps)).toBeLessThanOrEqual(minuteMs + demo.sampleIntervalMs);
      expect(ring.map((sample) => sample.sequence)).toEqual(ring.map((_, index) => index));
      expect(ring.every((sample) => sample.at - sample.uptimeMs === now - past.historyMs)).toBe(true);
      expect(ring.length).toBe(1_439 + 10);
    }
  });

  it("moves all that is to come back by skipped time", () => {
    const running = hospital(appliances(1), demo);
    const due = running.dueMs();
    running.skip(60_000);
    expect(running.dueMs()).toBe(due + 60_000);
    expect(running.next()?.at).toBe(now + due + 60_000);
  });
});

describe("a scenario", () => {
  it("stops an agitator, and so does a power cut; its contact says 1 while it moves", () => {
    const incubator = {
      id: "inc",
      kind: "platelet-incubator",
      transport: "line-1",
      channels: ["product", "agitator"],
    };
    const scenario = [
      event("agitator-stopped", { appliance: "inc" }),
      event("power-cut", { at: 80_000, appliance: "inc", for: 10_000 }),
    ];
    const shown = live(appliances(1, { appliances: [incubator] }), 120_000, { ...demo, scenario })
      .filter(({ at }) => at > now)
      .map((sample) => [seconds(sample), sample.channels.agitator] as const);
    const stopped = shown.filter(([, value]) => value === 0).map(([second]) => second);
    expect(shown.every(([, value]) => value === 0 || value === 1)).toBe(true);
    const whole = shown.map(([second]) => second);
    expect(stopped).toEqual(
      whole.filter((second) => (second >= 20 && second < 55) || (second >= 80 && second < 90)),
    );
  });

  const faults = (
    word: ScenarioEvent["event"],
    changes: Partial<ScenarioEvent> = {},
  ): readonly StoredSample[] =>
    live(appliances(1, {}, { ...past, historyMs: 0 }), 90_000, {
      ...demo,
      scenario: [event(word, changes)],
    }).filter((sample) => sample.device === "ckt-fridge-1");

  it.each([
    ["sensor-open", "open"],
    ["sensor-short", "short"],
    ["sensor-disconnected", "disconnected"],
    ["sensor-power-on", "power-on"],
  ] as const)("%s shows as %s on the channel that it strikes, as long as it lasts", (word, fault) => {
    for (const sample of faults(word, { channel: "product" })) {
      const struck = seconds(sample) > 20 && seconds(sample) < 55;
      expect(sample.channels.product === fault).toBe(struck);
      expect(typeof sample.channels.air).toBe("number");
    }
  });

  it("restarts a device: next boot, counters from zero", () => {
    const samples = faults("reboot");
    const first = samples.find((sample) => sample.boot === 2);
    expect(first).toMatchObject({ boot: 2, sequence: 0 });
    expect(first?.uptimeMs).toBeLessThan(2_000);
    expect(samples.filter((sample) => sample.boot === 1).every((sample) => seconds(sample) < 21)).toBe(true);
  });

  it("warms an appliance without power, and silences a device on the same mains", () => {
    const changed = (supply: string): readonly StoredSample[] => {
      const one = { id: "fridge-1", kind: "refrigerator", transport: "mqtt", supply };
      return live(appliances(1, { appliances: [one] }), 90_000, {
        ...demo,
        scenario: [event("power-cut", { for: 60_000 })],
      });
    };
    const battery = changed("battery");
    expect(Number(battery.findLast((sample) => seconds(sample) < 80)?.channels.air)).toBeGreaterThan(5);
    const mains = changed("mains");
    expect(mains.filter((sample) => seconds(sample) > 20 && seconds(sample) < 80)).toEqual([]);
    expect(mains.at(-1)?.boot).toBe(2);
  });

  it("turns a clock and turns it back", () => {
    const appliance = { id: "fridge-1", kind: "refrigerator", transport: "mqtt" };
    const samples = live(appliances(1, { appliances: [appliance] }, { ...past, historyMs: 0 }), 90_000, {
      ...demo,
      scenario: [event("clock-jump", { by: -90_000 })],
    });
    const off = samples.map((sample) => sample.at - now - sample.uptimeMs);
    expect(new Set(off)).toEqual(new Set([0, -90_000]));
    expect(off.at(-1)).toBe(0);
  });
});

describe("a second start", () => {
  const config = checkConfig({ seed: 1 }, "test");
  const [settings] = config.appliances.map((one) => resolveAppliance(one, config));
  if (settings === undefined) throw new TypeError("the default hospital has appliances");
  const later = (remembered: Remembered, afterMs: number): Appliance =>
    applianceWithPast(settings, 1, now + afterMs, JSON.parse(JSON.stringify(remembered)) as Remembered, past);

  it("covers only the time since, as the next boot, and goes on where the physics stood", () => {
    const [first] = appliances(1);
    const remembered = first?.remember();
    if (remembered === undefined) throw new TypeError("the default hospital has appliances");
    const { ring, boot } = later(remembered, hourMs).firmware();
    expect(boot).toBe(2);
    expect(ring[0]).toMatchObject({ at: remembered.lastSampleAt + minuteMs, sequence: 0, boot: 2 });
    expect(ring.at(-1)?.at).toBeLessThan(now + hourMs);
    expect(ring.at(-1)?.at).toBeGreaterThanOrEqual(now + hourMs - minuteMs);
    expect(
      Math.abs(Number(ring[0]?.channels.product) - Number(first?.firmware().ring.at(-1)?.channels.product)),
    ).toBeLessThan(0.5);
    const week = later(remembered, 7 * 24 * hourMs).firmware();
    expect(week.bootedAt).toBe(now + 6 * 24 * hourMs);
  });
});
