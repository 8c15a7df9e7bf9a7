/** Two blanks between columns. */
const gap = "  ";

/** Rows under their heads in columns as wide as their widest cell; the last column is not filled up. */
export function textTable(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [heads, ...rows];
  const widths = heads.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join(gap)
      .trimEnd();
  return [line(heads), widths.map((width) => "-".repeat(width)).join(gap), ...rows.map(line)];
}
