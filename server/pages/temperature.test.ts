import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redCellLimits } from "./sample-views.ts";
import { celsius, celsiusBeside, limitsText, sideOf } from "./temperature.ts";

describe("a temperature", () => {
  it("has a real minus and no negative zero", () => {
    expect(celsius(-31.04)).toBe("−31.0\u00a0°C");
    expect(celsius(-0.01)).toBe("0.0\u00a0°C");
  });

  it("never reads as on the other side of a limit", () => {
    expect(celsiusBeside(6.04, redCellLimits)).toBe("6.04\u00a0°C");
    expect(celsiusBeside(4.04, redCellLimits)).toBe("4.0\u00a0°C");
    const near = fc.oneof(fc.integer({ min: 19_000, max: 21_000 }), fc.integer({ min: 59_000, max: 61_000 }));
    fc.assert(
      fc.property(near, (tenThousandths) => {
        const value = tenThousandths / 10_000;
        const read = Number.parseFloat(celsiusBeside(value, redCellLimits));
        expect(sideOf(read, redCellLimits)).toBe(sideOf(value, redCellLimits));
      }),
    );
  });

  it("has limits in words", () => {
    expect(limitsText(redCellLimits)).toBe("2 to 6\u00a0°C");
    expect(limitsText({ low: null, high: -25, criticalLow: null, criticalHigh: null })).toBe(
      "at most −25\u00a0°C",
    );
    expect(limitsText({ low: 18, high: null, criticalLow: null, criticalHigh: null })).toBe(
      "at least 18\u00a0°C",
    );
  });
});
