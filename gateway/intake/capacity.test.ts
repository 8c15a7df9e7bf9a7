import fc from "fast-check";
import { expect, test } from "vitest";
import type { Thinned, Usage } from "../buffer/buffer.ts";
import { entryBytes, reserveShare, startCapacity, stepCapacity } from "./capacity.ts";

const limits = { readingsMax: 1_000, bytesMax: 100_000, diskFreeMin: 50_000 };

const usage = (part: Partial<Usage> = {}): Usage => ({
  heldReadings: 0,
  usedBytes: 0,
  reusableBytes: 0,
  diskFreeBytes: 1e9,
  ...part,
});

const step = (part: Partial<Usage>, unkept = 0, before = startCapacity(false), thinned?: Thinned | null) =>
  stepCapacity(limits, before, {
    usage: usage(part),
    unkept,
    ...(thinned === undefined ? {} : { thinned }),
  });

test.each<[string, Partial<Usage>, { kept: number; unkept: number }]>([
  ["by readings", { heldReadings: 900 }, { kept: 100, unkept: 150 }],
  ["by bytes", { usedBytes: 95_000 - 10 * entryBytes }, { kept: 10, unkept: 88 }],
  ["by the disk", { diskFreeBytes: 50_000 + 10 * entryBytes }, { kept: 10, unkept: 400 }],
  [
    "by the disk, where the file has room inside",
    { diskFreeBytes: 0, reusableBytes: 50_000 + 10 * entryBytes },
    { kept: 10, unkept: 400 },
  ],
])("the smallest bound counts: %s", (_, part, room) => {
  expect(step(part).room).toEqual(room);
  expect(step(part).state.stage).toBe("open");
});

test("goes from stage to stage and back, and is open again only well below where it began to refuse", () => {
  const stages: string[] = [];
  let state = startCapacity(false);
  const go = (heldReadings: number, unkept: number, thinned?: Thinned | null): boolean => {
    const next = step({ heldReadings }, unkept, state, thinned);
    state = next.state;
    stages.push(state.stage);
    return next.thin;
  };
  expect(go(999, 1)).toBe(false);
  expect(go(1_000, 1)).toBe(false);
  expect(go(1_050, 1)).toBe(true);
  expect(go(1_040, 1, { examined: 100, dropped: 10, more: true })).toBe(false);
  expect(go(1_050, 1)).toBe(true);
  expect(go(1_050, 1, { examined: 50, dropped: 0, more: false })).toBe(true);
  expect(go(1_050, 1, { examined: 100, dropped: 0, more: false })).toBe(false);
  expect(go(1_050, 1)).toBe(false);
  expect(go(1_049, 1)).toBe(false);
  expect(go(999, 1)).toBe(false);
  expect(go(950, 1)).toBe(false);
  expect(stages.join(" ")).toBe(
    "open reserve thinning thinning thinning thinning exhausted exhausted exhausted reserve open",
  );
});

test("where nothing waits nothing is thinned out", () => {
  const asked = step({ usedBytes: 100_000 }, 1);
  expect(asked.thin).toBe(true);
  const dry = step({ usedBytes: 100_000 }, 1, asked.state, null);
  expect(dry).toMatchObject({ thin: false, state: { stage: "exhausted" } });
});

test("never gives more room than a bound leaves, and asks to thin out only where something finds none", () => {
  fc.assert(
    fc.property(
      fc.nat(2_000),
      fc.nat(200_000),
      fc.nat(200_000),
      fc.nat(3_000),
      (held, used, free, unkept) => {
        const { room, thin, state } = step(
          { heldReadings: held, usedBytes: used, diskFreeBytes: free },
          unkept,
        );
        expect(held + Math.max(0, room.unkept)).toBeLessThanOrEqual(
          Math.max(held, Math.ceil(limits.readingsMax * (1 + reserveShare))),
        );
        if (room.unkept > 0) expect(used + room.unkept * entryBytes).toBeLessThanOrEqual(limits.bytesMax);
        if (room.kept > 0) expect(free - room.kept * entryBytes).toBeGreaterThanOrEqual(limits.diskFreeMin);
        expect(room.unkept).toBeGreaterThanOrEqual(room.kept);
        expect(thin).toBe(unkept > room.unkept);
        expect(state.stage === "open").toBe(room.kept > 0 && !thin);
      },
    ),
  );
});
