import { expect, test } from "vitest";
import { profile, at, minutes } from "../engine-model/minute-examples.ts";
import { constantRules } from "../site/profile.ts";
import { measure } from "./measure.ts";

test("a line from beyond one limit to beyond the other ends one run out of range and begins another", () => {
  const readings = at([0, 1], [3, 1], [4, 11], [6, 11], [7, 4]);
  const found = measure(readings, constantRules(profile), { from: 0, to: minutes(7) }, minutes(7));
  expect([found.lowMs, found.highMs]).toEqual([minutes(3) + 6_000, 30_000 + minutes(2) + 42_857]);
  expect(found.longestOutMs).toBe(minutes(3) + 12_857);
  const turned = measure(
    at([0, 11], [3, 11], [4, 1], [5, 1], [6, 4]),
    constantRules(profile),
    { from: 0, to: minutes(6) },
    minutes(6),
  );
  expect(turned.longestOutMs).toBe(minutes(3) + 30_000);
  const low = measure(readings, constantRules(profile), { from: 0, to: minutes(4) }, minutes(4));
  expect(low.longestOutMs).toBe(minutes(3) + 6_000);
});
