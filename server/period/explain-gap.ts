import type { Interval } from "@coldkeep/core/engine/line.ts";
import type { Span } from "@coldkeep/core/site/dated.ts";
import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Interruption } from "./interruptions.ts";
import type { Gap } from "./probe-period.ts";

/** Why nothing can be shown for a stretch, as far as the records say. In order: what is named first explains what comes after it. */
export type GapCause =
  | "before-first-reading"
  | "no-channel"
  | "out-of-service"
  | "power"
  | "gateway-silent"
  | "reading-fault"
  | "nothing-known";

/** A cause with what goes with it. */
export interface GapReason {
  readonly cause: GapCause;
  /** How much of the gap it is on record for. */
  readonly ms: DurationMs;
  /** What it is about: an appliance, a gateway, the faults. */
  readonly about: string;
}

/** What is known of the probe whose gap it is. */
export interface GapPlace {
  readonly probe: string;
  readonly appliance: string;
  /** Through which gateway it was last heard; null where it never was. */
  readonly gateway: string | null;
  /** Its first reading on record; null without one. */
  readonly firstReadingAt: EpochMs | null;
  /** The times in which it has a channel. */
  readonly channels: readonly Span[];
}

/** Explains a gap by what is on record for the same time; never empty. Time that nothing explains is named last. */
export function explainGap(gap: Gap, place: GapPlace, interruptions: readonly Interruption[]): GapReason[] {
  const found: GapReason[] = [];
  const explained: Interval[] = [];
  const add = (cause: GapCause, stretches: readonly Interval[], about: string): void => {
    const inside = stretches.flatMap((each) => cut(each, gap));
    if (inside.length === 0) return;
    explained.push(...inside);
    found.push({ cause, ms: lengthOf(inside), about });
  };
  const { probe, appliance, gateway, firstReadingAt } = place;
  add(
    "before-first-reading",
    [{ from: Number.MIN_SAFE_INTEGER, to: firstReadingAt ?? Number.MAX_SAFE_INTEGER }],
    probe,
  );
  add("no-channel", between(place.channels), probe);
  for (const { kind, subject, from, to, said } of interruptions) {
    const subjects = kind === "gateway-silent" ? [gateway] : [appliance, probe, gateway];
    if (!subjects.includes(subject)) continue;
    add(kind, [{ from, to: to ?? Number.MAX_SAFE_INTEGER }], said === null ? subject : `${subject}, ${said}`);
  }
  if (gap.faults.length > 0) add("reading-fault", [gap], gap.faults.join(", "));
  const left = gap.to - gap.from - lengthOf(explained);
  return left > 0 ? [...found, { cause: "nothing-known", ms: left, about: "" }] : found;
}

function cut({ from, to }: Interval, within: Interval): Interval[] {
  const inside = { from: Math.max(from, within.from), to: Math.min(to, within.to) };
  return inside.from < inside.to ? [inside] : [];
}

/** The time that no span of a sorted list covers. */
function between(spans: readonly Span[]): Interval[] {
  const ends = [Number.MIN_SAFE_INTEGER, ...spans.map(({ to }) => to)];
  return ends.map((from, index) => ({ from, to: spans[index]?.from ?? Number.MAX_SAFE_INTEGER }));
}

/** The length of all stretches together, each instant counted once. */
function lengthOf(stretches: readonly Interval[]): DurationMs {
  let length = 0;
  let until: EpochMs = Number.MIN_SAFE_INTEGER;
  for (const { from, to } of stretches.toSorted((a, b) => a.from - b.from)) {
    length += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return length;
}
