import { formatInstant } from "../time/millis.ts";
import type { Site } from "./site.ts";

/** Keys of a site whose values are durations. */
const durations: ReadonlySet<string> = new Set([
  "maxGap",
  "excursionAfter",
  "recoverAfter",
  "unmonitoredAfter",
  "alarmDelay",
  "realarmAfter",
  "alarmOffDelay",
  "doorDelay",
  "agitatorDelay",
  "stuckAfter",
  "after",
  "repeatEvery",
  "answerWithin",
  "deliverWithin",
  "gapsAhead",
  "every",
  "within",
]);

/** Keys of a site whose values are instants. */
const instants: ReadonlySet<string> = new Set(["from", "to"]);

/** A duration as a site file writes it, such as `1h30m`: to the millisecond, so that reading it gives the same. */
export function durationText(length: number): string {
  const units = [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1_000],
    ["ms", 1],
  ] as const;
  let left = length;
  let text = "";
  for (const [unit, size] of units) {
    const count = Math.floor(left / size);
    if (count > 0) text += `${count}${unit}`;
    left -= count * size;
  }
  return text === "" ? "0s" : text;
}

/** Plain data as a file holds it. */
export type FileValue =
  | string
  | number
  | boolean
  | null
  | readonly FileValue[]
  | { readonly [key: string]: FileValue };

/** A checked site as its file would write it: durations with their units, instants as RFC 3339. Checking that gives the same site again. */
export function siteFile(site: Site): { [key: string]: FileValue } {
  return written(site, null) as { [key: string]: FileValue };
}

function written(value: unknown, key: string | null): FileValue {
  if (Array.isArray(value)) return value.map((each) => written(each, null));
  if (typeof value === "number") {
    if (key !== null && instants.has(key)) return formatInstant(value);
    return key !== null && durations.has(key) ? durationText(value) : value;
  }
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value !== "object" || value === null) return null;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .map(([name, each]) => [name, written(each, name)]),
  );
}
