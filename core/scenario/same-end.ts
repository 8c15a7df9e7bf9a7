import { measure } from "../engine/measure.ts";
import type { EpochMs } from "../time/millis.ts";
import type { Comparison } from "./check.ts";
import { anyDelivery } from "./deliveries.ts";
import { figuresText } from "./figures.ts";
import { excursionsAt, foldedExcursions } from "./probe-history.ts";
import type { Scenario } from "./scenario.ts";
import { durationText } from "./times.ts";
import { arrive, emptyWorld, exposedUnits, settle, type World } from "./world.ts";

/** The seeds of the deliveries in which every scenario is tried besides its own. */
export const otherDeliverySeeds: readonly number[] = [1, 2, 3];

/**
 * Promise 1 of design.md section 1: delivered shuffled and in part repeated, all at the end, the scenario's readings must give the same excursions, coverage
 * and exposed units as in its own delivery; and so must one pass over all of them in order.
 */
export function compareEnds(scenario: Scenario, own: World): Comparison {
  const expected = endText(own, scenario);
  const folded = [...own.histories.values()]
    .flatMap((history) => foldedExcursions(history, own.now))
    .map((figures) => JSON.stringify(figures));
  const recorded = [...own.histories.values()]
    .flatMap((history) => excursionsAt(history, own.now))
    .map((figures) => JSON.stringify(figures));
  if (folded.join() !== recorded.join())
    return { isSame: false, expected: `on record ${recorded.join()}`, got: `in one pass ${folded.join()}` };
  for (const seed of otherDeliverySeeds) {
    const other = endText(deliver(scenario, seed, own.now), scenario);
    if (other.exact !== expected.exact)
      return { isSame: false, expected: expected.text, got: `with seed ${seed}: ${other.text}` };
  }
  return { isSame: true, expected: expected.text, got: expected.text };
}

/** The world at the end after all readings came in an order, in batches and with repeats drawn from a seed. */
function deliver(scenario: Scenario, seed: number, end: EpochMs): World {
  const world = anyDelivery(scenario, seed).reduce(
    (known, batch) => arrive(known, batch, end),
    emptyWorld(scenario, end),
  );
  return settle(world, scenario, end);
}

function endText(world: World, scenario: Scenario): { exact: string; text: string } {
  const ends = [...world.histories.values()].map((history) => {
    const window = { from: Math.min(history.readings[0]?.at ?? world.now, world.now), to: world.now };
    return {
      probe: history.probe.id,
      excursions: excursionsAt(history, world.now),
      coverage: measure(history.readings, history.probe.rules, window, world.now),
    };
  });
  const exposed = [...exposedUnits(world, scenario)].sort();
  const text = ends.map(({ probe, excursions, coverage }) => {
    const list = excursions.map((each) => figuresText(each, scenario.frame)).join("; ");
    const { inMs, lowMs, highMs, unknownMs } = coverage;
    const times = Object.entries({ in: inMs, low: lowMs, high: highMs, unknown: unknownMs });
    const parts = times.map(([name, ms]) => `${name} ${durationText(ms)}`).join(" ");
    return `${probe}: ${list === "" ? "no excursions" : list}; ${parts}`;
  });
  return {
    exact: JSON.stringify({ ends, exposed }),
    text: [...text, ...exposed.map((unit) => `unit ${unit} exposed`)].join("; "),
  };
}
