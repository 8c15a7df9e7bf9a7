import type { Check, ScenarioResult } from "./run.ts";

/** What running a scenario gave, line by line, for a person. A failed check shows both figures and a drawing of the time around it. */
export function reportLines(result: ScenarioResult): string[] {
  const { file, title, checks } = result;
  return [title === file ? file : `${file}: ${title}`, ...checks.flatMap(checkLines)];
}

function checkLines({ line, text, passed, expected, got, timeline }: Check): string[] {
  const where = line === null ? "" : `line ${line}: `;
  if (passed) return [`  ok     ${where}${text}`];
  return [
    `  WRONG  ${where}${text}`,
    `           expected  ${expected}`,
    `           got       ${got}`,
    ...timeline.map((drawn) => `           ${drawn}`),
  ];
}

/** How it all went, in one line. */
export function summaryLine(results: readonly ScenarioResult[]): string {
  const checks = results.flatMap((result) => result.checks);
  if (checks.length === 0) return "Nothing was checked";
  const wrong = checks.filter(({ passed }) => !passed).length;
  return `${count(results.length, "scenario")}, ${count(checks.length, "check")}, ${wrong === 0 ? "all right" : `${wrong} wrong`}`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
