import { type DurationMs, type EpochMs, formatDuration } from "../time/millis.ts";
import type { Exposure, ExposureKind } from "./exposure.ts";
import type { Requirement } from "./rule.ts";
import { hangingTogether, longestRun } from "./runs.ts";

/** How a demand fares. `within`: even in the worst case; `exceeded`: even in the best; `cannot-tell`: what is unknown decides it. */
export type Verdict = "within" | "exceeded" | "cannot-tell";

/** A demand held against what happened. */
export interface Finding {
  readonly verdict: Verdict;
  /** The figures that were compared, in words. */
  readonly figures: string;
}

const names: Readonly<Record<ExposureKind, string>> = {
  equipment: "in excursions of appliances",
  "out-of-storage": "out of storage",
  transport: "in transport",
  "no-agitation": "without agitation",
};

const celsiusText = (celsius: number): string => `${Number(celsius.toFixed(2))} °C`;

const where = (kinds: readonly ExposureKind[]): string =>
  kinds.length > 2 ? "in all exposures" : kinds.map((kind) => names[kind]).join(" or ");

/** A figure that lies between two bounds; both are the same where all is known. */
interface Bounds {
  readonly atLeast: number;
  readonly atMost: number;
}

function judge({ atLeast, atMost }: Bounds, limit: number): Verdict {
  if (atMost <= limit) return "within";
  return atLeast > limit ? "exceeded" : "cannot-tell";
}

const worstMs = (each: Exposure): DurationMs => each.outMs + each.unknownMs;

/** The longest that a single run may have been: with unknown time, all of it may hang together. */
const longestWorstMs = (each: Exposure): DurationMs =>
  each.unknownMs === 0 ? each.longestOutMs : worstMs(each);

/** Holds one demand against exposures that are sorted by their start, as things stand at `now`. */
export function meetRequirement(requirement: Requirement, all: readonly Exposure[], now: EpochMs): Finding {
  const exposures = all.filter(({ kind }) => requirement.kinds.includes(kind));
  switch (requirement.figure) {
    case "longest":
    case "total":
      return timeFinding(requirement, exposures);
    case "lasting":
    case "times":
      return lengthFinding(requirement, exposures);
    case "count":
      return countFinding(requirement, exposures);
    case "rest":
      return restFinding(requirement, exposures, now);
    case "warmest":
    case "coldest":
      return extremeFinding(requirement, exposures);
    case "time-warmer":
    case "times-warmer":
      return warmerFinding(requirement, exposures);
  }
}

type Of<Figure extends Requirement["figure"]> = Extract<Requirement, { figure: Figure }>;

function timeFinding(requirement: Of<"longest"> | Of<"total">, exposures: readonly Exposure[]): Finding {
  const isTotal = requirement.figure === "total";
  const bounds = isTotal
    ? { atLeast: sum(exposures.map(({ outMs }) => outMs)), atMost: sum(exposures.map(worstMs)) }
    : longestOf(exposures);
  const what = `${isTotal ? "in all" : "at the longest"} ${durationWords(bounds)} ${where(requirement.kinds)}`;
  return {
    verdict: judge(bounds, requirement.atMostMs),
    figures: `${what}; allowed: ${formatDuration(requirement.atMostMs)}`,
  };
}

/** The longest single run. Agitation is interrupted for as long as it is, wherever the unit is meanwhile; elsewhere each stretch is by itself. */
function longestOf(all: readonly Exposure[]): Bounds {
  const still = longestRun(all.filter(({ kind }) => kind === "no-agitation"));
  const others = all.filter(({ kind }) => kind !== "no-agitation");
  return {
    atLeast: Math.max(still.atLeast, ...others.map(({ longestOutMs }) => longestOutMs)),
    atMost: Math.max(still.atMost, ...others.map(longestWorstMs)),
  };
}

