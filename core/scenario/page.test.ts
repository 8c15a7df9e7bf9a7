/**
 * Goal: what docs/scenarios.md shows is what the program does. Method: its example is run and must print what the page prints, right and wrong.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parseScenario } from "./parse.ts";
import { reportLines, summaryLine } from "./report.ts";
import { runScenario } from "./run.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/scenarios.md"), "utf8");
const blocks = (kind: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(
    (match) => match[1] ?? "",
  );
const [example = ""] = blocks("scenario");
const [right = "", wrong = ""] = blocks("text");
const run = (text: string) => runScenario(parseScenario("my-first.scenario", text));

it("runs the page's example and prints what the page prints", () => {
  const result = run(example);
  expect([...reportLines(result), summaryLine([result]), ""].join("\n")).toBe(right);
});

it("shows both figures and what was known where one figure is another", () => {
  const result = run(example.replace("end 15m", "end 16m"));
  expect(result.passed).toBe(false);
  expect(reportLines(result).join("\n")).toContain(wrong.trimEnd());
});

it.each([
  ["start 3m", "start 3m1ms"],
  ["out 12m", "out 11m"],
  ["unknown 0", "unknown 1ms"],
  ["extreme 8", "extreme 8.1"],
  ["area 20", "area 20.01"],
  ["closed", "open"],
  ["raised 8m", "raised 7m"],
  ["temperature-high unack", "temperature-low unack"],
  ["no alarm", "no excursion\n  expect alarm probe-silent"],
  ["high 12m low 0", "high 12m low 1s"],
  ["unit A held", "unit A not held"],
  ["8x9", "8x8"],
  ["high 6 ", "high 6.1 "],
  ["excursionAfter 10m", "excursionAfter 13m"],
  ["alarmDelay 5m", "alarmDelay 4m"],
])("finds the example wrong once %j is %j", (from, to) => {
  expect(example).toContain(from);
  expect(run(example.replace(from, to)).passed).toBe(false);
});

it("tells the mistake that the page tells", () => {
  const text = example.replace("at 7m expect", "at 3 expect");
  expect(() => parseScenario("my-first.scenario", text)).toThrow(
    /^my-first\.scenario:14: expected .* found "3"$/,
  );
  const told = /^ {4}(my-first\.scenario:14: .*)$/m.exec(page)?.[1] ?? "";
  expect(() => parseScenario("my-first.scenario", text)).toThrow(told);
});
