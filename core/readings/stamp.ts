import type { DurationMs, EpochMs } from "../time/millis.ts";
import type { Reading } from "./reading.ts";

/**
 * Where the time of a reading comes from. `device`: the device's own clock said so. `uptime`: the device's uptime, on an anchor of the
 * gateway's clock. `poll`: the gateway asked and took it. `arrival`: when it came in, since nothing better is known.
 */
export const timeSources = ["device", "uptime", "poll", "arrival"] as const;

/** One of the sources of time. */
export type TimeSource = (typeof timeSources)[number];

/** Largest uncertainty that is carried, about 24 days. Unit ms. */
export const uncertaintyMaxMs = 0x7fff_ffff;

/** How good the time of a reading is: the true time lies within `uncertaintyMs` on either side of the stated one. */
export interface TimeQuality {
  readonly source: TimeSource;
  /** Unit ms, range [0, uncertaintyMaxMs]. */
  readonly uncertaintyMs: DurationMs;
}

/** True where a value from outside is the quality of a time. */
export function isTimeQuality(value: unknown): value is TimeQuality {
  if (typeof value !== "object" || value === null) return false;
  const { source, uncertaintyMs }: { readonly source?: unknown; readonly uncertaintyMs?: unknown } = value;
  return (
    (timeSources as readonly unknown[]).includes(source) &&
    typeof uncertaintyMs === "number" &&
    Number.isInteger(uncertaintyMs) &&
    uncertaintyMs >= 0 &&
    uncertaintyMs <= uncertaintyMaxMs
  );
}

/** A reading with the quality of its time, where anybody said it. Two equal readings are one, however good their times are. */
export type TimedReading = Reading & { readonly time?: TimeQuality };

/** An instant of event time with its source and uncertainty. */
export interface Stamp {
  readonly at: EpochMs;
  readonly time: TimeQuality;
}

/** A quality with its uncertainty as a whole number within range. */
export function timeQuality(source: TimeSource, uncertaintyMs: number): TimeQuality {
  return { source, uncertaintyMs: Math.min(uncertaintyMaxMs, Math.max(0, Math.ceil(uncertaintyMs))) };
}
