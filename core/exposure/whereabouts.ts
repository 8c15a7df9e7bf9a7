import type { Interval } from "../engine/line.ts";
import type { DurationMs, EpochMs } from "../time/millis.ts";

/** A residence of a unit: in an appliance from an instant until an instant, or until now as far as is known. */
export interface UnitResidence {
  readonly appliance: string;
  readonly from: EpochMs;
  readonly to: EpochMs | null;
}

/** A stretch in one appliance. */
export interface Stay extends Interval {
  readonly place: string;
}

/** Where a unit was from its first residence until an instant: together exactly that time. */
export interface Whereabouts {
  readonly stays: readonly Stay[];
  /** Stretches between residences: in no appliance, and back again. */
  readonly gaps: readonly Interval[];
  /** Since when it is in no appliance; null where it is in one or was in none yet. */
  readonly outSince: EpochMs | null;
  /** Where it is taken to be still, because no movement says otherwise; null where it is in no appliance. */
  readonly stillIn: { readonly place: string; readonly since: EpochMs } | null;
  readonly until: EpochMs;
}

/** Where a unit was until `until`. Residences are sorted, and one ends before the next begins; what lies after `until` is left out. */
export function whereabouts(residences: readonly UnitResidence[], until: EpochMs): Whereabouts {
  const begun = residences.filter(({ from }) => from < until);
  const stays = begun.map(({ appliance, from, to }) => ({
    place: appliance,
    from,
    to: Math.min(to ?? until, until),
  }));
  const gaps = stays.flatMap((stay, index) => {
    const next = stays[index + 1];
    return next !== undefined && next.from > stay.to ? [{ from: stay.to, to: next.from }] : [];
  });
  const last = stays[stays.length - 1];
  const isOut = last !== undefined && last.to < until;
  return {
    stays,
    gaps,
    outSince: isOut ? last.to : null,
    stillIn: last === undefined || isOut ? null : { place: last.place, since: last.from },
    until,
  };
}

/** How long the unit was in each place, and between places under null; with the time that it is out now, the whole time until then. */
export function timeByPlace({
  stays,
  gaps,
  outSince,
  until,
}: Whereabouts): ReadonlyMap<string | null, DurationMs> {
  const times = new Map<string | null, DurationMs>();
  const add = (place: string | null, { from, to }: Interval): void => {
    times.set(place, (times.get(place) ?? 0) + to - from);
  };
  for (const stay of stays) add(stay.place, stay);
  for (const gap of gaps) add(null, gap);
  if (outSince !== null) add(null, { from: outSince, to: until });
  return times;
}
