import { formatDuration, type EpochMs } from "@coldkeep/core/time/millis.ts";
import type { CalibrationVersion, ProfileVersion } from "@coldkeep/core/site/site.ts";
import type { SiteTime } from "../pages/site-time.ts";
import { limit, limitsText } from "../pages/temperature.ts";

/** A version in a list of versions. */
export interface Dated {
  readonly from?: EpochMs | undefined;
}

/** The version of a list that applies at an instant; the first applies to all earlier time too. */
export function versionAt<Version extends Dated>(
  versions: readonly Version[],
  at: EpochMs,
): Version | undefined {
  return versions.findLast(({ from }, index) => index === 0 || (from ?? 0) <= at);
}

/** From when a version applies, in words. `approval` is the instant that stands for "from its approval on". */
export function fromWords({ from }: Dated, time: SiteTime, approval?: EpochMs): string {
  if (from === undefined) return "always";
  return from === approval ? "from its approval on" : `from ${time.minute(from)}`;
}

/** An offset in words. */
export function offsetWords(offset: number): string {
  return `${offset > 0 ? "+" : ""}${limit(offset)}`;
}

/** What a calibration says, in words. */
export function calibrationWords({
  offset,
  certificate,
  uncertainty,
  due,
  by,
  date,
  points,
}: CalibrationVersion): string {
  const parts = [
    `offset ${offsetWords(offset)}`,
    certificate === undefined ? null : `certificate ${certificate}`,
    uncertainty === undefined ? null : `uncertainty ${limit(uncertainty)}`,
    by === undefined ? null : `by ${by}`,
    date === undefined ? null : `on ${date}`,
    due === undefined ? null : `next one due ${due}`,
    points === undefined
      ? null
      : `points ${points.map(({ reference, reading }) => `${reference} → ${reading}`).join(", ")} °C`,
  ];
  return parts.filter((part) => part !== null).join(", ");
}

/** What a profile says, in short. */
export function profileWords(version: ProfileVersion): string {
  const parts = [
    limitsText(version),
    `excursion after ${formatDuration(version.excursionAfter)}`,
    `call after ${formatDuration(version.alarmDelay)}`,
    version.source,
    version.edition,
  ];
  return parts.filter((part) => part !== undefined).join(", ");
}
