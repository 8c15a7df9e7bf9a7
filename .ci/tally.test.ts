import { expect, test } from "vitest";
import { addTallies, emptyTally, isGood, tallyLine, tallyOf, type TestReport } from "./tally.ts";

const clean: TestReport = {
  success: true,
  numPassedTests: 7,
  numFailedTests: 0,
  numPendingTests: 2,
  numTodoTests: 1,
  testResults: [{ name: "a.test.ts", status: "passed", assertionResults: [] }],
};

test("counts passed, failed and skipped tests, and todo as skipped", () => {
  expect(tallyOf(clean, 0)).toEqual({ passed: 7, failed: 0, skipped: 3 });
  expect(tallyLine(tallyOf(clean, 0))).toBe("7 passed, 0 failed, 3 skipped");
});

test("a file that cannot be loaded counts as one failure", () => {
  const report = {
    ...clean,
    success: false,
    testResults: [{ name: "b.test.ts", status: "failed", message: "no such module", assertionResults: [] }],
  };
  expect(tallyOf(report, 1).failed).toBe(1);
});

test("a file with a failed test counts that test once", () => {
  const report = {
    ...clean,
    success: false,
    numFailedTests: 1,
    testResults: [
      { name: "b.test.ts", status: "failed", assertionResults: [{ status: "failed", fullName: "b" }] },
    ],
  };
  expect(tallyOf(report, 1).failed).toBe(1);
});

test("a failed run in which every test passed is a failure, and so is one without a report", () => {
  expect(tallyOf(clean, 1).failed).toBe(1);
  expect(tallyOf({ ...clean, success: false }, 0).failed).toBe(1);
  expect(tallyOf(null, 0).failed).toBe(1);
});

test("a run is good only if nothing failed and some test passed", () => {
  const gates = { passed: 3, failed: 0, skipped: 0 };
  const tests = tallyOf(clean, 0);
  expect(isGood(tests, addTallies(gates, tests))).toBe(true);
  expect(isGood(emptyTally, gates)).toBe(false);
  expect(isGood(tests, addTallies({ ...gates, failed: 1 }, tests))).toBe(false);
});
