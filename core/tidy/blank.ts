import type { SourceFile } from "./source-file.ts";

type Kind = "code" | "comment" | "literal";

interface Span {
  readonly kind: Kind;
  readonly from: number;
  readonly to: number;
}

/** Makes a source file of a path and a text. */
export function sourceFile(path: string, text: string): SourceFile {
  const spans = spansOf(text);
  return {
    path,
    text,
    uncommented: blank(text, spans, ["comment"]),
    code: blank(text, spans, ["comment", "literal"]),
  };
}

function blank(text: string, spans: readonly Span[], kinds: readonly Kind[]): string {
  return spans
    .map((span) => {
      const part = text.slice(span.from, span.to);
      return kinds.includes(span.kind) ? part.replaceAll(/[^\n]/g, " ") : part;
    })
    .join("");
}

/**
 * Divides TypeScript into code, comments and the insides of strings, templates and regular expressions. Whether a slash begins a regular
 * expression is judged by what stands before it, which is right for formatted code.
 */
function spansOf(text: string): Span[] {
  const spans: Span[] = [];
  /** For each template that we are inside of: how many braces are open in its present expression. */
  const templates: number[] = [];
  let codeFrom = 0;
  let at = 0;
  const skip = (kind: Kind, from: number, to: number): void => {
    spans.push({ kind: "code", from: codeFrom, to: from }, { kind, from, to });
    codeFrom = to;
    at = to;
  };
  const template = (from: number): void => {
    const end = templateEnd(text, from);
    skip("literal", from, end);
    if (text[end] === "$") {
      templates.push(0);
      at = end + 2;
    } else {
      at = end + 1;
    }
  };
  while (at < text.length) {
    const char = text[at];
    const pair = text.slice(at, at + 2);
    if (pair === "//") skip("comment", at, find(text, "\n", at));
    else if (pair === "/*") skip("comment", at, Math.min(find(text, "*/", at + 2) + 2, text.length));
    else if (char === '"' || char === "'") {
      skip("literal", at + 1, closing(text, at + 1, char));
      at += 1;
    } else if (char === "`") template(at + 1);
    else if (char === "/" && startsRegExp(text.slice(codeFrom, at)))
      skip("literal", at + 1, regExpEnd(text, at + 1));
    else if (char === "}" && templates.at(-1) === 0) {
      templates.pop();
      template(at + 1);
    } else {
      const open = templates.length - 1;
      if (open >= 0 && char === "{") templates[open] = (templates[open] ?? 0) + 1;
      if (open >= 0 && char === "}") templates[open] = (templates[open] ?? 0) - 1;
      at += 1;
    }
  }
  spans.push({ kind: "code", from: codeFrom, to: text.length });
  return spans;
}

/** Where a word next stands, or the end of the text. */
function find(text: string, word: string, from: number): number {
  const index = text.indexOf(word, from);
  return index === -1 ? text.length : index;
}

function closing(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === quote || text[at] === "\n") return at;
  }
  return text.length;
}

function templateEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === "`" || text.startsWith("${", at)) return at;
  }
  return text.length;
}

function startsRegExp(before: string): boolean {
  const last = before.trimEnd();
  return (
    last === "" || /[(,=:[!&|?{};+\-*%<>~^]$/.test(last) || /\b(return|typeof|case|in|of|void)$/.test(last)
  );
}

function regExpEnd(text: string, from: number): number {
  let inClass = false;
  for (let at = from; at < text.length; at += 1) {
    const char = text[at];
    if (char === "\\") at += 1;
    else if (char === "[") inClass = true;
    else if (char === "]") inClass = false;
    else if ((char === "/" && !inClass) || char === "\n") return at + 1;
  }
  return text.length;
}
