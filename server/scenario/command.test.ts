/** Goal: the command's exit codes and words are what a person and a pipeline can rely on. Method: files in memory. */
import { expect, test } from "vitest";
import { scenarioCommand } from "./command.ts";

const right = `scenario Cold
profile p low 2 high 6 maxGap 5m excursionAfter 10m recoverAfter 5m unmonitoredAfter 30m alarmDelay 5m
series fridge-1 every 1m from 0m: 4x10
at end expect no excursion
`;
const files: Readonly<Record<string, string>> = {
  "right.scenario": right,
  "wrong.scenario": right.replace("no excursion", "1 excursion"),
  "broken.scenario": right.replace("series", "serious"),
};

function run(...args: string[]) {
  const lines: string[] = [];
  const readFile = (path: string): string => {
    const text = files[path];
    if (text === undefined) throw new RangeError("no such file");
    return text;
  };
  const code = scenarioCommand(args, { readFile, print: (line) => lines.push(line) });
  return { code, text: lines.join("\n") };
}

test("all right: 0, and every check on a line", () => {
  const { code, text } = run("right.scenario");
  expect(code).toBe(0);
  expect(text).toContain("right.scenario: Cold\n  ok     line 4: at end expect no excursion");
  expect(text).toContain("1 scenario, 2 checks, all right");
});

test("a failed check: 1, with what was expected and what was got", () => {
  const { code, text } = run("right.scenario", "wrong.scenario");
  expect(code).toBe(1);
  expect(text).toMatch(/WRONG {2}line 4: .*\n +expected {2}1 excursion\n +got {7}0 excursions/);
  expect(text).toContain("2 scenarios, 4 checks, 1 wrong");
});

test("no scenario, or no such file: 2, whatever the others say", () => {
  const { code, text } = run("broken.scenario", "right.scenario", "none.scenario");
  expect(code).toBe(2);
  expect(text).toContain("broken.scenario:3: expected the beginning of a statement");
  expect(text).toContain("none.scenario: cannot be read: no such file");
  expect(text).toContain("Not run because of mistakes: 2 of 3 files");
});

test("--wrong-only leaves out what is right", () => {
  const { text } = run("--wrong-only", "right.scenario", "wrong.scenario");
  expect(text).not.toContain("right.scenario");
  expect(text).toContain("wrong.scenario");
});

test("no files: 2 and the usage; --help: 0 and the usage", () => {
  expect(run()).toMatchObject({ code: 2, text: expect.stringContaining("Usage: coldkeep scenario") });
  expect(run("--help")).toMatchObject({ code: 0, text: expect.stringContaining("Usage") });
  expect(run("--faster", "right.scenario").code).toBe(2);
});
