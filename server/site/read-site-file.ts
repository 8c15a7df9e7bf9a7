import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { checkSettings } from "@coldkeep/core/settings/settings.ts";
import { type Site, siteSchema } from "@coldkeep/core/site/site.ts";
import { parse } from "yaml";

/**
 * Reads a site file's text, YAML or JSON. `source` names it in errors. Throws `site.invalid`, which says what in it was not as expected.
 */
export function parseSite(text: string, source: string): Site {
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
