import { seededRandom } from "@coldkeep/firmware-sim/random/random.ts";
import type { ScenarioEvent } from "@coldkeep/firmware-sim/scenario/event.ts";
import type { Reading } from "@coldkeep/core/readings/reading.ts";
import { dayMs, type DurationMs, type EpochMs, hourMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import type { Inside } from "@coldkeep/server/inside.ts";
import { type Database, openDatabase } from "@coldkeep/server/store/database.ts";
import { drawOutages, isOut } from "./faults.ts";
import { makeFloor } from "./floor.ts";
import { makeGateway } from "./gateway.ts";
import { inOrder, makeHouse } from "./house.ts";
import { monthSite, stricterSite } from "./month-site.ts";
import { makePeople, type ToldMovement } from "./people.ts";

/** What is simulated. */
export interface MonthOptions {
  readonly seed: number;
  /** 30 make a month; a year works as well. */
  readonly days: number;
}

/** A hospital's month that is over: all was delivered and judged, and the server stands. */
export interface Month {
  readonly inside: Inside;
  readonly database: Database;
  readonly startAt: EpochMs;
  readonly endAt: EpochMs;
  /** Where the server's clock stands, a day and more after the end. */
  readonly now: EpochMs;
  /** Readings that the server took, by probe, in order and without repeats, as the simulation saw it. */
  readonly readings: ReadonlyMap<string, readonly Reading[]>;
  readonly delivered: number;
  readonly told: readonly ToldMovement[];
  readonly faults: readonly ScenarioEvent[];
  readonly restarts: number;
}

/** 2026-10-01T00:00:00Z. */
const startAt: EpochMs = 1_790_812_800_000;

/** The hospital lives on for this long, so that a day without a connection can end. */
const afterlifeMs: DurationMs = dayMs + hourMs;
/** Quiet time after the last delivery, in which what waits is judged. */
const settleMinutes = 12;

/**
 * Simulates a hospital under Coldkeep, in this process and under a virtual clock: devices that fail, links that lose, delay, repeat and reorder, a server that is
 * restarted, units that move, people who answer. The same seed gives the same month.
 */
export function liveMonth({ seed, days }: MonthOptions): Month {
  const random = seededRandom(seed, "month");
  const clock = virtualClock(startAt);
  const database = openDatabase(":memory:");
  const floor = makeFloor(seed, startAt, days);
  const gateway = makeGateway("mechelen-1", seededRandom(seed, "gateway"));
  const people = makePeople(seededRandom(seed, "people"), startAt);
  const uplinkDown = [
    ...drawOutages(random, days, 30, minuteMs, 20 * minuteMs),
    ...drawOutages(random, days, 3, hourMs, hourMs),
    ...drawOutages(random, days, 1, dayMs, dayMs),
  ];
  const serverDown = drawOutages(random, days, 20, minuteMs, 20 * minuteMs);
  const house = makeHouse(database, clock);
  house.up().applySite(monthSite(), "month");
  people.open(house.up());

  const minute = (at: EpochMs, isAlive: boolean): void => {
    if (isAlive) gateway.hear(floor.minute(at));
    clock.advance(minuteMs - 1 - random.below(20_000));
    if (isOut(serverDown, at - startAt)) house.down();
    else {
      const inside = house.up();
      if (!isOut(uplinkDown, at - startAt)) gateway.post(clock.epochMs(), house.take);
      if (isAlive) people.minute(inside, clock.epochMs());
    }
    clock.advance(at + minuteMs - clock.epochMs());
    house.tick();
  };
  const endAt = startAt + days * dayMs;
  const halfAt = startAt + Math.floor(days / 2) * dayMs;
  for (let at = startAt; at < endAt + afterlifeMs; at += minuteMs) {
    minute(at, true);
    if (at === halfAt) house.up().applySite(stricterSite(halfAt - 12 * hourMs), "month");
  }
  for (let quiet = 0; quiet < settleMinutes; quiet = gateway.isEmpty() ? quiet + 1 : 0)
    minute(clock.epochMs(), false);
  return {
    inside: house.up(),
    database,
    startAt,
    endAt,
    now: clock.epochMs(),
    readings: new Map([...house.taken].map(([probe, readings]) => [probe, inOrder(readings)])),
    delivered: [...house.taken.values()].reduce((sum, readings) => sum + readings.length, 0),
    told: people.told,
    faults: floor.faults,
    restarts: house.restarts(),
  };
}
