import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { parseScenario } from "@coldkeep/core/scenario/parse.ts";
import { reportLines, summaryLine } from "@coldkeep/core/scenario/report.ts";
import { runScenario, type ScenarioResult } from "@coldkeep/core/scenario/run.ts";

/** What the command needs of the outside. */
export interface ScenarioIo {
  /** The text of a file; throws where it cannot be read. */
  readonly readFile: (path: string) => string;
  readonly print: (line: string) => void;
}

/** Nothing wrong. */
const allRight = 0;
/** A check failed. */
const wrong = 1;
/** A file could not be read or is no scenario, or none was named. */
const unusable = 2;

/** How the command is called. */
export const scenarioUsage = "coldkeep scenario [--wrong-only] <files...>";

const usage = [
  `Usage: ${scenarioUsage}`,
  "Runs scenarios (readings, rules, and what must then be) on the engine; see docs/scenarios.md.",
  "Exit code: 0 all right, 1 a check failed, 2 a file is not a scenario.",
];

/** `coldkeep scenario <files...>`: runs scenario files and prints what was checked. Returns the exit code. */
export function scenarioCommand(args: readonly string[], io: ScenarioIo): number {
  const files = args.filter((arg) => !arg.startsWith("--"));
  const options = args.filter((arg) => arg.startsWith("--"));
  if (files.length === 0 || options.some((option) => option !== "--wrong-only")) {
    for (const line of usage) io.print(line);
    return options.includes("--help") ? allRight : unusable;
  }
  const results = files.map((file) => runFile(file, io));
  const ran = results.filter((result) => result !== null);
  for (const result of ran) {
    if (result.passed && options.includes("--wrong-only")) continue;
    for (const line of reportLines(result)) io.print(line);
  }
  io.print(summaryLine(ran));
  if (ran.length < files.length) {
    io.print(`Not run because of mistakes: ${files.length - ran.length} of ${files.length} files`);
    return unusable;
  }
  return ran.every((result) => result.passed) ? allRight : wrong;
}

function runFile(file: string, io: ScenarioIo): ScenarioResult | null {
  const text = readOrNull(file, io);
  if (text === null) return null;
  try {
    return runScenario(parseScenario(file, text));
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    for (const line of error.message.split("\n")) io.print(line);
    return null;
  }
}

function readOrNull(file: string, io: ScenarioIo): string | null {
  try {
    return io.readFile(file);
  } catch (error) {
    io.print(`${file}: cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}
