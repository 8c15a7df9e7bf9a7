import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readableLine } from "./log-line.ts";

test.each([
  ["plain words", "plain words"],
  ['{"level":30,"msg":"Ready"}', "Ready"],
  ['{"msg":"No","err":{"message":"disk full","code":"store.full"}}', "No - disk full - store.full"],
  ['{"level":30}', '{"level":30}'],
  ['{"broken', '{"broken'],
])("%s", (line, expected) => {
  expect(readableLine(line)).toBe(expected);
});

test("takes any line", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (line) => typeof readableLine(line) === "string"));
});
