import { afterAll, beforeAll, expect, test } from "vitest";
import { feedEntriesMax } from "@coldkeep/core/contract/units.ts";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { testServer, type TestServer, testStart } from "../testing/test-server.ts";
import { piecesOf } from "./file-reading.ts";
import { nextSliceLines, sliceAimMs, takeFile } from "./take-file.ts";

let running: TestServer;
beforeAll(async () => {
  running = await testServer({ start: testStart + 120 * minuteMs });
});
afterAll(() => running.stop());

const lineOf = (serial: number, place: string): string =>
  `G123426${String(serial).padStart(6, "0")};E0336V00;${place};2026-11-22 01:30`;

/** Takes a file and counts how often others had their turn meanwhile. */
async function turnsWhileTaking(place: string, lines: number): Promise<number> {
  const rows = Array.from({ length: lines }, (_, serial) => lineOf(serial, place));
  const text = ["din;product code;location;at", ...rows].join("\n");
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const file = {
    actor: "feed",
    name: `${place}.csv`,
    sha256: "",
    pieces: piecesOf(new TextEncoder().encode(text)),
  };
  await takeFile(running.server.services, file);
  isOver = true;
  return turns;
}

test("a slice is as large as the time for it allows, grows to the double at most, and never beyond a feed", () => {
  expect(nextSliceLines(100, sliceAimMs)).toBe(100);
  expect(nextSliceLines(400, 2 * sliceAimMs)).toBe(200);
  expect(nextSliceLines(100, 1)).toBe(200);
  expect(nextSliceLines(100, 0)).toBe(200);
  expect(nextSliceLines(100, 60 * minuteMs)).toBe(50);
  expect(nextSliceLines(feedEntriesMax, 1)).toBe(feedEntriesMax);
});

test("others have their turn while a file is taken, also where each of its lines is refused", async () => {
  expect(await turnsWhileTaking("nowhere", 3_000)).toBeGreaterThan(8 * 3);
  expect(await turnsWhileTaking("fridge-1", 3_000)).toBeGreaterThan(8 * 5);
  expect(running.server.services.units.list({ limit: 10_000 })).toHaveLength(3_000);
});