function lengthFinding(requirement: Of<"lasting"> | Of<"times">, exposures: readonly Exposure[]): Finding {
  const lengths = hangingTogether(exposures).map(({ from, to }) => to - from);
  const { kinds } = requirement;
  if (requirement.figure === "times")
    return {
      verdict: lengths.length <= requirement.atMost ? "within" : "exceeded",
      figures: `${times(lengths.length)} ${where(kinds)}; allowed: ${times(requirement.atMost)}`,
    };
  const longest = Math.max(0, ...lengths);
  return {
    verdict: longest <= requirement.atMostMs ? "within" : "exceeded",
    figures: `at the longest ${formatDuration(longest)} ${where(kinds)}; allowed: ${formatDuration(requirement.atMostMs)}`,
  };
}

function countFinding({ kinds, longerThanMs, atMost }: Of<"count">, exposures: readonly Exposure[]): Finding {
  const bounds = {
    atLeast: exposures.filter((each) =>
      longerThanMs === 0 ? isShownOut(each) : each.longestOutMs > longerThanMs,
    ).length,
    atMost: exposures.filter(
      (each) => longestWorstMs(each) > longerThanMs || (longerThanMs === 0 && isShownOut(each)),
    ).length,
  };
  const longer = longerThanMs === 0 ? "" : ` for more than ${formatDuration(longerThanMs)}`;
  return {
    verdict: judge(bounds, atMost),
    figures: `${countWords(bounds)} ${where(kinds)}${longer}; allowed: ${times(atMost)}`,
  };
}

/** True where a stretch was out of range beyond doubt, if only for one reading. */
function isShownOut({ outMs, minCelsius, maxCelsius, limits }: Exposure): boolean {
  if (outMs > 0) return true;
  const isWarm = limits.high !== null && maxCelsius !== null && maxCelsius > limits.high;
  return isWarm || (limits.low !== null && minCelsius !== null && minCelsius < limits.low);
}

function restFinding(
  { kinds, longerThanMs, restMs }: Of<"rest">,
  exposures: readonly Exposure[],
  now: EpochMs,
): Finding {
  const rests = exposures.flatMap((each, index) => {
    if (longestWorstMs(each) <= longerThanMs) return [];
    const next = exposures[index + 1];
    const length = (next?.start ?? now) - each.end;
    const isCertain = next !== undefined && each.longestOutMs > longerThanMs;
    return [
      { length, verdict: length >= restMs ? "within" : isCertain ? "exceeded" : "cannot-tell" } as const,
    ];
  });
  const shortest = Math.min(...rests.map(({ length }) => length));
  const asked = `asked for: ${formatDuration(restMs)} after each stretch ${where(kinds)} for more than ${formatDuration(longerThanMs)}`;
  return {
    verdict: combine(rests.map(({ verdict }) => verdict)),
    figures:
      rests.length === 0
        ? `no such stretch; ${asked}`
        : `at the shortest ${formatDuration(Math.max(0, shortest))} of rest; ${asked}`,
  };
}

function extremeFinding(requirement: Of<"warmest"> | Of<"coldest">, exposures: readonly Exposure[]): Finding {
  const isWarm = requirement.figure === "warmest";
  const measured = exposures.flatMap((each) => (isWarm ? each.maxCelsius : each.minCelsius) ?? []);
  const extreme = measured.length === 0 ? null : isWarm ? Math.max(...measured) : Math.min(...measured);
  const isBeyond = extreme !== null && isBeyondLimit(requirement, extreme);
  const unseenMs = exposures.reduce((sum, each) => sum + unmeasuredMs(each, requirement), 0);
  const limit = isWarm
    ? `${requirement.isStrict ? "allowed: below" : "allowed: up to"} ${celsiusText(requirement.atMostCelsius)}`
    : `allowed: down to ${celsiusText(requirement.atLeastCelsius)}`;
  const seen =
    extreme === null ? "nothing measured" : `${isWarm ? "warmest" : "coldest"} ${celsiusText(extreme)}`;
  const unseen = unseenMs > 0 ? `, and ${formatDuration(unseenMs)} not measured` : "";
  return {
    verdict: isBeyond ? "exceeded" : unseenMs > 0 ? "cannot-tell" : "within",
    figures: `${seen}${unseen} ${where(requirement.kinds)}; ${limit}`,
  };
}

