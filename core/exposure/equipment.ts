import type { HeldInterval } from "../engine/excursion.ts";
import type { Interval } from "../engine/line.ts";
import { type Exposure, type ExposureFigures, sumFigures, worstFigures } from "./exposure.ts";
import type { Whereabouts } from "./whereabouts.ts";

/** An excursion as far as units are concerned: whose probe, where, and the interval for which it holds. Withdrawn ones are left out. */
export interface HoldingExcursion {
  readonly id: string;
  readonly appliance: string;
  readonly probe: string;
  readonly held: HeldInterval;
}

/** A stretch of a stay in which excursions held: all that touch one another there, of whichever probe. */
export interface HeldStretch extends Interval {
  readonly place: string;
  readonly causes: readonly string[];
  /** For each probe with an excursion in it, the windows that are its own, apart from one another. */
  readonly probes: readonly { readonly probe: string; readonly windows: readonly Interval[] }[];
}

interface HeldWindow extends Interval {
  readonly id: string;
  readonly probe: string;
}

/** The stretches in which a unit was where an excursion held it. */
export function heldStretches(where: Whereabouts, excursions: readonly HoldingExcursion[]): HeldStretch[] {
  return where.stays.flatMap((stay) => {
    const windows = excursions
      .filter(({ appliance }) => appliance === stay.place)
      .map(({ id, probe, held }) => ({
        id,
        probe,
        from: Math.max(held.from, stay.from),
        to: Math.min(held.to ?? where.until, stay.to),
      }))
      .filter(({ from, to }) => to > from);
    return joined(windows).map((group) => ({
      place: stay.place,
      from: group.from,
      to: group.to,
      causes: [...new Set(group.members.map(({ id }) => id))].sort(),
      probes: [...new Set(group.members.map(({ probe }) => probe))]
        .sort()
        .map((probe) => ({ probe, windows: plain(group.members.filter((each) => each.probe === probe)) })),
    }));
  });
}

/** What touches or overlaps, joined. */
function joined<Member extends Interval>(
  windows: readonly Member[],
): { from: number; to: number; members: Member[] }[] {
  const groups: { from: number; to: number; members: Member[] }[] = [];
  for (const window of [...windows].sort((a, b) => a.from - b.from)) {
    const last = groups[groups.length - 1];
    if (last === undefined || window.from > last.to)
      groups.push({ from: window.from, to: window.to, members: [window] });
    else {
      last.to = Math.max(last.to, window.to);
      last.members.push(window);
    }
  }
  return groups;
}

const plain = (windows: readonly HeldWindow[]): Interval[] =>
  joined(windows).map(({ from, to }) => ({ from, to }));

/**
 * The exposure that a stretch was. `measures` has, for each probe of the stretch, what was measured in each of its windows; the limits are those that
 * applied there.
 */
export function equipmentExposure(
  { place, from, to, causes }: HeldStretch,
  measures: readonly (readonly ExposureFigures[])[],
  limits: Exposure["limits"],
): Exposure {
  const figures = worstFigures(measures.map(sumFigures));
  return { kind: "equipment", place, start: from, end: to, causes, limits, ...figures };
}
