import { judge } from "@coldkeep/core/engine/judge.ts";
import { type ProbeState, unheardOf } from "@coldkeep/core/engine/probe-state.ts";
import { compareReadings, type Reading } from "@coldkeep/core/readings/reading.ts";
import type { ProbeRules } from "@coldkeep/core/site/profile.ts";

/**
 * What a gateway knows of one probe: the engine's state after all its readings, and enough of them to judge anew when one comes late. All plain data.
 */
export interface ProbeMemory {
  /** The state after all readings that are older than those in `recent`. */
  readonly base: ProbeState;
  /** The latest readings, in the order of `compareReadings`, without repeats. */
  readonly recent: readonly Reading[];
  /** The state after all readings. */
  readonly head: ProbeState;
}

/** Readings of a probe that are kept for late ones: eight and a half hours at one a minute. What comes later than that is left to the server, and counted. */
export const recentReadingsMax = 512;

/** How many more readings are let in before the oldest go, so that not each reading costs a copy. */
const recentSlack = 128;

/** What taking readings came to. */
export interface Taken {
  readonly memory: ProbeMemory;
  /** Readings that came too late to be judged here. */
  readonly tooLate: number;
}

/** A probe of which nothing has been heard. */
export const freshMemory: ProbeMemory = { base: unheardOf(), recent: [], head: unheardOf() };

/**
 * Takes readings of one probe, in any order and with repeats, as the server would: judged in the order of event time. Pure.
 */
export function takeReadings(memory: ProbeMemory, readings: readonly Reading[], rules: ProbeRules): Taken {
  const sorted = readings.length < 2 ? readings : withoutRepeats(readings.toSorted(compareReadings));
  const headAt = memory.head.last?.at ?? Number.MIN_SAFE_INTEGER;
  const [first] = sorted;
  if (first === undefined) return { memory, tooLate: 0 };
  if (first.at > headAt) {
    const { state } = judge(memory.head, sorted, rules);
    return {
      memory: trimmed({ base: memory.base, recent: [...memory.recent, ...sorted], head: state }, rules),
      tooLate: 0,
    };
  }
  const baseAt = memory.base.last?.at ?? Number.MIN_SAFE_INTEGER;
  const timely = sorted.filter(({ at }) => at > baseAt);
  const tooLate = sorted.length - timely.length;
  const recent = withoutRepeats([...memory.recent, ...timely].sort(compareReadings));
  if (recent.length === memory.recent.length) return { memory, tooLate };
  const { state } = judge(memory.base, recent, rules);
  return { memory: trimmed({ base: memory.base, recent, head: state }, rules), tooLate };
}

/** The same probe under other rules: what is remembered is judged by them. Pure. */
export function judgedBy(memory: ProbeMemory, rules: ProbeRules): ProbeMemory {
  return { ...memory, head: judge(memory.base, memory.recent, rules).state };
}

/** The same probe with at most `max` readings kept for late ones. Pure. */
export function shortened(memory: ProbeMemory, max: number, rules: ProbeRules): ProbeMemory {
  const { base, recent, head } = memory;
  if (recent.length <= max) return memory;
  let from = recent.length - max;
  // What is judged goes by whole instants, so that nothing at the last of them can come in between.
  while (from < recent.length && recent[from]?.at === recent[from - 1]?.at) from += 1;
  return { base: judge(base, recent.slice(0, from), rules).state, recent: recent.slice(from), head };
}

function trimmed(memory: ProbeMemory, rules: ProbeRules): ProbeMemory {
  return memory.recent.length <= recentReadingsMax + recentSlack
    ? memory
    : shortened(memory, recentReadingsMax, rules);
}

function withoutRepeats(sorted: readonly Reading[]): readonly Reading[] {
  return sorted.filter((reading, index) => {
    const before = sorted[index - 1];
    return before === undefined || compareReadings(before, reading) !== 0;
  });
}
