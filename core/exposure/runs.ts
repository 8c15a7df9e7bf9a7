import type { DurationMs } from "../time/millis.ts";
import type { Exposure } from "./exposure.ts";
import { type Joined, joined } from "./joined.ts";

/** Exposures that touch or overlap, together. */
export function hangingTogether(exposures: readonly Exposure[]): Joined<Exposure & Joinable>[] {
  return joined(exposures.map((each) => ({ ...each, from: each.start, to: each.end })));
}

interface Joinable {
  readonly from: number;
  readonly to: number;
}

/**
 * The longest single run of stretches that go on where one touches the next, such as interruptions of agitation in two places: `atLeast` of what is shown, `atMost` where all that
 * is unknown was so too.
 */
export function longestRun(exposures: readonly Exposure[]): { atLeast: DurationMs; atMost: DurationMs } {
  const whole = exposures.filter(({ outMs, start, end }) => outMs === end - start);
  const shown = hangingTogether(whole).map(({ from, to }) => to - from);
  const possible = hangingTogether(exposures).map(({ members }) =>
    members.reduce((sum, { outMs, unknownMs }) => sum + outMs + unknownMs, 0),
  );
  return {
    atLeast: Math.max(0, ...shown, ...exposures.map(({ longestOutMs }) => longestOutMs)),
    atMost: Math.max(0, ...possible),
  };
}
