import type { Random } from "../time/clock.ts";
import type { EpochMs } from "../time/millis.ts";
import { aheadMaxMs, type Scenario, type SentReading } from "./scenario.ts";

/** Readings that arrive together at an instant. */
export interface Arrival {
  readonly at: EpochMs;
  readonly readings: readonly SentReading[];
}

/** Most batches into which a shuffled delivery is cut. */
const batchesMax = 12;

/** True where a reading says that it is so far ahead of the true time that it is refused. */
export function isRefused({ reading, sentAt }: SentReading): boolean {
  return reading.at > sentAt + aheadMaxMs;
}

/** When the scenario is at its end: everything has arrived, and every moment that it names has passed. */
export function endOf(scenario: Scenario): EpochMs {
  const moments = scenario.steps.map(({ at }) => at).filter((at) => at !== "end");
  const arrived = scenario.sent.map((sent) => arrivalOf(scenario, sent));
  const readings = scenario.sent.filter((sent) => !isRefused(sent)).map((sent) => sent.reading.at);
  return [...moments, ...arrived, ...readings].reduce((latest, at) => Math.max(latest, at));
}

/** How the readings arrive as the scenario says, by instant. Refused readings are not among them. */
export function plannedArrivals(scenario: Scenario, end: EpochMs): Arrival[] {
  const { delivery } = scenario;
  const accepted = scenario.sent.filter((sent) => !isRefused(sent));
  const arrivals = delivery.repeat ? repeated(scenario, accepted) : byInstant(scenario, accepted);
  if (delivery.shuffleSeed === null) return arrivals;
  return shuffledBetween(arrivals, momentsOf(scenario, end), seededRandom(delivery.shuffleSeed));
}

/** All accepted readings, about a third of them twice, in an order and in batches drawn from a seed. */
export function anyDelivery(scenario: Scenario, seed: number): SentReading[][] {
  const random = seededRandom(seed);
  const accepted = scenario.sent.filter((sent) => !isRefused(sent));
  const again = accepted.filter(() => random() < 1 / 3);
  return inBatches(shuffled([...accepted, ...again], random), random);
}

function arrivalOf({ delivery }: Scenario, { probe, sentAt }: SentReading): EpochMs {
  const late = delivery.late.filter(
    (each) => (each.probe === null || each.probe === probe) && sentAt >= each.from && sentAt <= each.to,
  );
  return late.reduce((at, each) => Math.max(at, each.arriveAt), sentAt);
}

function byInstant(scenario: Scenario, sent: readonly SentReading[]): Arrival[] {
  return grouped(sent.map((each) => [arrivalOf(scenario, each), each]));
}

/** Every reading twice: when it arrives, and with whatever arrives next. */
function repeated(scenario: Scenario, sent: readonly SentReading[]): Arrival[] {
  const arrivals = byInstant(scenario, sent);
  return arrivals.map(({ at, readings }, index) => ({
    at,
    readings: [...readings, ...(arrivals[index - 1]?.readings ?? readings)],
  }));
}

function grouped(timed: readonly (readonly [EpochMs, SentReading])[]): Arrival[] {
  const groups = new Map<EpochMs, SentReading[]>();
  for (const [at, sent] of timed) {
    const group = groups.get(at);
    if (group === undefined) groups.set(at, [sent]);
    else group.push(sent);
  }
  return [...groups].map(([at, readings]) => ({ at, readings })).sort((a, b) => a.at - b.at);
}

function momentsOf(scenario: Scenario, end: EpochMs): EpochMs[] {
  const moments = scenario.steps.map(({ at }) => (at === "end" ? end : at));
  return [...new Set([...moments, end])].sort((a, b) => a - b);
}

/** What would arrive between one moment and the next arrives at the later one, in any order. */
function shuffledBetween(
  arrivals: readonly Arrival[],
  moments: readonly EpochMs[],
  random: Random,
): Arrival[] {
  return moments.flatMap((at, index) => {
    const after = moments[index - 1] ?? Number.NEGATIVE_INFINITY;
    const due = arrivals.filter((each) => each.at > after && each.at <= at);
    const readings = due.flatMap((each) => each.readings);
    return inBatches(shuffled(readings, random), random).map((batch) => ({ at, readings: batch }));
  });
}

function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

function inBatches<Item>(items: readonly Item[], random: Random): Item[][] {
  const cuts = Array.from({ length: batchesMax - 1 }, () => Math.floor(random() * (items.length + 1)));
  const ends = [...cuts.sort((a, b) => a - b), items.length];
  return ends.map((end, index) => items.slice(ends[index - 1] ?? 0, end)).filter((batch) => batch.length > 0);
}

/** Mulberry32 (Tommy Ettinger): the same seed gives the same numbers on every machine. */
function seededRandom(seed: number): Random {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
