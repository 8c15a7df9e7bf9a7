import type { FileErrorCode, LineErrorCode } from "./refusal.ts";

/** Largest file in bytes: some six times a year of a large service. */
export const fileBytesMax = 256 * 1024 * 1024;

/** Most lines of a file. */
export const fileLinesMax = 1_500_000;

/** Longest line in characters. */
export const lineLengthMax = 4_000;

/** Delimiters between fields; the one that is found most in the first line applies. */
export const delimiters = [",", ";", "\t"] as const;

/** One of the delimiters. */
export type Delimiter = (typeof delimiters)[number];

/** What the bytes of a file come to: records, records that cannot be read, and at most one reason to refuse the file, which ends it. */
export type CsvItem =
  | { readonly kind: "record"; readonly line: number; readonly fields: readonly string[] }
  | {
      readonly kind: "broken";
      readonly line: number;
      readonly code: LineErrorCode & `units-csv.${string}`;
      readonly why: string;
    }
  | { readonly kind: "end"; readonly line: number; readonly code: FileErrorCode; readonly why: string };

/** Limits of a file; smaller ones are for tests. */
export interface CsvLimits {
  readonly bytesMax: number;
  readonly linesMax: number;
}

const notUtf8 = 'The file is not UTF-8. Save it as "CSV UTF-8" (Excel: Save as, CSV UTF-8), and send that.';

/**
 * Reads the records of a CSV file (RFC 4180) from its bytes as they come in. However the bytes are cut, the same items come out. Empty lines are left
 * out. A value has no line ends, though the RFC allows them in quotes: a quote left open would swallow the lines behind it.
 */
export class CsvRecords {
  readonly #decoder = new TextDecoder("utf-8");
  readonly #limits: CsvLimits;
  #text = "";
  #at = 0;
  #line = 1;
  #bytes = 0;
  #delimiter: Delimiter | null = null;
  /** True while the rest of a line that is too long passes by. */
  #skips = false;
  #isOver = false;

  constructor(limits: CsvLimits = { bytesMax: fileBytesMax, linesMax: fileLinesMax }) {
    this.#limits = limits;
  }

  /** The delimiter in use; null before the first line. */
  get delimiter(): Delimiter | null {
    return this.#delimiter;
  }

  /** Takes the next bytes. */
  push(bytes: Uint8Array): CsvItem[] {
    if (this.#isOver) return [];
    const room = this.#limits.bytesMax - this.#bytes;
    this.#bytes += bytes.length;
    const items = this.#read(this.#decoder.decode(bytes.subarray(0, room), { stream: true }), false);
    if (bytes.length > room && !this.#isOver)
      items.push(
        this.#end("units-csv.too-large", `The file has more than ${this.#limits.bytesMax} bytes. Divide it.`),
      );
    return items;
  }

  /** Says that no bytes follow. */
  end(): CsvItem[] {
    if (this.#isOver) return [];
    const items = this.#read(this.#decoder.decode(), true);
    this.#isOver = true;
    return items;
  }

  #read(text: string, isLast: boolean): CsvItem[] {
    this.#text = this.#text.slice(this.#at) + text;
    this.#at = 0;
    const items: CsvItem[] = [];
    while (!this.#isOver && this.#at < this.#text.length) {
      if (!this.#step(items, isLast)) break;
    }
    return items;
  }

  /** Reads one record; false where more text is needed for it. */
  #step(items: CsvItem[], isLast: boolean): boolean {
    const newline = this.#text.indexOf("\n", this.#at);
    const isWhole = newline >= 0 || isLast;
    const lineEnd = newline >= 0 ? newline : this.#text.length;
    if (this.#skips) return this.#skipLine(newline, lineEnd);
    if (lineEnd - this.#at > lineLengthMax) return this.#tooLong(items);
    if (!isWhole) return false;
    if (this.#line > this.#limits.linesMax) {
      items.push(
        this.#end(
          "units-csv.too-many-lines",
          `The file has more than ${this.#limits.linesMax} lines. Divide it.`,
        ),
      );
      return true;
    }
    const content = this.#text.slice(this.#at, lineEnd);
    if (content.includes("\uFFFD") || content.includes("\u0000")) {
      items.push(this.#end("units-csv.encoding-invalid", notUtf8));
      return true;
    }
    const delimiter = (this.#delimiter ??= content.trim() === "" ? null : delimiterOf(content));
    const bare = content.endsWith("\r") ? content.slice(0, -1) : content;
    if (delimiter !== null && bare.trim() !== "") items.push(this.#item(bare, delimiter));
    this.#advance(lineEnd);
    return true;
  }

  #item(content: string, delimiter: Delimiter): CsvItem {
    if (!content.includes('"')) return { kind: "record", line: this.#line, fields: content.split(delimiter) };
    const fields = quotedFields(content, delimiter);
    if (typeof fields !== "string") return { kind: "record", line: this.#line, fields };
    return { kind: "broken", line: this.#line, code: fields, why: quoteTexts[fields] };
  }

  #tooLong(items: CsvItem[]): boolean {
    items.push({
      kind: "broken",
      line: this.#line,
      code: "units-csv.line-too-long",
      why: `The line has more than ${lineLengthMax} characters.`,
    });
    this.#skips = true;
    return true;
  }

  #skipLine(newline: number, lineEnd: number): boolean {
    if (newline >= 0) {
      this.#skips = false;
      this.#advance(lineEnd);
      return true;
    }
    this.#at = this.#text.length;
    return false;
  }

  /** Goes on behind the line end at `end`. */
  #advance(end: number): void {
    this.#line += 1;
    this.#at = Math.min(end + 1, this.#text.length);
  }

  #end(code: FileErrorCode, why: string): CsvItem {
    this.#isOver = true;
    return { kind: "end", line: this.#line, code, why };
  }
}

function delimiterOf(line: string): Delimiter {
  const counts = delimiters.map((delimiter) => line.split(delimiter).length);
  const most = Math.max(...counts);
  return delimiters[counts.indexOf(most)] ?? ",";
}

const quoteTexts = {
  "units-csv.quote-open": 'A quotation mark (") in this line is never closed.',
  "units-csv.quote-wrong":
    'A quotation mark (") stands in the middle of a value. Put the whole value in quotation marks, and double those inside.',
} as const;

/** The fields of a line with quotes, or why it has none. */
function quotedFields(text: string, delimiter: Delimiter): string[] | keyof typeof quoteTexts {
  const fields: string[] = [];
  for (let at = 0; ; at += 1) {
    const field = text[at] === '"' ? quotedField(text, at) : bareField(text, at, delimiter);
    if (field === null) return "units-csv.quote-open";
    fields.push(field.value);
    at = field.end;
    if (at >= text.length) return fields;
    if (text[at] !== delimiter) return "units-csv.quote-wrong";
  }
}

interface Field {
  readonly value: string;
  readonly end: number;
}

function quotedField(text: string, start: number): Field | null {
  let from = start + 1;
  let value = "";
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return null;
    value += text.slice(from, quote);
    if (text[quote + 1] !== '"') return { value, end: quote + 1 };
    value += '"';
    from = quote + 2;
  }
}

function bareField(text: string, start: number, delimiter: Delimiter): Field {
  const ends = [text.indexOf(delimiter, start), text.indexOf('"', start)].filter((each) => each >= 0);
  const end = Math.min(text.length, ...ends);
  return { value: text.slice(start, end), end };
}
