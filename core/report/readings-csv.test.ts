import fc from "fast-check";
import { expect, test } from "vitest";
import { faultWords } from "../readings/reading.ts";
import { timeSources, type TimedReading } from "../readings/stamp.ts";
import { parseReadingsCsv, readingsCsv } from "./readings-csv.ts";

const celsius = fc
  .double({ min: -273.15, max: 1_000, noNaN: true })
  .map((value) => (value === 0 ? 0 : value));
const time = fc.record({ source: fc.constantFrom(...timeSources), uncertaintyMs: fc.nat() });
const at = fc.integer({ min: 0, max: 4_000_000_000_000 });
const reading: fc.Arbitrary<TimedReading> = fc.oneof(
  fc.record({ at, celsius }),
  fc.record({ at, celsius, time }),
  fc.record({ at, fault: fc.constantFrom(...faultWords) }),
  fc.record({ at, fault: fc.constantFrom(...faultWords), said: celsius, time }),
);

test("readings come back as they were written, to the last digit", () => {
  fc.assert(
    fc.property(fc.array(reading), (readings) => {
      expect(parseReadingsCsv(readingsCsv(readings))).toEqual({ ok: true, readings });
    }),
  );
});

test("nothing that is no such file is taken for one, and nothing throws", () => {
  fc.assert(
    fc.property(
      fc.array(reading, { minLength: 1 }),
      fc.nat(),
      fc.string({ minLength: 1 }),
      (readings, place, junk) => {
        const text = readingsCsv(readings);
        const at = place % text.length;
        const changed = text.slice(0, at) + junk + text.slice(at + 1);
        const result = parseReadingsCsv(changed);
        if (result.ok && changed !== text) expect(result.readings).not.toEqual(readings);
      },
    ),
  );
});
