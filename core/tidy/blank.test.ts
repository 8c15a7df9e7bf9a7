import * as fc from "fast-check";
import { expect, test } from "vitest";
import { sourceFile } from "./blank.ts";

test.each([
  ["const a = 'Date'; Date;", "const a = '    '; Date;"],
  ['const a = "it\\"s"; b;', 'const a = "     "; b;'],
  ["a; // Date\nb;", "a;        \nb;"],
  ["a; /* x\ny */ b;", "a;     \n     b;"],
  ["const r = /[/'\"]Date/g; a;", "const r = /          g; a;"],
  ["const h = a / b / c;", "const h = a / b / c;"],
  ["`a ${b} c`;", "`  ${b}  `;"],
  ["`a ${`x ${y} z`} c`; d;", "`  ${`  ${y}  `}  `; d;"],
  ["`a ${{ b: '}' }.b} c`; d;", "`  ${{ b: ' ' }.b}  `; d;"],
  ["a; /* never closed", "a;                "],
])("blanks comments and literals: %s", (text, code) => {
  expect(sourceFile("a.ts", text).code).toBe(code);
});

test("keeps strings where only comments are blanked", () => {
  expect(sourceFile("a.ts", 'import a from "node:fs"; // "x"').uncommented.trimEnd()).toBe(
    'import a from "node:fs";',
  );
});

test("keeps every line where it was, whatever the text", () => {
  const char = fc.constantFrom("a", " ", "\n", "/", "*", '"', "'", "`", "$", "{", "}", "\\", "[", "]", "(");
  fc.assert(
    fc.property(fc.string({ unit: char, maxLength: 60 }), (text) => {
      const { code, uncommented } = sourceFile("a.ts", text);
      const lengths = text.split("\n").map((line) => line.length);
      expect(code.split("\n").map((line) => line.length)).toEqual(lengths);
      expect(uncommented.split("\n").map((line) => line.length)).toEqual(lengths);
    }),
  );
});
