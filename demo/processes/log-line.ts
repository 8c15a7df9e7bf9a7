/**
 * A log line for a person: of a JSON line the message, the error and its code, of any other line the line itself. Never throws.
 */
export function readableLine(line: string): string {
  const fields = parseObject(line);
  if (fields === null) return line;
  const error = asObject(fields["err"]) ?? asObject(fields["error"]);
  const parts = [fields["msg"], error?.["message"], error?.["code"] ?? fields["code"]];
  const said = parts.filter((part): part is string => typeof part === "string" && part !== "");
  return said.length === 0 ? line : [...new Set(said)].join(" - ");
}

function parseObject(line: string): Record<string, unknown> | null {
  if (!line.startsWith("{")) return null;
  try {
    return asObject(JSON.parse(line));
  } catch {
    return null;
  }
}

function asObject(value: unknown): Record<string, unknown> | null {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
}
