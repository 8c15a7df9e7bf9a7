import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLog, tailLinesMax } from "./bounded-log.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "coldkeep-log-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("goes on from what is there, and turns over when it is full", () => {
  const path = join(folder, "logs", "server.log");
  openLog(path, 10).write("12345\n");
  const log = openLog(path, 10);
  log.write("678\n");
  expect(readFileSync(path, "utf8")).toBe("12345\n678\n");
  log.write("9\n");
  expect(readFileSync(path, "utf8")).toBe("9\n");
  expect(readFileSync(`${path}.1`, "utf8")).toBe("12345\n678\n");
});

test("keeps the last lines at hand, also when output comes in pieces", () => {
  const log = openLog(join(folder, "server.log"));
  log.write("a\nb");
  log.write("c\nd");
  expect(log.tail()).toEqual(["a", "bc", "d"]);
  log.write("\n".repeat(100));
  expect(log.tail()).toHaveLength(tailLinesMax);
});
