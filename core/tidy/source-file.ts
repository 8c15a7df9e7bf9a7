/** A source file as the rules of tidiness read it. */
export interface SourceFile {
  /** Path from the repository's root, with forward slashes. */
  readonly path: string;
  /** The text as it is. */
  readonly text: string;
  /** The text with comments blanked, line by line as long as before. */
  readonly uncommented: string;
  /** The text with comments and what stands inside strings and regular expressions blanked. */
  readonly code: string;
}

/** One breach of a rule. */
export interface Breach {
  readonly path: string;
  /** Line number from 1. */
  readonly line: number;
  /** What is wrong, and what to write instead. */
  readonly what: string;
}

/** A rule: the breaches in one file. */
export type Rule = (file: SourceFile) => readonly Breach[];

/** True for tests and what stands beside them only to help tests. */
export function isTest(path: string): boolean {
  return /\.(test|bench)\.ts$/.test(path) || /(^|\/)testing\//.test(path);
}

/** True for a program's entry, which does process things and hands the adapters in. */
export function isMain(path: string): boolean {
  return /^[\w-]+\/main\.ts$/.test(path);
}

/** The line number, from 1, of a position in a text. */
export function lineAt(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < index; at = text.indexOf("\n", at + 1)) line += 1;
  return line;
}

/** One breach for each match of a pattern (with the flag g). */
export function breachesOf(file: SourceFile, text: string, pattern: RegExp, what: string): Breach[] {
  return [...text.matchAll(pattern)].map((match) => ({
    path: file.path,
    line: lineAt(text, match.index),
    what,
  }));
}

/** True if a path is listed: as itself, or under a listed folder that ends with a slash. */
export function isListed(path: string, list: readonly string[]): boolean {
  return list.some((entry) => path === entry || (entry.endsWith("/") && path.startsWith(entry)));
}
