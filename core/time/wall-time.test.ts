import fc from "fast-check";
import { expect, test } from "vitest";
import { parseInstant } from "./millis.ts";
import { makeWallClock } from "./wall-time.ts";

const brussels = makeWallClock("Europe/Brussels");

test("a local time is an instant, in summer and in winter", () => {
  expect(brussels.instant("2026-07-01T12:00")).toEqual({
    ok: true,
    at: parseInstant("2026-07-01T10:00:00Z"),
  });
  expect(brussels.instant("2026-12-01 12:00:30.5")).toEqual({
    ok: true,
    at: parseInstant("2026-12-01T11:00:30.500Z"),
  });
});

test("the hour that never was and the hour that was twice are told", () => {
  expect(brussels.instant("2026-03-29T02:30")).toEqual({ ok: false, why: "skipped" });
  expect(brussels.instant("2026-10-25T02:30")).toEqual({ ok: false, why: "ambiguous" });
  expect(brussels.instant("2026-10-25T03:00")).toEqual({
    ok: true,
    at: parseInstant("2026-10-25T02:00:00Z"),
  });
  expect(brussels.instant("2026-03-29T01:59:59.999")).toEqual({
    ok: true,
    at: parseInstant("2026-03-29T00:59:59.999Z"),
  });
});

test.each([
  "",
  "2026-02-30T10:00",
  "2026-13-01T10:00",
  "2026-01-01T24:00",
  "2026-01-01T10:60",
  "2026-01-01",
  "x",
])("%j is no time", (text) => {
  expect(brussels.instant(text)).toEqual({ ok: false, why: "invalid" });
});

test("every local time of many zones is what Temporal says", () => {
  const zones = ["Europe/Brussels", "America/St_Johns", "Pacific/Apia", "Australia/Lord_Howe", "UTC"];
  const clocks = new Map(zones.map((zone) => [zone, makeWallClock(zone)]));
  const minutes = fc.integer({ min: -40 * 365 * 1_440, max: 20 * 365 * 1_440 });
  fc.assert(
    fc.property(fc.constantFrom(...zones), minutes, (zone, minute) => {
      const wall = Temporal.PlainDateTime.from("2015-01-01T00:00").add({ minutes: minute });
      const text = wall.toString({ smallestUnit: "minute" });
      const at = (disambiguation: "earlier" | "later") =>
        wall.toZonedDateTime(zone, { disambiguation }).epochMilliseconds;
      const result = clocks.get(zone)?.instant(text);
      if (at("earlier") === at("later")) expect(result).toEqual({ ok: true, at: at("earlier") });
      else expect(result?.ok).toBe(false);
    }),
    { numRuns: 500 },
  );
});
