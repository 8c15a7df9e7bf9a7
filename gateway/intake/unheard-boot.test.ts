import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Anchor } from "./anchor.ts";
import type { BootLedger } from "./ledger.ts";
import { zeroOfUnheard } from "./unheard-boot.ts";

const driftMaxMs = 10_000;

const heard = (boot: number, anchor: Omit<Anchor, "fromSequence">): BootLedger => ({
  device: "d",
  boot,
  source: "line",
  lastHeardAt: 0,
  kept: [[0, 0]],
  lost: [],
  anchors: [{ fromSequence: 0, ...anchor }],
});

describe("the beginning of a boot that was never heard", () => {
  const ms = fc.integer({ min: 0, max: 30 * 86_400_000 });
  const error = fc.integer({ min: 0, max: 20_000 });

  test("lies within what is said of it", () => {
    fc.assert(
      fc.property(
        fc.record({
          ranMs: ms,
          offMs: ms,
          runsMs: ms,
          againOffMs: ms,
          errorMs: error,
          ppm: fc.integer({ min: -100, max: 100 }),
        }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        ({ ranMs, offMs, runsMs, againOffMs, errorMs, ppm }, skew) => {
          const zero = ranMs + offMs;
          const next = zero + runsMs + againOffMs;
          const off = skew * errorMs;
          const judged = [0, ranMs] as const;
          const ledgers = [
            heard(6, { zeroAt: next + off, errorMs, judged: [0, 0] }),
            heard(4, { zeroAt: off, errorMs, judged }),
          ];
          const uptimeMs = Math.floor(runsMs * (1 + ppm / 1_000_000));
          const said = zeroOfUnheard(ledgers, "d", 5, uptimeMs, driftMaxMs);
          expect(Math.abs((said?.at ?? 0) - zero)).toBeLessThanOrEqual((said?.errorMs ?? 0) + 1);
          // Not wider than the time in which nothing is known to have run, and what the anchors leave open.
          const openMs = offMs + againOffMs + 2 * errorMs + driftMaxMs + runsMs / 1_000;
          expect(said?.errorMs).toBeLessThanOrEqual(openMs / 2 + 2);
        },
      ),
    );
  });

  test("is not guessed where only one neighbour is known, or of another device", () => {
    const ledgers = [heard(4, { zeroAt: 0, errorMs: 0 })];
    expect(zeroOfUnheard(ledgers, "d", 5, 1_000, driftMaxMs)).toBeNull();
    const both = [...ledgers, heard(6, { zeroAt: 60_000, errorMs: 0 })];
    expect(zeroOfUnheard(both, "e", 5, 1_000, driftMaxMs)).toBeNull();
    expect(zeroOfUnheard(both, "d", 5, 1_000, driftMaxMs)).not.toBeNull();
  });
});
