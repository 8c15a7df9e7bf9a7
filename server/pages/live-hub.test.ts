import { PassThrough, type Readable } from "node:stream";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { liveBacklogBytesMax, liveConnectionsMax, liveEveryMsMax, liveEveryMsMin } from "./limits.ts";
import { liveHub, type LiveLoss } from "./live-hub.ts";
import { sharedRender } from "./shared-render.ts";

function setup(): {
  clock: ReturnType<typeof virtualClock>;
  hub: ReturnType<typeof liveHub>;
  losses: LiveLoss[];
} {
  const clock = virtualClock(1_000_000);
  const losses: LiveLoss[] = [];
  return { clock, losses, hub: liveHub(clock, (loss) => losses.push(loss)) };
}

/** How many events wait in a stream; takes them. */
function taken(stream: Readable | null): number {
  return (String(stream?.read() ?? "").match(/event: refresh/g) ?? []).length;
}

describe("the live hub", () => {
  it("tells of every change within the shortest time, never more often, and never stays silent too long", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4_000 }), { maxLength: 40 }), (waits) => {
        const { clock, hub } = setup();
        const start = clock.monotonicMs();
        let seen = hub.generation();
        const told: number[] = [];
        const changed: number[] = [];
        const step = (): void => {
          clock.advance(1);
          if (hub.generation() === seen) return;
          expect(hub.generation()).toBe(seen + 1);
          seen = hub.generation();
          told.push(clock.monotonicMs());
        };
        for (const wait of waits) {
          for (let passed = 0; passed < wait; passed++) step();
          hub.changed();
          changed.push(clock.monotonicMs());
          if (hub.generation() !== seen) {
            seen = hub.generation();
            told.push(clock.monotonicMs());
          }
        }
        for (let passed = 0; passed <= liveEveryMsMax; passed++) step();
        for (const at of changed) {
          expect(told.some((each) => each >= at && each <= at + liveEveryMsMin)).toBe(true);
        }
        let before = start;
        for (const [index, each] of told.entries()) {
          if (index > 0) expect(each - before).toBeGreaterThanOrEqual(liveEveryMsMin);
          expect(each - before).toBeLessThanOrEqual(liveEveryMsMax);
          before = each;
        }
        hub.stop();
        expect(clock.pending()).toBe(0);
      }),
      { numRuns: 25 },
    );
  });

  it("greets a listener at once, so that it renews what it showed before it listened", () => {
    const { hub, clock } = setup();
    const stream = hub.connect();
    expect(taken(stream)).toBe(1);
    hub.changed();
    expect(taken(stream)).toBe(1);
    hub.changed();
    hub.changed();
    expect(taken(stream)).toBe(0);
    clock.advance(liveEveryMsMin);
    expect(taken(stream)).toBe(1);
    hub.stop();
  });

  it("refuses and counts listeners beyond the limit, and has room again when one leaves", async () => {
    const { hub, losses } = setup();
    const streams = Array.from({ length: liveConnectionsMax }, () => hub.connect());
    expect(streams.every((stream) => stream !== null)).toBe(true);
    expect(hub.connect()).toBeNull();
    expect(losses).toEqual(["live-refused"]);
    const closed = new Promise((resolve) => streams[0]?.on("close", resolve));
    streams[0]?.destroy();
    await closed;
    expect(hub.connect()).not.toBeNull();
    hub.stop();
  });

  it("cuts off a listener that does not take its events, and counts it", async () => {
    const { hub, clock, losses } = setup();
    const stream = hub.connect();
    const closed = new Promise((resolve) => stream?.on("close", resolve));
    for (let sent = 0; sent * 20 < liveBacklogBytesMax + 100; sent++) clock.advance(liveEveryMsMax);
    await closed;
    expect(losses).toEqual(["live-cut-off"]);
    hub.stop();
  });

  it("ends every stream when it stops, and takes no more", async () => {
    const { hub, clock } = setup();
    const stream = hub.connect();
    const ended = new Promise((resolve) => stream?.on("end", resolve));
    hub.stop();
    stream?.resume();
    await ended;
    expect(hub.connect()).toBeNull();
    hub.changed();
    expect(clock.pending()).toBe(0);
  });
});

describe("a shared rendering", () => {
  it("is made once for all who look between two events", () => {
    const clock = virtualClock(0);
    let generation = 0;
    let made = 0;
    const shared = sharedRender(
      clock,
      () => generation,
      () => `made ${++made}`,
    );
    expect([shared.get(), shared.get()]).toEqual(["made 1", "made 1"]);
    generation++;
    expect(shared.get()).toBe("made 2");
    clock.advance(liveEveryMsMin);
    expect(shared.get()).toBe("made 3");
    shared.drop();
    expect(shared.get()).toBe("made 4");
  });

  it("ends the stream of whoever is not welcome any more, and of nobody else", () => {
    const { clock, hub } = setup();
    let isWelcome = true;
    const one = hub.connect(() => isWelcome);
    const other = hub.connect();
    expect([taken(one), taken(other)]).toEqual([1, 1]);
    isWelcome = false;
    clock.advance(liveEveryMsMax);
    expect([taken(one), taken(other)]).toEqual([0, 1]);
    const isOver = (stream: Readable | null): boolean =>
      stream instanceof PassThrough && stream.writableEnded;
    expect([isOver(one), isOver(other)]).toEqual([true, false]);
  });
});
