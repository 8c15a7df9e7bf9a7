import fc from "fast-check";
import { expect, test } from "vitest";
import { formatInstant } from "./millis.ts";

const byTemporal = (at: number): string =>
  Temporal.Instant.fromEpochMilliseconds(at).toString({ smallestUnit: "millisecond" });

test.each([
  [0, "1970-01-01T00:00:00.000Z"],
  [951_782_400_000, "2000-02-29T00:00:00.000Z"],
  [4_107_542_399_999, "2100-02-28T23:59:59.999Z"],
  [253_402_300_799_999, "9999-12-31T23:59:59.999Z"],
  [-1, "1969-12-31T23:59:59.999Z"],
  [253_402_300_800_000, "+010000-01-01T00:00:00.000Z"],
])("%d is %s", (at, text) => {
  expect(formatInstant(at)).toBe(text);
});

test("instants are written as Temporal writes them", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.integer({ min: -1e14, max: 3e14 }), fc.integer({ min: 1.5e12, max: 2e12 })),
      (at) => {
        expect(formatInstant(at)).toBe(byTemporal(at));
      },
    ),
    { numRuns: 5_000 },
  );
});
