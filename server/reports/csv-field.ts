/** A field of a CSV file (RFC 4180). One that a spreadsheet would take for a formula gets an apostrophe before it, so that opening the file runs nothing. */
export function csvField(cell: string | number | boolean | null): string {
  if (cell === null) return "";
  const text = typeof cell === "string" && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
