/**
 * A pattern for identities of other numberings, in a small language of its own: it is matched in one pass over a text of bounded length, so that no
 * pattern from a settings file can make the server think long.
 */
export interface TextPattern {
  /** The pattern as it was written. */
  readonly source: string;
  /** One set of characters for each place. */
  readonly places: readonly ReadonlySet<string>[];
}

/** Longest text that a pattern can ask for. */
export const patternLengthMax = 30;

/** Longest pattern in characters. */
export const patternSourceMax = 100;

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const digits = "0123456789";

/** The classes of characters: `A` a capital letter, `N` a digit, `X` either. */
const classes: Readonly<Record<string, string>> = { A: letters, N: digits, X: letters + digits };

const element = /^(?:([ANX])|\[([A-Z0-9]{1,36})\]|'([A-Z0-9]{1,30})')(?:\{(\d{1,2})\})?/;

/** What became of compiling a pattern; `why` is a sentence without full stop, for an error of settings. */
export type PatternResult =
  | { readonly ok: true; readonly pattern: TextPattern }
  | { readonly ok: false; readonly why: string };

/**
 * Compiles a pattern: elements after one another, each `A`, `N`, `X`, a set `[AB7]` or literal text `'BE'`, each with a count `{8}` where it is there
 * more than once. `'BE'N{2}-` is none: identities have capital letters and digits alone.
 */
export function compilePattern(source: string): PatternResult {
  if (source === "" || source.length > patternSourceMax)
    return { ok: false, why: `a pattern has 1 to ${patternSourceMax} characters` };
  const places: ReadonlySet<string>[] = [];
  let rest = source;
  while (rest !== "") {
    const [taken, kind, set, literal, countText = "1"] = element.exec(rest) ?? [];
    if (taken === undefined)
      return { ok: false, why: `"${rest}" is no element: A, N, X, [AB7] or 'BE', with a count such as {8}` };
    const count = Number(countText);
    if (count < 1) return { ok: false, why: "a count is at least 1" };
    const once = placesOf(kind, set, literal);
    if (places.length + once.length * count > patternLengthMax)
      return { ok: false, why: `identities have at most ${patternLengthMax} characters` };
    for (let time = 0; time < count; time += 1) places.push(...once);
    rest = rest.slice(taken.length);
  }
  return { ok: true, pattern: { source, places } };
}

function placesOf(
  kind: string | undefined,
  set: string | undefined,
  literal: string | undefined,
): ReadonlySet<string>[] {
  if (literal !== undefined) return Array.from(literal, (character) => new Set(character));
  return [new Set(set ?? classes[kind ?? ""] ?? "")];
}

/** True where every character of a text is one that its place allows, and none is missing. */
export function matchesPattern({ places }: TextPattern, text: string): boolean {
  return text.length === places.length && places.every((place, index) => place.has(text.charAt(index)));
}
