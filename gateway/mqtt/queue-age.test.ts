import { uncertaintyMaxMs } from "@coldkeep/core/readings/stamp.ts";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deliveryMaxMs } from "../intake/admit.ts";
import { drainedAfterMs, queueAge } from "./queue-age.ts";

const start = 1_795_000_000_000;

describe("how old a message of a kept session may be", () => {
  test("is as long as the source was away, until the queue is empty", () => {
    const clock = virtualClock(start);
    const age = queueAge(clock, () => start - 3_600_000);
    age.connected(true);
    const first = age.received();
    expect(first.delayMaxMs).toBe(deliveryMaxMs + 3_600_000);
    clock.advance(5_000);
    // As long as one is not dealt with the broker may hold others back.
    expect(age.received().delayMaxMs).toBe(deliveryMaxMs + 3_605_000);
    first.settled();
    clock.advance(drainedAfterMs);
    expect(age.received().delayMaxMs).toBe(deliveryMaxMs + 3_606_000);
  });

  test("is that of its way alone once the queue was empty, or where there is no session", () => {
    const clock = virtualClock(start);
    const age = queueAge(clock, () => null);
    age.connected(true);
    const queued = age.received();
    expect(queued.delayMaxMs).toBe(deliveryMaxMs + uncertaintyMaxMs);
    queued.settled();
    clock.advance(drainedAfterMs);
    age.alive();
    expect(age.received().delayMaxMs).toBe(deliveryMaxMs);
    const fresh = queueAge(clock, () => null);
    fresh.connected(false);
    expect(fresh.received().delayMaxMs).toBe(deliveryMaxMs);
  });

  test("holds for every message of a broker that queues while the source is away, however often it goes", () => {
    const stretch = fc.record({
      awayMs: fc.integer({ min: 0, max: 1e8 }),
      queued: fc.integer({ min: 0, max: 30 }),
      /** The connection is lost again after so many messages. */
      taken: fc.integer({ min: 0, max: 40 }),
      eachMs: fc.integer({ min: 0, max: 900 }),
      liveMs: fc.array(fc.integer({ min: 1, max: 100_000 }), { maxLength: 5 }),
    });
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 8 }), (stretches) => {
        const clock = virtualClock(start);
        const age = queueAge(clock, () => start);
        let queue: number[] = [];
        const hear = (publishedAt: number): void => {
          age.alive();
          const { delayMaxMs, settled } = age.received();
          expect(clock.epochMs() - publishedAt).toBeLessThanOrEqual(delayMaxMs);
          settled();
        };
        for (const { awayMs, queued, taken, eachMs, liveMs } of stretches) {
          for (let n = 0; n < queued; n += 1) queue.push(clock.epochMs() + Math.floor((awayMs * n) / queued));
          clock.advance(awayMs);
          age.connected(true);
          for (const publishedAt of queue.slice(0, taken)) {
            clock.advance(eachMs);
            hear(publishedAt);
          }
          queue = queue.slice(taken);
          if (queue.length > 0) continue;
          for (const ms of liveMs) {
            clock.advance(ms);
            hear(clock.epochMs());
          }
        }
      }),
    );
  });
});
