import fc from "fast-check";
import { expect, test } from "vitest";
import { formatDuration, formatInstant, parseDuration, parseInstant } from "./millis.ts";

test("an instant written is the instant read, over four centuries", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 12_000_000_000_000 }), (at) => {
      expect(parseInstant(formatInstant(at))).toBe(at);
    }),
    { numRuns: 5_000 },
  );
});

test.each([
  ["2024-02-29T00:00:00.000Z", 1_709_164_800_000],
  ["2024-03-01T00:00:00.000Z", 1_709_251_200_000],
  ["2100-03-01T00:00:00.000Z", 4_107_542_400_000],
  ["2026-11-22T02:10:00+01:00", 1_795_309_800_000],
  ["2026-11-22t01:10:00z", 1_795_309_800_000],
])("%s is %d", (text, at) => {
  expect(parseInstant(text)).toBe(at);
});

test.each([
  "2026-02-30T00:00:00.000Z",
  "2026-13-01T00:00:00.000Z",
  "2026-11-22T24:00:00.000Z",
  "2026-11-22T02:10:0x.000Z",
  "2026-11-22T02:10:00.000",
  "2026-11-22",
  "1795309800000",
  "",
])("%s is no instant", (text) => {
  expect(parseInstant(text)).toBeNull();
});

test.each([
  ["90s", 90_000],
  ["5m", 300_000],
  ["1h30m", 5_400_000],
  ["2d", 172_800_000],
  ["250ms", 250],
])("%s lasts %d ms", (text, length) => {
  expect(parseDuration(text)).toBe(length);
});

test.each(["5", "m5", "5 m", "-5m", "5x", ""])("%s is no duration", (text) => {
  expect(parseDuration(text)).toBeNull();
});

test("durations are written for people", () => {
  expect([45_000, 90_000, 12 * 60_000, 11_100_000, 187_200_000].map(formatDuration)).toEqual([
    "45 s",
    "1 min 30 s",
    "12 min",
    "3 h 05 min",
    "2 d 4 h",
  ]);
});
