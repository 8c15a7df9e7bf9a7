import { CodedError } from "../errors/coded-error.ts";

/** One word of a scenario, and the line of the file on which it stands, counted from 1. */
export interface Word {
  readonly text: string;
  readonly line: number;
}

/** A statement: the words of a line that begins at the margin, and of the indented lines below it. */
export type Statement = readonly [Word, ...Word[]];

/**
 * Divides a text into statements. What follows a `#` at a word's beginning is a comment. A colon at a word's end is a word of its own. Throws
 * `scenario.invalid` where an indented line has nothing above it to belong to.
 */
export function statementsOf(file: string, text: string): Statement[] {
  const statements: [Word, ...Word[]][] = [];
  for (const [index, content] of text.split(/\r\n|\n|\r/).entries()) {
    const line = index + 1;
    const words = wordsOf(content).map((each) => ({ text: each, line }));
    const [first, ...others] = words;
    if (first === undefined) continue;
    if (!/^\s/.test(content)) statements.push([first, ...others]);
    else {
      const above = statements.at(-1);
      if (above === undefined) {
        throw invalid(
          file,
          line,
          "expected a statement at the margin before the first indented line",
          first.text,
        );
      }
      above.push(first, ...others);
    }
  }
  return statements;
}

function wordsOf(content: string): string[] {
  const uncommented = content.replace(/(^|\s)#.*$/, "");
  return uncommented
    .split(/\s+/)
    .flatMap((word) => (word.length > 1 && word.endsWith(":") ? [word.slice(0, -1), ":"] : [word]))
    .filter((word) => word !== "");
}

/** The error for a text that is no scenario: where, what was expected, what stands there (null: nothing). */
export function invalid(file: string, line: number, expected: string, found: string | null): CodedError {
  const what = found === null ? "the line ends here" : `found "${found.slice(0, 80)}"`;
  return new CodedError("scenario.invalid", `${file}:${line}: ${expected}, ${what}`, {
    context: { file, line },
  });
}

/** Walks through the words of one statement. All that does not fit throws `scenario.invalid`. */
export class Words {
  readonly #file: string;
  readonly #words: Statement;
  #next = 0;

  constructor(file: string, words: Statement) {
    this.#file = file;
    this.#words = words;
  }

  /** How many words were taken. */
  get taken(): number {
    return this.#next;
  }

  /** The line of the next word, at the end that of the last one. */
  get line(): number {
    return (this.#words[this.#next] ?? this.#words.at(-1) ?? this.#words[0]).line;
  }

  /** The next word, or null at the end. */
  peek(): string | null {
    return this.#words[this.#next]?.text ?? null;
  }

  /** Takes the next word; at the end it fails with what was expected. */
  take(expected: string): string {
    const word = this.peek();
    if (word === null) this.fail(expected);
    this.#next += 1;
    return word;
  }

  /** Takes the next word if it is this one. */
  takeIf(word: string): boolean {
    if (this.peek() !== word) return false;
    this.#next += 1;
    return true;
  }

  /** Takes the next word, which must be this one. */
  takeExactly(word: string): void {
    if (!this.takeIf(word)) this.fail(`"${word}"`);
  }

  /** Takes the next word, which must be one of a list. */
  takeOneOf<Choice extends string>(choices: readonly Choice[], what: string): Choice {
    const found = choices.find((choice) => choice === this.peek());
    if (found === undefined) this.fail(`${what} (${choices.join(", ")})`);
    this.#next += 1;
    return found;
  }

  /** Takes the next word if it is one of a list, else null. */
  takeIfOneOf<Choice extends string>(choices: readonly Choice[]): Choice | null {
    const found = choices.find((choice) => choice === this.peek());
    if (found !== undefined) this.#next += 1;
    return found ?? null;
  }

  /** Takes a number such as 4, -18.5 or +0.3. */
  takeNumber(expected: string): number {
    const number = readNumber(this.peek());
    if (number === null) this.fail(expected);
    this.#next += 1;
    return number;
  }

  /** Takes a whole number from 0 on. */
  takeCount(expected: string): number {
    const word = this.peek();
    if (word === null || !/^\d{1,9}$/.test(word)) this.fail(expected);
    this.#next += 1;
    return Number(word);
  }

  /** The words from the one with this number up to the next one, as a person reads them. */
  textFrom(first: number): string {
    const words = this.#words.slice(first, this.#next).map((word) => word.text);
    return words.join(" ").replaceAll(" :", ":");
  }

  /** Fails unless all words were taken. */
  takeEnd(): void {
    if (this.peek() !== null) this.fail("nothing more");
  }

  /** Fails at the next word: `expected` says what should stand there. */
  fail(expected: string): never {
    throw invalid(this.#file, this.line, `expected ${expected}`, this.peek());
  }

  /** Fails at the last word taken, or at another one of the statement: it reads well but cannot be. */
  failBack(what: string, word: string | null = null): never {
    this.#next -= 1;
    throw invalid(this.#file, this.line, what, word ?? this.peek());
  }
}

/** A number as scenarios write it, or null. */
export function readNumber(word: string | null): number | null {
  return word !== null && /^[+-]?\d{1,9}(\.\d{1,9})?$/.test(word) ? Number(word) : null;
}
