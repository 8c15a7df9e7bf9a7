import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Anchor,
  anchorErrorMs,
  anchorOf,
  type Anchors,
  type DriftWatch,
  eventTime,
  watchDrift,
} from "./anchor.ts";

const driftMaxMs = 10_000;
const minute = 60_000;

/** A stretch in which a device is heard live (or only takes samples that are fetched later), with what the gateway knew of the time. */
const stretches = fc.array(
  fc.record({
    samples: fc.integer({ min: 1, max: 200 }),
    everyMs: fc.integer({ min: minute, max: 30 * minute }),
    isLive: fc.boolean(),
    /** The gateway was started anew: it remembers no samples. */
    isFresh: fc.boolean(),
    /** How far the gateway's clock really was off, as a share of what it said. */
    off: fc.double({ min: -1, max: 1, noNaN: true }),
    saidMs: fc.constantFrom(250, 2_000, 60_000, 3_600_000),
  }),
  { minLength: 1, maxLength: 12 },
);

describe("the time of a device with a quartz", () => {
  test("is off by no more than is said, over outages, restarts and a gateway that knows its own time badly", () => {
    fc.assert(
      fc.property(
        stretches,
        fc.integer({ min: -100, max: 100 }),
        fc.infiniteStream(fc.nat(1_000)),
        (all, ppm, delays) => {
          const rate = 1 + ppm / 1_000_000;
          const samples: { readonly at: number; readonly sequence: number; readonly uptimeMs: number }[] = [];
          let [now, sequence] = [0, 0];
          let anchors: Anchors = [];
          let watch: DriftWatch | null = null;
          for (const { samples: count, everyMs, isLive, isFresh, off, saidMs } of all) {
            if (isFresh) watch = null;
            for (let n = 0; n < count; n += 1) {
              now += everyMs;
              const uptimeMs = Math.round(now * rate);
              samples.push({ at: now, sequence, uptimeMs });
              const errorMs = 1_000 + saidMs;
              const heardAt = Math.round(now + (delays.next().value ?? 0) + off * saidMs);
              if (anchors.length === 0)
                anchors = [
                  {
                    fromSequence: sequence,
                    zeroAt: heardAt - uptimeMs,
                    errorMs,
                    judged: [uptimeMs, uptimeMs],
                  },
                ];
              else if (isLive) {
                const sample = { sequence, uptimeMs, heardAt, errorMs, ownZero: null };
                ({ anchors, watch } = watchDrift(anchors, watch, sample, driftMaxMs));
              }
              // Each sample is stamped as it comes in.
              const anchor = anchorOf(anchors, sequence);
              const stamped = eventTime(anchors, sequence, uptimeMs) ?? Number.NaN;
              const said = anchor === null ? 0 : anchorErrorMs(anchor, uptimeMs, driftMaxMs);
              expect(Math.abs(stamped - now)).toBeLessThanOrEqual(said + 1);
              sequence += 1;
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test("is judged by what the samples show at worst, also over an outage in which the clock drifted on", () => {
    const anchor: Anchor = { fromSequence: 0, zeroAt: 0, errorMs: 6_000, judged: [0, 0] };
    let [anchors, watch]: [Anchors, DriftWatch | null] = [[anchor], null];
    const hear = (uptimeMs: number, zero: number): void => {
      const sample = { sequence: 1, uptimeMs, heardAt: zero + uptimeMs, errorMs: 1_000, ownZero: null };
      ({ anchors, watch } = watchDrift(anchors, watch, sample, driftMaxMs));
    };
    for (let n = 1; n < 8; n += 1) hear(n * minute, 0);
    hear(600 * minute, 4_000);
    expect(anchors[0]).toEqual({ ...anchor, errorMs: 5_000, judged: [0, 600 * minute] });
  });

  test("is not made worse by a judgement that leaves more open than is known", () => {
    const anchors: Anchors = [{ fromSequence: 0, zeroAt: 0, errorMs: 1_250, judged: [0, 0] }];
    let watch: DriftWatch | null = null;
    for (let n = 1; n <= 8; n += 1) {
      const sample = {
        sequence: n,
        uptimeMs: n * minute,
        heardAt: n * minute,
        errorMs: 3_601_000,
        ownZero: null,
      };
      const seen = watchDrift(anchors, watch, sample, driftMaxMs);
      expect(seen.anchors).toBe(anchors);
      ({ watch } = seen);
    }
  });
});
