import {
  type Evidence,
  gatherEvidence,
  type Interval,
  intersect,
  isGoodSample,
  isMeasured,
  lengthMs,
  mergeTouching,
  unknownTime,
} from "@coldkeep/core/engine-model/evidence.ts";
import { areaDegreeMs, high, low } from "@coldkeep/core/engine-model/direction.ts";
import { naiveJudge } from "@coldkeep/core/engine-model/naive-model.ts";
import { outSpans } from "@coldkeep/core/engine-model/runs.ts";
import { type ExcursionFigures, heldInterval } from "@coldkeep/core/engine/excursion.ts";
import type { Reading } from "@coldkeep/core/readings/reading.ts";
import type { ProbeRules } from "@coldkeep/core/site/profile.ts";
import { type DurationMs, type EpochMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import { type StoryPlace, storyPlaces, type StoryProbe, type StoryUnit } from "./unit-story.ts";

/** A movement as it was told; of one instant the one told last counts. */
export interface Told {
  readonly unit: StoryUnit;
  readonly at: EpochMs;
  readonly place: StoryPlace | null;
}

/** All that is known at a moment. */
export interface Facts {
  readonly readings: ReadonlyMap<StoryProbe, readonly Reading[]>;
  /** In the order in which they were told. */
  readonly moves: readonly Told[];
  readonly rules: (probe: StoryProbe) => ProbeRules;
}

/** A stretch that a unit was in a place; `to` is infinite where nothing says that it left. */
export interface NaiveStay extends Interval {
  readonly place: StoryPlace;
}

/** An excursion that a unit was exposed to, and when it was inside while the excursion held. */
export interface NaiveHold {
  readonly probe: StoryProbe;
  readonly place: StoryPlace;
  readonly figures: ExcursionFigures;
  readonly held: Interval;
  readonly inside: readonly Interval[];
}

/** Where a unit is from an instant on: what was told last of the latest instant until then. */
export function placeFrom(moves: readonly Told[], unit: StoryUnit, at: EpochMs): StoryPlace | null {
  const until = moves.filter((each) => each.unit === unit && each.at <= at);
  const latest = Math.max(...until.map((each) => each.at));
  return until.findLast((each) => each.at === latest)?.place ?? null;
}

/** Where a unit was, cut at each movement; stretches in the same place that touch are one. */
export function staysOf(moves: readonly Told[], unit: StoryUnit): NaiveStay[] {
  const own = moves.filter((each) => each.unit === unit).map(({ at }) => at);
  const instants = [...new Set(own)].toSorted((a, b) => a - b);
  const stays: NaiveStay[] = [];
  for (const [index, from] of instants.entries()) {
    const place = placeFrom(moves, unit, from);
    const to = instants[index + 1] ?? Infinity;
    const last = stays.at(-1);
    if (place === null) continue;
    if (last !== undefined && last.place === place && last.to === from)
      stays[stays.length - 1] = { ...last, to };
    else stays.push({ place, from, to });
  }
  return stays;
}

/** The excursions of a probe, as judged at `now`. */
export function judgeProbe(facts: Facts, probe: StoryProbe, now: EpochMs): ExcursionFigures[] {
  return naiveJudge(facts.readings.get(probe) ?? [], facts.rules(probe), now).excursions;
}

/**
 * "Every unit with a residence in that appliance that overlaps the held interval is held: also units moved elsewhere since, and units already issued. Units put in while it is open are held."
 */
export function holdsOf(
  moves: readonly Told[],
  unit: StoryUnit,
  judged: (probe: StoryProbe) => readonly ExcursionFigures[],
): NaiveHold[] {
  const stays = staysOf(moves, unit);
  const places = Object.keys(storyPlaces) as StoryPlace[];
  return places.flatMap((place) =>
    storyPlaces[place].flatMap((probe) =>
      judged(probe).flatMap((figures) => {
        const { from, to } = heldInterval(figures);
        const held = { from, to: to ?? Infinity };
        const inside = stays
          .filter((stay) => stay.place === place)
          .map((stay) => intersect(stay, held))
          .filter((each) => lengthMs(each) > 0);
        return inside.length === 0 ? [] : [{ probe, place, figures, held, inside }];
      }),
    ),
  );
}

/** An exposure as the naive ledger has it; `causes` are excursions in words. */
export interface NaiveExposure {
  readonly kind: "equipment" | "out-of-storage" | "transport";
  readonly place: StoryPlace | null;
  readonly start: EpochMs;
  readonly end: EpochMs;
  readonly causes: readonly string[];
  readonly outMs: DurationMs;
  readonly longestOutMs: DurationMs;
  readonly unknownMs: DurationMs;
  readonly minCelsius: number | null;
  readonly maxCelsius: number | null;
  readonly degreeMinutes: number;
}

/** An excursion in words: whose, of which side, since when. */
export const causeOf = (probe: string, { side, start }: Pick<ExcursionFigures, "side" | "start">): string =>
  `${probe} ${side} ${start}`;

/** The exposures of a unit until `now`, by the table of docs/units.md, in the order in which they began. */
export function exposuresOf(facts: Facts, unit: StoryUnit, now: EpochMs): NaiveExposure[] {
  const known = new Map<StoryProbe, Evidence>();
  const evidenceOf = (probe: StoryProbe): Evidence => {
    const found =
      known.get(probe) ?? gatherEvidence(facts.readings.get(probe) ?? [], facts.rules(probe), now);
    known.set(probe, found);
    return found;
  };
  const holds = holdsOf(facts.moves, unit, (probe) => judgeProbe(facts, probe, now));
  const stays = staysOf(facts.moves, unit)
    .filter(({ from }) => from < now)
    .map((stay) => ({ ...stay, to: Math.min(stay.to, now) }));
  const away = stays.slice(1).flatMap((stay, index): NaiveExposure[] => {
    const left = stays[index]?.to ?? stay.from;
    const outMs = stay.from - left;
    if (outMs === 0) return [];
    const nothing = { unknownMs: 0, minCelsius: null, maxCelsius: null, degreeMinutes: 0, causes: [] };
    const ends = { start: left, end: stay.from };
    return [{ kind: "out-of-storage", place: null, ...ends, outMs, longestOutMs: outMs, ...nothing }];
  });
  const inside = stays.flatMap((stay): NaiveExposure[] => {
    const here = holds.flatMap(({ probe, place, figures, held }) => {
      const window = intersect(held, stay);
      return place === stay.place && lengthMs(window) > 0
        ? [{ probe, window, cause: causeOf(probe, figures) }]
        : [];
    });
    if (stay.place === "box") {
      const causes = [...new Set(here.map(({ cause }) => cause))].toSorted();
      const windows = new Map(storyPlaces.box.map((probe) => [probe, [stay]]));
      return [{ kind: "transport", place: "box", ...figuresOver(stay, windows, evidenceOf), causes }];
    }
    return mergeTouching(here.map(({ window }) => window)).map((stretch) => {
      const within = here.filter(({ window }) => lengthMs(intersect(window, stretch)) > 0);
      const windows = new Map<StoryProbe, Interval[]>();
      for (const { probe, window } of within) windows.set(probe, [...(windows.get(probe) ?? []), window]);
      const causes = [...new Set(within.map(({ cause }) => cause))].toSorted();
      return {
        kind: "equipment",
        place: stay.place,
        ...figuresOver(stretch, windows, evidenceOf),
        causes,
      };
    });
  });
  return [...away, ...inside].toSorted((a, b) => a.start - b.start || a.end - b.end);
}

/** "Where several probes of an appliance judge the same stretch, the worst of them counts": cut wherever a window of any of them begins or ends. */
function figuresOver(
  stretch: Interval,
  windows: ReadonlyMap<StoryProbe, readonly Interval[]>,
  evidenceOf: (probe: StoryProbe) => Evidence,
): Omit<NaiveExposure, "kind" | "place" | "causes"> {
  const cuts = [...windows.values()].flat().flatMap(({ from, to }) => [from, to]);
  const starts = [...new Set([stretch.from, ...cuts])]
    .filter((at) => at < stretch.to)
    .toSorted((a, b) => a - b);
  const total = { outMs: 0, unknownMs: 0, degreeMinutes: 0 };
  const seen: number[] = [];
  for (const [index, from] of starts.entries()) {
    const slice = { from, to: starts[index + 1] ?? stretch.to };
    const figures = [...windows]
      .filter(([, own]) => own.some((window) => window.from <= slice.from && window.to >= slice.to))
      .map(([probe]) => ofOneProbe(evidenceOf(probe), slice));
    const outMs = Math.max(...figures.map((each) => each.outMs));
    total.outMs += outMs;
    total.unknownMs += Math.max(...figures.map((each) => each.outMs + each.unknownMs)) - outMs;
    total.degreeMinutes += Math.max(...figures.map((each) => each.degreeMs)) / minuteMs;
    seen.push(...figures.flatMap((each) => each.celsius));
  }
  const longest = [...windows].flatMap(([probe, own]) =>
    mergeTouching(own).flatMap((window) =>
      [high, low].flatMap((side) =>
        mergeTouching(outSpans(evidenceOf(probe), side)).map((run) => lengthMs(intersect(run, window))),
      ),
    ),
  );
  return {
    start: stretch.from,
    end: stretch.to,
    ...total,
    longestOutMs: Math.max(0, ...longest),
    minCelsius: seen.length === 0 ? null : Math.min(...seen),
    maxCelsius: seen.length === 0 ? null : Math.max(...seen),
  };
}

function ofOneProbe(evidence: Evidence, slice: Interval) {
  const sum = (spans: readonly Interval[]): DurationMs =>
    spans.reduce((total, span) => total + lengthMs(intersect(span, slice)), 0);
  const first = evidence.samples[0]?.at ?? Infinity;
  const degreeMs = evidence.parts.filter(isMeasured).reduce((total, part) => {
    const cut = { ...part, ...intersect(part, slice) };
    if (lengthMs(cut) === 0) return total;
    return [high, low].reduce(
      (area, side) => area + areaDegreeMs(cut, side, side.limit(part.profile)),
      total,
    );
  }, 0);
  return {
    outMs: sum(outSpans(evidence, high)) + sum(outSpans(evidence, low)),
    unknownMs: sum([{ from: -Infinity, to: first }, ...unknownTime(evidence)]),
    degreeMs,
    celsius: evidence.samples
      .filter(isGoodSample)
      .filter(({ at }) => at >= slice.from && at <= slice.to)
      .map(({ celsius }) => celsius),
  };
}
