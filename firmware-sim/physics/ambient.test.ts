import { describe, expect, it } from "vitest";
import { ambientCelsius } from "./ambient.ts";

describe("the room", () => {
  it("is warmest in the afternoon, coldest in the night, and the same a day later", () => {
    const ambient = { meanCelsius: 21, swingKelvin: 2 };
    const at = (text: string): number =>
      ambientCelsius(ambient, Temporal.Instant.from(text).epochMilliseconds);
    expect(at("2026-11-22T15:00:00Z")).toBeCloseTo(23, 6);
    expect(at("2026-11-22T03:00:00Z")).toBeCloseTo(19, 6);
    expect(at("2026-11-22T09:00:00Z")).toBeCloseTo(21, 6);
    expect(at("2026-11-23T15:00:00Z")).toBeCloseTo(at("2026-11-22T15:00:00Z"), 6);
  });
});
