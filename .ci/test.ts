import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, runGates } from "./gates.ts";
import { addTallies, isGood, tallyLine, tallyOf, type TestReport } from "./tally.ts";

/** Runs Vitest with its own output shown, and reads the report that it leaves. */
async function runTests(args: readonly string[]): Promise<{ report: TestReport | null; exitCode: number }> {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-tests-"));
  const reportFile = join(folder, "report.json");
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  try {
    const child = spawn(process.execPath, [vitest, "run", ...reporters, ...args], {
      cwd: root,
      stdio: "inherit",
    });
    const exitCode = await new Promise<number>((resolve) => {
      child.once("error", () => resolve(1));
      child.once("exit", (code) => resolve(code ?? 1));
    });
    return { report: readReport(reportFile), exitCode };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(path: string): TestReport | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as TestReport;
  } catch {
    return null;
  }
}

/** Repeats the failures where they are easy to find: at the end. */
function printFailures(report: TestReport | null, print: (text: string) => void): void {
  if (report === null) print("FAILED  the test run left no report");
  for (const file of report?.testResults ?? []) {
    const failed = file.assertionResults.filter((test) => test.status === "failed");
    for (const test of failed)
      print(`FAILED  ${file.name}: ${test.fullName}\n${firstLines(test.failureMessages?.[0])}`);
    if (file.status === "failed" && failed.length === 0)
      print(`FAILED  ${file.name}\n${firstLines(file.message)}`);
  }
}

/** Most lines of a failure that are repeated; all of them stand above, in Vitest's own output. */
const failureLinesMax = 60;

function firstLines(message: string | undefined): string {
  const lines = (message ?? "").split("\n").filter((line) => !line.includes("/node_modules/"));
  return lines.slice(0, failureLinesMax).join("\n");
}

const print = (text: string): void => console.log(text);
const gates = runGates(print);
const { report, exitCode } = await runTests(process.argv.slice(2));
printFailures(report, print);
const tests = tallyOf(report, exitCode);
const all = addTallies(gates, tests);
if (tests.passed === 0) print("No test passed: a run without tests proves nothing.");
print(tallyLine(all));
process.exitCode = isGood(tests, all) ? 0 : 1;
