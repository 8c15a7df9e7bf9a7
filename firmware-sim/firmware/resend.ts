import { counterMax } from "@coldkeep/core/readings/sample.ts";

/** Samples `first..last` of one boot that the gateway asked for and that are still to be sent. */
export interface ResendRange {
  readonly boot: number;
  readonly first: number;
  readonly last: number;
}

/** Most ranges that a device remembers; a request beyond it is refused and counted, and the gateway asks again. */
export const resendRangesMax = 32;

/** Adds a range, merged with those that it overlaps or adjoins, so that nothing is sent twice. Null where there is no room. */
export function addRange(ranges: readonly ResendRange[], added: ResendRange): readonly ResendRange[] | null {
  const touches = (range: ResendRange): boolean =>
    range.boot === added.boot && range.first <= added.last + 1 && range.last + 1 >= added.first;
  const touching = [added, ...ranges.filter(touches)];
  const merged = {
    boot: added.boot,
    first: Math.min(...touching.map((range) => range.first)),
    last: Math.max(...touching.map((range) => range.last)),
  };
  const others = ranges.filter((range) => !touches(range));
  return others.length >= resendRangesMax ? null : [...others, merged];
}

/** The first range without what lies up to `sequence`; dropped once it is empty. */
export function shortenFirst(ranges: readonly ResendRange[], sequence: number): readonly ResendRange[] {
  const [range, ...others] = ranges;
  if (range === undefined || sequence >= Math.min(range.last, counterMax)) return others;
  return [{ ...range, first: sequence + 1 }, ...others];
}
