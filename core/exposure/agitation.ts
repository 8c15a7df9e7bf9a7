import type { Interval } from "../engine/line.ts";
import type { EpochMs } from "../time/millis.ts";
import { type Exposure, noFigures } from "./exposure.ts";
import type { Stay, Whereabouts } from "./whereabouts.ts";

/**
 * What is known of the agitation at an instant. `unknown`: nobody has told of the agitator yet; or it last told that it agitates, but the mains are lost; or
 * nothing is heard from the appliance, so that a change would not have been either.
 */
export type AgitationState = "agitating" | "stopped" | "unknown";

/** A word that holds from its instant until the next one: `active` where the agitator stands still, or the mains are lost. */
export interface Said {
  readonly at: EpochMs;
  readonly active: boolean;
}

/** All that an appliance told of its agitation, in any order, repeated or not. */
export interface AgitationRecord {
  readonly agitator: readonly Said[];
  /** Of each that told of the mains of this appliance, its own words. */
  readonly mains: readonly (readonly Said[])[];
  /** Stretches in which nothing was heard from the appliance. */
  readonly unheard: readonly Interval[];
}

/** A stretch in which the agitation was the same. */
export interface AgitationStretch extends Interval {
  readonly state: AgitationState;
}

/** Answers, for instants that are asked in order, which word holds: the latest until then; of several at one instant the one that calls for a person. */
function wordsInOrder(said: readonly Said[]): (at: EpochMs) => boolean | null {
  const waiting = said.toSorted((a, b) => b.at - a.at || Number(b.active) - Number(a.active));
  let word: boolean | null = null;
  return (at) => {
    for (let next = waiting.at(-1); next !== undefined && next.at <= at; next = waiting.at(-1)) {
      word = next.active;
      waiting.pop();
    }
    return word;
  };
}

function statesInOrder({ agitator, mains, unheard }: AgitationRecord): (at: EpochMs) => AgitationState {
  const stopped = wordsInOrder(agitator);
  const lost = mains.map(wordsInOrder);
  return (at) => {
    const isStopped = stopped(at);
    const isLost = lost.map((word) => word(at) === true).includes(true);
    if (isStopped === null || unheard.some(({ from, to }) => from <= at && at < to)) return "unknown";
    return isStopped ? "stopped" : isLost ? "unknown" : "agitating";
  };
}

/** The agitation over a window, together exactly the window; neighbours differ. Depends on what was told, never on the order in which it came. */
export function agitationOver(record: AgitationRecord, window: Interval): AgitationStretch[] {
  const { agitator, mains, unheard } = record;
  const instants = [
    ...[agitator, ...mains].flat().map(({ at }) => at),
    ...unheard.flatMap(({ from, to }) => [from, to]),
  ].filter((at) => at > window.from && at < window.to);
  const starts = [...new Set([window.from, ...instants])].sort((a, b) => a - b);
  const stateAt = statesInOrder(record);
  const stretches: AgitationStretch[] = [];
  for (const [index, from] of starts.entries()) {
    const to = starts[index + 1] ?? window.to;
    const state = stateAt(from);
    const last = stretches[stretches.length - 1];
    if (last?.state === state) stretches[stretches.length - 1] = { ...last, to };
    else if (to > from) stretches.push({ from, to, state });
  }
  return stretches;
}

/**
 * Where a unit that needs agitation was not shown to have it: each stretch of one stay is either time without agitation, all of it out, or unknown, all of it unknown. Between
 * two places it had none. `recordOf`: what the place of a stay told; null where that place has no agitator.
 */
export function agitationExposures(
  { stays, gaps }: Whereabouts,
  recordOf: (stay: Stay) => AgitationRecord | null,
): Exposure[] {
  const inside = stays.flatMap((stay) => {
    const record = recordOf(stay);
    const stretches: AgitationStretch[] =
      record === null ? [{ from: stay.from, to: stay.to, state: "stopped" }] : agitationOver(record, stay);
    return stretches.map((stretch) => ({ ...stretch, place: stay.place }));
  });
  const between = gaps.map((gap) => ({ ...gap, state: "stopped" as const, place: null }));
  return [...inside, ...between]
    .filter(({ from, to, state }) => state !== "agitating" && to > from)
    .map(({ from, to, state, place }) => {
      const outMs = state === "stopped" ? to - from : 0;
      return {
        ...noFigures,
        kind: "no-agitation",
        place,
        start: from,
        end: to,
        causes: [],
        limits: { low: null, high: null },
        outMs,
        longestOutMs: outMs,
        unknownMs: to - from - outMs,
      };
    });
}

/** Where windows of all of several lie at once: `windows` by the one they belong to, of which there are `count`. */
export function whereAll(
  windows: readonly (Interval & { readonly of: string })[],
  count: number,
): Interval[] {
  const starts = [...new Set(windows.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  return starts.flatMap((from, index) => {
    const to = starts[index + 1];
    const here = new Set(windows.filter((each) => each.from <= from && from < each.to).map(({ of }) => of));
    return to !== undefined && here.size >= count && count > 0 ? [{ from, to }] : [];
  });
}
