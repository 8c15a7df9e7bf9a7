import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type StampRules, stampObservation } from "./observation-stamp.ts";

const rules: StampRules = {
  clean: true,
  tellsAtOnce: true,
  timeResolutionMs: 1_000,
  clockToleranceMs: 2_000,
  arrivalUncertaintyMs: 5_000,
};
const now = 1_795_313_400_000;
const device = { source: "device", uncertaintyMs: 3_000 };

describe("the time of a message", () => {
  test.each<[string, Partial<StampRules>, number | null, number, object | null, boolean | null]>([
    ["its own", {}, now - 8_000, 0, { at: now - 8_000, time: device }, false],
    ["its own, a little ahead", {}, now + 3_000, 0, { at: now + 3_000, time: device }, false],
    [
      "that of its arrival, where the device's clock is behind",
      {},
      now - 8_001,
      0,
      { at: now, time: { source: "arrival", uncertaintyMs: 5_000 } },
      true,
    ],
    [
      "that of its arrival, where the device's clock is ahead",
      {},
      now + 3_001,
      0,
      { at: now, time: { source: "arrival", uncertaintyMs: 5_000 } },
      true,
    ],
    [
      "its own, where the gateway stood still",
      {},
      now - 60_000,
      60_000,
      { at: now - 60_000, time: device },
      false,
    ],
    [
      "its own, where it may have waited",
      { clean: false },
      now - 86_400_000,
      0,
      { at: now - 86_400_000, time: device },
      null,
    ],
    [
      "its own, where devices tell later",
      { tellsAtOnce: false },
      now - 86_400_000,
      0,
      { at: now - 86_400_000, time: device },
      null,
    ],
    ["nobody's, where it may have waited and tells none", { clean: false }, null, 0, null, null],
    [
      "that of its arrival, where it tells none",
      {},
      null,
      60_000,
      { at: now, time: { source: "arrival", uncertaintyMs: 65_000 } },
      null,
    ],
  ])("is %s", (_name, changes, at, waitedMs, stamp, clockOff) =>
    expect(stampObservation({ ...rules, ...changes }, at, now, waitedMs)).toEqual({ stamp, clockOff }),
  );

  test("is true within its uncertainty, however wrong the device's clock and however slow the way", () => {
    const span = 86_400_000;
    fc.assert(
      fc.property(
        fc.integer({ min: -span, max: span }),
        fc.nat(rules.arrivalUncertaintyMs),
        fc.integer({ min: 0, max: span }),
        fc.boolean(),
        (clockErrorMs, wayMs, waitedMs, silent) => {
          const measuredAt = now - wayMs - waitedMs;
          const told = silent ? null : measuredAt + clockErrorMs;
          const { stamp, clockOff } = stampObservation(rules, told, now, waitedMs);
          if (stamp === null) throw new RangeError("a clean session always has a time");
          if (clockOff === true) expect(Math.abs(clockErrorMs)).toBeGreaterThan(rules.clockToleranceMs);
          const errorMs = Math.abs(stamp.at - measuredAt);
          const bound = silent || clockOff === true ? stamp.time.uncertaintyMs : Math.abs(clockErrorMs);
          expect(errorMs).toBeLessThanOrEqual(bound);
        },
      ),
    );
  });
});
