import { dayMs, type EpochMs } from "../time/millis.ts";
import type { CalibrationVersion } from "./site.ts";

/** How far an offset may lie from the mean error of the calibration's points before the drafter is warned, in degrees Celsius. */
export const offsetAgreesWithin = 0.05;

/** Calibrations whose next one is due within this many days are shown as due. */
export const dueWithinDays = 30;

/** What must be added to the sensor on average so that it says what the references were, in degrees Celsius; null without points. */
export function meanCorrection(points: CalibrationVersion["points"]): number | null {
  if (points === undefined || points.length === 0) return null;
  const sum = points.reduce((total, { reference, reading }) => total + (reference - reading), 0);
  return sum / points.length;
}

/**
 * True where the offset is what the points say, within `offsetAgreesWithin` (or within the stated uncertainty, where that is larger), or where there are no
 * points. A warning to whoever drafts it: a laboratory may have reasons that the mean does not know.
 */
export function agreesWithPoints({ offset, points, uncertainty }: CalibrationVersion): boolean {
  const mean = meanCorrection(points);
  // Decimal fractions are not exact: a billionth of a degree is none.
  return mean === null || Math.abs(offset - mean) <= Math.max(offsetAgreesWithin, uncertainty ?? 0) + 1e-9;
}

/** Whether a calibration is still good: `none` where no calibration was recorded, `undated` where it does not say when the next one is due. */
export type DueState = "none" | "undated" | "good" | "due" | "overdue";

/**
 * How a probe's calibration stands at an instant: the newest version that applies then. It is good through its day `due` (UTC), `due` in the last 30 days before
 * that, and overdue afterwards.
 */
export function dueState(calibration: readonly CalibrationVersion[] | undefined, at: EpochMs): DueState {
  const current = calibrationAt(calibration, at);
  if (current === null) return "none";
  if (current.due === undefined) return "undated";
  const ends = Temporal.Instant.from(`${current.due}T00:00:00Z`).epochMilliseconds + dayMs;
  if (at >= ends) return "overdue";
  return at >= ends - (dueWithinDays + 1) * dayMs ? "due" : "good";
}

/** The version of a calibration that applies at an instant; null where none was recorded. A bare offset of 0 without a certificate is none. */
export function calibrationAt(
  calibration: readonly CalibrationVersion[] | undefined,
  at: EpochMs,
): CalibrationVersion | null {
  const found = calibration?.findLast(({ from }, index) => index === 0 || (from ?? 0) <= at);
  if (found === undefined) return null;
  const { from: _from, offset, ...evidence } = found;
  const isBare = offset === 0 && Object.values(evidence).every((each) => each === undefined);
  return isBare ? null : found;
}
