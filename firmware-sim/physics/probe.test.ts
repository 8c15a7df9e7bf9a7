import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../random/random.ts";
import { measure, sensorCharacters } from "./probe.ts";

const types = fc.constantFrom(...Object.values(sensorCharacters));

describe("a sensor", () => {
  it("shows a multiple of its step within noise and half a step of the truth", () => {
    fc.assert(
      fc.property(
        types,
        fc.double({ min: -90, max: 40, noNaN: true }),
        fc.integer(),
        (character, celsius, seed) => {
          const shown = measure(character, celsius, seededRandom(seed, "probe").normal);
          const steps = shown / character.quantumKelvin;
          expect(Math.abs(steps - Math.round(steps))).toBeLessThan(1e-6);
          expect(Math.abs(shown - celsius)).toBeLessThan(
            7 * character.noiseKelvin + character.quantumKelvin / 2,
          );
          expect(Object.is(shown, -0)).toBe(false);
        },
      ),
    );
  });

  it("is right on average", () => {
    const { normal } = seededRandom(3, "probe");
    const shown = Array.from({ length: 5_000 }, () => measure(sensorCharacters["one-wire"], 4.03, normal));
    expect(shown.reduce((sum, value) => sum + value, 0) / shown.length).toBeCloseTo(4.03, 1);
    expect(new Set(shown).size).toBeGreaterThan(2);
  });
});
