import { expect, test } from "vitest";
import { dayMs, hourMs } from "../time/millis.ts";
import { clockChanges } from "./wall.ts";

const at = (text: string): number => Temporal.Instant.from(text).epochMilliseconds;

test("clocks of Brussels are set twice a year, and it is said by how much", () => {
  expect(clockChanges(at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"), "Europe/Brussels")).toEqual([
    { at: at("2026-03-29T01:00:00Z"), byMs: hourMs },
    { at: at("2026-10-25T01:00:00Z"), byMs: -hourMs },
  ]);
  const set = at("2026-03-29T01:00:00Z");
  expect(clockChanges(set, set + 1, "Europe/Brussels")).toHaveLength(1);
  expect(clockChanges(set - dayMs, set, "Europe/Brussels")).toEqual([]);
  expect(clockChanges(set - dayMs, set + 400 * dayMs, "UTC")).toEqual([]);
});
