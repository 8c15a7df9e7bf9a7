import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { dayMs, formatInstant, hourMs, parseInstant } from "../time/millis.ts";
import { endedPeriods, parsePeriod, periodText, periodTitle, periodWindow } from "./period.ts";

const period = (text: string) => {
  const found = parsePeriod(text);
  if (found === null) throw new RangeError(text);
  return found;
};

describe("a period", () => {
  it("is a month or a year and nothing else", () => {
    expect(period("2026-11")).toEqual({ kind: "month", year: 2026, month: 11 });
    expect(period("2026")).toEqual({ kind: "year", year: 2026, month: 0 });
    for (const text of ["", "2026-13", "2026-00", "2026-1", "26", "2026-11-01", " 2026", "1969", "9999", "x"])
      expect(parsePeriod(text)).toBeNull();
  });

  it("is named as people name it", () => {
    expect(periodTitle(period("2026-11"))).toBe("November 2026");
    expect(periodTitle(period("2026"))).toBe("Year 2026");
  });

  it("lasts from midnight to midnight of the site, also where the clock is put forward or back", () => {
    const length = (text: string, zone = "Europe/Brussels"): number => {
      const { from, to } = periodWindow(period(text), zone);
      return to - from;
    };
    expect(formatInstant(periodWindow(period("2026-11"), "Europe/Brussels").from)).toBe(
      "2026-10-31T23:00:00.000Z",
    );
    expect(length("2026-11")).toBe(30 * dayMs);
    expect(length("2026-10")).toBe(31 * dayMs + hourMs);
    expect(length("2026-03")).toBe(31 * dayMs - hourMs);
    expect(length("2026")).toBe(365 * dayMs);
    expect(length("2028-02")).toBe(29 * dayMs);
    // Samoa had no 30 December 2011.
    expect(length("2011-12", "Pacific/Apia")).toBe(30 * dayMs);
  });

  it("ends: the newest month and year that are over", () => {
    const at = (text: string) => {
      const { month, year } = endedPeriods(parseInstant(text) ?? 0, "Europe/Brussels");
      return [periodText(month), periodText(year)];
    };
    expect(at("2026-11-24T12:00:00Z")).toEqual(["2026-10", "2025"]);
    expect(at("2026-12-31T22:59:59Z")).toEqual(["2026-11", "2025"]);
    expect(at("2026-12-31T23:00:00Z")).toEqual(["2026-12", "2026"]);
  });
});

test("the months of a year follow each other without a break and are the year, in any zone", () => {
  const zones = ["Europe/Brussels", "UTC", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu"];
  fc.assert(
    fc.property(fc.integer({ min: 1980, max: 2060 }), fc.constantFrom(...zones), (year, zone) => {
      const whole = periodWindow(period(String(year)), zone);
      let at = whole.from;
      for (let month = 1; month <= 12; month += 1) {
        const each = periodWindow(period(`${year}-${String(month).padStart(2, "0")}`), zone);
        expect(each.from).toBe(at);
        at = each.to;
      }
      expect(at).toBe(whole.to);
    }),
  );
});
