import * as z from "zod";
import { CodedError } from "../errors/coded-error.ts";
import { parseDuration } from "../time/millis.ts";

/** A duration in a configuration file, such as `5m`; becomes milliseconds. */
export const durationSchema = z.string().transform((text, context) => {
  const length = parseDuration(text);
  if (length !== null) return length;
  context.addIssue({
    code: "custom",
    message: "expected a duration with its unit, such as 90s, 5m or 1h30m",
  });
  return z.NEVER;
});

/**
 * Checks what a YAML file held against its schema. Throws a CodedError `settings.invalid` that names the file, the path in it and what was
 * expected, one line for each mistake.
 */
export function checkSettings<Schema extends z.ZodType>(
  schema: Schema,
  content: unknown,
  source: string,
): z.output<Schema> {
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `  ${issuePath(issue.path)}: ${issue.message}`);
  throw new CodedError("settings.invalid", `${source} cannot be used:\n${lines.join("\n")}`, {
    context: { source, paths: parsed.error.issues.map((issue) => issuePath(issue.path)) },
  });
}

function issuePath(path: readonly PropertyKey[]): string {
  if (path.length === 0) return "(top level)";
  return path
    .map((part, index) => (typeof part === "number" ? `[${part}]` : `${index > 0 ? "." : ""}${String(part)}`))
    .join("");
}