function isBeyondLimit(requirement: Of<"warmest"> | Of<"coldest">, celsius: number): boolean {
  if (requirement.figure === "coldest") return celsius < requirement.atLeastCelsius;
  return requirement.isStrict ? celsius >= requirement.atMostCelsius : celsius > requirement.atMostCelsius;
}

/**
 * Time of a stretch whose temperature is not known: what is unknown; where there is no reading in it, all of it, but for a stretch inside a limit
 * that is no wider than what is asked.
 */
function unmeasuredMs(each: Exposure, requirement: Of<"warmest"> | Of<"coldest">): DurationMs {
  const isWarm = requirement.figure === "warmest";
  const limit = isWarm ? each.limits.high : each.limits.low;
  const isInside = each.outMs === 0 && limit !== null && !isBeyondLimit(requirement, limit);
  const isSeen = (isWarm ? each.maxCelsius : each.minCelsius) !== null || isInside;
  return isSeen ? each.unknownMs : Math.max(each.unknownMs, each.end - each.start);
}

function warmerFinding(
  requirement: Of<"time-warmer"> | Of<"times-warmer">,
  exposures: readonly Exposure[],
): Finding {
  const { celsius } = requirement;
  const each = exposures.map((exposure) => warmerBounds(exposure, celsius));
  const than = `warmer than ${celsiusText(celsius)} ${where(requirement.kinds)}`;
  if (requirement.figure === "time-warmer") {
    const bounds = {
      atLeast: sum(each.map((bound) => bound.atLeast)),
      atMost: sum(each.map((bound) => bound.atMost)),
    };
    return {
      verdict: judge(bounds, requirement.atMostMs),
      figures: `in all ${durationWords(bounds)} ${than}; allowed: ${formatDuration(requirement.atMostMs)}`,
    };
  }
  const bounds = {
    atLeast: exposures.filter(({ maxCelsius }) => maxCelsius !== null && maxCelsius > celsius).length,
    atMost: each.filter(({ atMost }) => atMost > 0).length,
  };
  return {
    verdict: judge(bounds, requirement.atMost),
    figures: `${countWords(bounds)} ${than}; allowed: ${times(requirement.atMost)}`,
  };
}

/**
 * How long a stretch was warmer than some temperature. Time out was reckoned from the stretch's own limit: where that is the same, it is the time
 * itself; where it is colder, an upper bound; where it is warmer or there is none, all of the stretch may have been.
 */
function warmerBounds(exposure: Exposure, celsius: number): Bounds {
  const { limits, maxCelsius, unknownMs, start, end } = exposure;
  if (maxCelsius !== null && maxCelsius <= celsius) return { atLeast: 0, atMost: unknownMs };
  if (limits.high === celsius && limits.low === null)
    return { atLeast: exposure.outMs, atMost: worstMs(exposure) };
  const isBounded = limits.high !== null && limits.high <= celsius;
  return { atLeast: 0, atMost: isBounded ? worstMs(exposure) : end - start };
}

/** One verdict of several: exceeded if one is, then unknown if one is. */
export function combine(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes("exceeded")) return "exceeded";
  return verdicts.includes("cannot-tell") ? "cannot-tell" : "within";
}

const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);

const times = (count: number): string => (count === 1 ? "once" : `${count} times`);

function durationWords({ atLeast, atMost }: Bounds): string {
  const most = formatDuration(atMost);
  return atLeast === atMost ? most : `${formatDuration(atLeast)}, with unknown time up to ${most},`;
}

function countWords({ atLeast, atMost }: Bounds): string {
  return atLeast === atMost ? times(atMost) : `${times(atLeast)}, with unknown time up to ${times(atMost)},`;
}
