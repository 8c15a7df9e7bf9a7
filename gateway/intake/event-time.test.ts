import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { recorderBench as setup, start } from "../rig/recorder-bench.ts";
import { driftSamples } from "./anchor.ts";
import { bootsMax, runsMax } from "./ledger.ts";

describe("event time", () => {
  test("is the same in whatever order and however late samples of a boot come, once the boot has its anchor", () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([1, 2, 3, 4, 5, 6, 7, 8, 9], { minLength: 9 }),
        fc.nat(100_000_000),
        (order, late) => {
          const { now, clock, times } = setup();
          now({ sequence: 0, uptimeMs: 500 });
          clock.advance(late);
          for (const sequence of order) now({ sequence, uptimeMs: 500 + sequence * 1_000 }, { live: false });
          expect(times().sort((a, b) => a - b)).toEqual(
            Array.from({ length: 10 }, (_, n) => start + n * 1_000),
          );
        },
      ),
    );
  });

  test("of several first samples read together is anchored by the one that waited least", () => {
    const { hear, recorder, times } = setup();
    for (const sequence of [0, 1, 2]) hear({ sequence, uptimeMs: sequence * 60_000 });
    recorder.flush();
    expect(times()).toEqual([start - 120_000, start - 60_000, start]);
  });

  test("follows a clock that has drifted only from the next sequence on, and says so once", () => {
    const { now, clock, counters, recorder, times } = setup();
    now({ sequence: 0, uptimeMs: 0 });
    clock.advance(60_000);
    const behind = 40_000;
    for (let n = 1; n <= 2 * driftSamples; n += 1) {
      clock.advance(4_000);
      now({ sequence: n, uptimeMs: 60_000 - behind + n * 4_000 });
    }
    expect(counters.of("sample.clock-drift")).toBe(1);
    const [, moved] = recorder.ledger("d", 1)?.anchors ?? [];
    expect(moved?.zeroAt).toBe(start + behind);
    const stamps = times();
    for (const [n, at] of stamps.entries()) {
      const uptimeMs = n === 0 ? 0 : 60_000 - behind + n * 4_000;
      expect(at - uptimeMs - start).toBe(n >= (moved?.fromSequence ?? Infinity) ? behind : 0);
    }
  });

  test("is not moved by what a broker had queued, nor by a late sample", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1_000, max: 600_000 }),
        fc.integer({ min: 10, max: 300 }),
        (everyMs, queued) => {
          const { now, clock, counters, recorder } = setup();
          now({ sequence: 0, uptimeMs: 0 });
          clock.advance(queued * everyMs);
          for (let n = 1; n <= queued; n += 1) {
            clock.advance(1);
            now({ sequence: n, uptimeMs: n * everyMs });
          }
          for (let n = queued + 1; n <= queued + 30; n += 1) {
            clock.advance(everyMs);
            now({ sequence: n, uptimeMs: n * everyMs });
          }
          expect(counters.of("sample.clock-drift")).toBe(0);
          expect(recorder.ledger("d", 1)?.anchors).toMatchObject([{ fromSequence: 0, zeroAt: start }]);
        },
      ),
    );
  });

  test("is never in the future after the gateway's own clock was set back", () => {
    const { now, clock, buffer, counters } = setup();
    now({ sequence: 0, uptimeMs: 0 });
    clock.advance(1_000);
    now({ sequence: 1, uptimeMs: 3_600_000 });
    const readings = buffer.nextBatch("live", 9)?.entries;
    expect(readings?.at(-1)?.at).toBe(start + 1_000);
    expect(counters.of("sample.clock-drift")).toBe(1);
  });

  test("is the device's own where it has a clock", () => {
    const { now, times } = setup();
    now({ sequence: 0, uptimeMs: 5 }, { at: start - 86_400_000 });
    now({ sequence: 1, uptimeMs: 1_005 });
    expect(times()).toEqual([start - 86_400_000, start - 86_400_000 + 1_000]);
  });
});

describe("limits", () => {
  test("holes beyond the most that are tracked are closed from the oldest, and counted", () => {
    const { hear, recorder, counters } = setup();
    for (let n = 0; n <= runsMax; n += 1) hear({ sequence: n * 2 });
    recorder.flush();
    expect(recorder.ledger("d", 1)?.kept).toHaveLength(runsMax);
    expect(recorder.ledger("d", 1)?.kept[0]).toEqual([0, 2]);
    expect(counters.of("sample.hole-closed")).toBe(1);
  });

  test("the boot heard longest ago is forgotten", () => {
    const { now, clock, recorder, buffer } = setup();
    for (let boot = 0; boot <= bootsMax; boot += 1) {
      clock.advance(1_000);
      now({ boot });
    }
    expect(recorder.ledgers()).toHaveLength(bootsMax);
    expect(recorder.ledger("d", 0)).toBeUndefined();
    expect(buffer.ledgers()).toHaveLength(bootsMax);
  });
});
