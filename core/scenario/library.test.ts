/**
 * Goal: every scenario of the library holds, in its own delivery and in others, and each of its expectations could fail. Method: run every file; then run it again with
 * every expectation changed by the least that a person could write, and demand that each of these is found wrong.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseScenario } from "./parse.ts";
import { reportLines } from "./report.ts";
import { runScenario } from "./run.ts";
import { type ExpectedFigures, type Expectation, isAct, type Scenario, type Step } from "./scenario.ts";

const folder = join(import.meta.dirname, "../../scenarios");
const files = readdirSync(folder).filter((name) => name.endsWith(".scenario"));
const load = (name: string): Scenario =>
  parseScenario(`scenarios/${name}`, readFileSync(join(folder, name), "utf8"));

describe("the library of scenarios", () => {
  it("has a scenario for every rule", () => expect(files.length).toBeGreaterThanOrEqual(35));

  it.each(files)("%s holds", (name) => {
    const result = runScenario(load(name));
    expect(result.passed, `\n${reportLines(result).join("\n")}\n`).toBe(true);
  });

  it.each(files)("%s says what it shows and by which rule", (name) => {
    const text = readFileSync(join(folder, name), "utf8");
    expect(text).toMatch(/^scenario .+\n# Shows: .+/);
    expect(text).toMatch(/^# Rule \(design, section 5\): .+/m);
  });

  it.each(files)("%s would notice the least change of any expectation", (name) => {
    const scenario = load(name);
    const steps = scenario.steps.flatMap((step): Step[] =>
      isAct(step.what) ? [step] : changed(step.what).map((what) => ({ ...step, what })),
    );
    const noticed = runScenario({ ...scenario, steps }).checks.filter((check) => check.line !== null);
    const isOfAct = (line: number | null) =>
      scenario.steps.some((step) => step.line === line && isAct(step.what));
    const missed = noticed.filter((check) => check.passed && !isOfAct(check.line));
    expect(missed.map(({ line, got }) => `line ${line}: ${got}`)).toEqual([]);
    expect(noticed.length).toBeGreaterThanOrEqual(scenario.steps.length);
  });
});

/** Expectations that differ from a right one by one thing only. */
function changed(right: Expectation): Expectation[] {
  switch (right.kind) {
    case "excursion":
      return [
        { ...right, side: right.side === "high" ? "low" : "high", figures: { ...right.figures, start: 1 } },
        ...changedFigures(right.figures).map((figures) => ({ ...right, figures })),
      ];
    case "excursion-count":
      return [{ ...right, count: right.count + 1 }];
    case "coverage":
      return Object.entries(right.parts).map(([part, ms]) => ({
        ...right,
        parts: { ...right.parts, [part]: Number(ms) + 1 },
      }));
    case "alarm":
      return [
        { ...right, phase: right.phase === "suppressed" ? "shelved" : "suppressed" },
        { ...right, raisedAt: (right.raisedAt ?? 0) + 1 },
        { kind: "no-alarm", probe: right.probe, alarm: right.alarm },
      ];
    case "no-alarm":
      return [
        {
          kind: "alarm",
          probe: right.probe,
          alarm: right.alarm ?? "temperature-high",
          phase: null,
          raisedAt: null,
        },
      ];
    case "revision":
      return [{ ...right, kind: "no-revision" }];
    case "no-revision":
      return [{ ...right, kind: "revision", change: right.change ?? "opened" }];
    case "revisions":
      return [
        { ...right, changes: right.changes.slice(1) },
        { ...right, changes: [...right.changes, "merged"] },
      ];
    case "unit":
      return [{ ...right, is: !right.is }];
    case "refused":
      return [{ ...right, count: right.count + 1 }];
  }
}

function changedFigures(figures: ExpectedFigures): ExpectedFigures[] {
  return Object.entries(figures).map(([name, value]): ExpectedFigures => {
    if (name === "status") return { ...figures, status: value === "open" ? "closed" : "open" };
    if (typeof value === "boolean") return { ...figures, critical: !value };
    const step = name === "extremeCelsius" || name === "degreeMinutes" ? 0.02 : 1;
    return { ...figures, [name]: typeof value === "number" ? value + step : 0 };
  });
}
