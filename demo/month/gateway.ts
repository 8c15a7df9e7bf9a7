import type { SeededRandom } from "@coldkeep/firmware-sim/random/random.ts";
import type { Reading } from "@coldkeep/core/readings/reading.ts";
import { dayMs, type EpochMs, formatInstant, hourMs, minuteMs } from "@coldkeep/core/time/millis.ts";

/** A reading of a probe on its way. */
export interface ProbeReading {
  readonly probe: string;
  readonly reading: Reading;
}

/** A batch as it goes over the wire, always the same bytes under its sequence. */
export interface Batch {
  readonly text: string;
  readonly readings: readonly ProbeReading[];
}

/** A gateway reduced to what the server sees of one: batches under sequences, live readings beside a backlog, over a link that fails. */
export interface Gateway {
  readonly hear: (readings: readonly ProbeReading[]) => void;
  /** Makes batches of what was heard and tries those that are not answered yet. `deliver` is the server's door. */
  readonly post: (now: EpochMs, deliver: (batch: Batch) => void) => void;
  /** True where nothing waits for an answer. */
  readonly isEmpty: () => boolean;
}

/** From this age on a reading waits in the backlog, so that the live ones are not held up. */
const backlogAfterMs = 15 * minuteMs;
const chunkReadings = 500;
const chunksPerPost = 2;
const batchEveryMinutes = 3;

/** What can happen to one attempt, as shares of all attempts. */
const unheard = 0.06;
const answerLost = 0.02;
/** Shares of backlog chunks that are not the oldest one, that are shuffled, and of readings that are sent a second time. */
const outOfTurn = 0.2;
const shuffled = 0.2;
const sentAgain = 0.002;

/** Chance that what is heard from now on is laid aside, for how many batches, and for how long: a spare gateway that is brought back days later. */
const layAside = 1 / 1_200;
const asideBatches = 40;
const asideMs = { from: 12 * hourMs, to: 4 * dayMs };

/** Makes the gateway called `name`. */
export function makeGateway(name: string, random: SeededRandom): Gateway {
  let queue: ProbeReading[] = [];
  let backlog: ProbeReading[] = [];
  let inFlight: Batch[] = [];
  let sequence = 0;
  let toLayAside = 0;
  let aside: { readonly until: EpochMs; readonly readings: readonly ProbeReading[] }[] = [];
  const launch = (readings: readonly ProbeReading[]): void => {
    if (readings.length === 0) return;
    sequence += 1;
    inFlight.push({ text: wireText(name, sequence, readings), readings });
    queue.push(...readings.filter(() => random.next() < sentAgain));
  };
  const cut = (now: EpochMs): void => {
    const isLate = ({ reading }: ProbeReading): boolean => now - reading.at > backlogAfterMs;
    const live = queue.filter((each) => !isLate(each));
    backlog = [...backlog, ...queue.filter(isLate)];
    queue = [];
    if (random.next() < layAside) toLayAside = 1 + random.below(asideBatches);
    if (toLayAside > 0) {
      toLayAside -= 1;
      const until = now + asideMs.from + random.below(asideMs.to - asideMs.from);
      aside.push({ until, readings: live });
    } else launch(live);
    backlog.push(...aside.filter(({ until }) => until <= now).flatMap(({ readings }) => readings));
    aside = aside.filter(({ until }) => until > now);
    for (let chunk = 0; chunk < chunksPerPost && backlog.length > 0; chunk += 1) {
      const place = random.next() < outOfTurn ? random.below(backlog.length) : 0;
      const taken = backlog.splice(place, chunkReadings);
      launch(random.next() < shuffled ? shuffle(taken, random) : taken);
    }
  };
  return {
    hear: (readings) => void queue.push(...readings),
    post: (now, deliver) => {
      if (Math.floor(now / minuteMs) % batchEveryMinutes === 0) cut(now);
      const attempts = random.next() < 0.1 ? shuffle(inFlight, random) : inFlight;
      inFlight = attempts.filter((batch) => {
        const luck = random.next();
        if (luck < unheard) return true;
        deliver(batch);
        return luck < unheard + answerLost;
      });
    },
    isEmpty: () => queue.length + backlog.length + inFlight.length + aside.length === 0,
  };
}

function wireText(gateway: string, sequence: number, readings: readonly ProbeReading[]): string {
  const wire = readings.map(({ probe, reading: { at, ...value } }) => ({
    probe,
    at: formatInstant(at),
    ...value,
  }));
  return JSON.stringify({ gateway, sequence, readings: wire });
}

function shuffle<Item>(items: readonly Item[], random: SeededRandom): Item[] {
  const order = items.map((item) => ({ item, key: random.next() }));
  return order.toSorted((a, b) => a.key - b.key).map(({ item }) => item);
}
