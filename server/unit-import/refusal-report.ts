import type { RefusedLine } from "./take-file.ts";

/** Beginnings that spreadsheets would take for a formula. */
const formulaStart = /^[=+\-@\t\r]/;

function cell(value: string): string {
  const text = formulaStart.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Writes the lines of a file that were not taken as CSV: line, column, code, why. Of those beyond what is listed it says how many there are. */
export function refusalReport(refusals: readonly RefusedLine[], refused: number): string {
  const rows = refusals.map(({ line, column, code, why }) => [String(line), column, code, why]);
  const unlisted = refused - refusals.length;
  if (unlisted > 0) rows.push(["", "", "", `${unlisted} more lines were refused that are not listed.`]);
  return [["line", "column", "code", "why"], ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}
