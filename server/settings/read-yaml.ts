import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { LineCounter, parseDocument } from "yaml";

/**
 * What a settings file holds. Throws `settings.unreadable` that says where the text is no YAML, and never what stands there: it may be a password.
 */
export function readYaml(text: string, source: string): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, lineCounter, logLevel: "silent" });
  const [mistake] = [...document.errors, ...document.warnings];
  if (mistake !== undefined) {
    const { line, col } = lineCounter.linePos(mistake.pos[0]);
    throw unreadable(`${source} is not YAML at line ${line}, column ${col} (${mistake.code}).`);
  }
  try {
    return document.toJS() as unknown;
  } catch {
    throw unreadable(
      `${source} refers with * to something that it does not hold; a text that begins with * needs quotes.`,
    );
  }
}

const unreadable = (message: string): CodedError => new CodedError("settings.unreadable", message);
