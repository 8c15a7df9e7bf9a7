import { expect, test } from "vitest";
import { agreesWithPoints, dueState, meanCorrection } from "./calibration.ts";
import type { CalibrationVersion } from "./site.ts";

const day = (text: string): number => Temporal.Instant.from(text).epochMilliseconds;
const points = [
  { reference: 2, reading: 1.9 },
  { reference: 6, reading: 5.86 },
];

test("the offset of the points is the mean of what must be added", () => {
  expect(meanCorrection(points)).toBeCloseTo(0.12, 9);
  expect(meanCorrection(undefined)).toBe(null);
});

test.each([
  [{ offset: 0.12, points }, true],
  [{ offset: 0.17, points }, true],
  [{ offset: 0.18, points }, false],
  [{ offset: 0.18, points, uncertainty: 0.1 }, true],
  // The sign is the usual mistake: what was read minus the reference.
  [{ offset: -0.12, points }, false],
  [{ offset: 9 }, true],
] as [CalibrationVersion, boolean][])("an offset agrees with its points: %j %s", (version, agrees) => {
  expect(agreesWithPoints(version)).toBe(agrees);
});

test("a calibration is good through its day, due in the 30 days before, and overdue after it", () => {
  const calibration = [{ offset: 0, certificate: "C-1", due: "2026-12-31" }];
  const at = (text: string) => dueState(calibration, day(text));
  expect(at("2026-11-30T23:59:59Z")).toBe("good");
  expect(at("2026-12-01T00:00:00Z")).toBe("due");
  expect(at("2026-12-31T23:59:59Z")).toBe("due");
  expect(at("2027-01-01T00:00:00Z")).toBe("overdue");
  expect(dueState([{ offset: 0.1 }], 0)).toBe("undated");
  expect(dueState([{ offset: 0 }], 0)).toBe("none");
  expect(dueState(undefined, 0)).toBe("none");
});
