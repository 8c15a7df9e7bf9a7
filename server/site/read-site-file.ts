import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { checkSettings } from "@coldkeep/core/settings/settings.ts";
import { type Site, siteSchema } from "@coldkeep/core/site/site.ts";
import { parse } from "yaml";

/** Deepest nesting of a site file that is read: it needs 7, and a parser of YAML takes seconds for 100,000. */
export const siteNestingMax = 50;

/**
 * Reads a site file's text, YAML or JSON. `source` names it in errors. Throws `site.invalid`, which says what in it was not as expected.
 */
export function parseSite(text: string, source: string): Site {
  if (isTooDeep(text))
    throw new CodedError(
      "site.invalid",
      `${source} is nested deeper than ${siteNestingMax} brackets or lists.`,
    );
  let content: unknown;
  try {
    content = parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CodedError("site.invalid", `${source} is not YAML: ${reason}`, { cause });
  }
  try {
    return checkSettings(siteSchema, content, source);
  } catch (cause) {
    if (cause instanceof CodedError) throw new CodedError("site.invalid", cause.message, { cause });
    throw cause;
  }
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  for (const sign of text) {
    if (sign === "[" || sign === "{") depth += 1;
    else if (sign === "]" || sign === "}") depth = Math.max(0, depth - 1);
    if (depth > siteNestingMax) return true;
  }
  return listsInOneLine.test(text);
}

const listsInOneLine = new RegExp(`^ *(?:[-?] ){${siteNestingMax + 1}}`, "m");
