import type { Measure } from "@coldkeep/core/engine/measure.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import { exactly, type SiteTime } from "../pages/site-time.ts";
import { faultWords } from "../pages/words.ts";
import type { Fault } from "@coldkeep/core/readings/reading.ts";
import type { GapCause, GapReason } from "./explain-gap.ts";
import type { InterruptionKind } from "./interruptions.ts";
import type { ExplainedGap } from "./period-facts.ts";

/** Why nothing can be shown, in words. */
export const causeWords: Readonly<Record<GapCause, string>> = {
  "before-first-reading": "Before its first reading on record",
  "no-channel": "No channel was assigned to the probe",
  "out-of-service": "Appliance out of service",
  power: "Mains lost",
  "gateway-silent": "Gateway silent",
  "reading-fault": "Sensor fault",
  "nothing-known": "Nothing known",
};

/** Interruptions in words. */
export const interruptionWords: Readonly<Record<InterruptionKind, string>> = {
  "out-of-service": causeWords["out-of-service"],
  power: causeWords.power,
  "gateway-silent": causeWords["gateway-silent"],
};

/** A share of a window in per cent with two decimals. It says 100 % and 0 % only where that is exactly so. */
export function share(part: DurationMs, whole: DurationMs): string {
  if (part <= 0 || whole <= 0) return "0 %";
  if (part >= whole) return "100 %";
  const hundredths = Math.min(9_999, Math.max(1, Math.round((part / whole) * 10_000)));
  return `${(hundredths / 100).toFixed(2)} %`;
}

/** A length of time; a dash where there is none. */
export function lengthOrDash(length: DurationMs): string {
  return length === 0 ? "–" : exactly(length);
}

/** The five parts of a window, in the order in which they are read. */
export function partsOf(measure: Measure): readonly (readonly [label: string, ms: DurationMs])[] {
  return [
    ["In range", measure.inMs],
    ["Too cold", measure.lowMs],
    ["Too warm", measure.highMs],
    ["Unknown", measure.unknownMs],
    ["Not yet known", measure.pendingMs],
  ];
}

/** What is on record for a gap. */
export function reasonsText({ reasons, from, to }: ExplainedGap): string {
  return reasons.map((reason) => reasonText(reason, to - from)).join("; ");
}

function reasonText({ cause, ms, about }: GapReason, length: DurationMs): string {
  const what =
    cause === "reading-fault"
      ? about
          .split(", ")
          .map((fault) => faultWords[fault as Fault])
          .join(", ")
      : about;
  const isAbout = cause === "before-first-reading" || cause === "no-channel" || what === "";
  const part = ms < length ? `, for ${exactly(ms)} of it` : "";
  return `${causeWords[cause]}${isAbout ? "" : `: ${what}`}${part}`;
}

/** From when until when, without the date of the end where it is that of the beginning. */
export function spanText(time: SiteTime, from: number, to: number | null): string {
  return `${time.full(from)} – ${to === null ? "lasts" : time.fullAfter(from, to)}`;
}
