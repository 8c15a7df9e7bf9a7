import { expect, test } from "vitest";
import { sourceFile } from "./blank.ts";
import {
  arrowRule,
  clockRule,
  depthRule,
  docRule,
  erasableRule,
  errorRule,
  fileLinesMax,
  leftoverRule,
  lengthRule,
  outsideRule,
  randomRule,
} from "./rules.ts";
import type { Rule } from "./source-file.ts";

/** The lines on which a rule finds something. */
function lines(rule: Rule, path: string, text: string): number[] {
  return rule(sourceFile(path, text)).map((breach) => breach.line);
}

test.each([
  ["const a = 1;\nconst at = Date.now();", [2]],
  ["const at = new Date();", [1]],
  ["setTimeout(call, 10);", [1]],
  ["const t = performance.now();", [1]],
  ["const t = Temporal.Now.instant();", [1]],
  ["const zone = Temporal.Now.timeZoneId();", []],
  ["clock.after(10, call); // no setTimeout( here", []],
  ['const word = "Date.now()";', []],
  ["const text = `${Date.now()} Date`;", [1]],
  ["const expiryDate = 1; const field = { Date: 1 };", []],
  ["socket.setTimeout(10);", []],
] as const)("time: %s", (text, expected) => {
  expect(lines(clockRule, "server/alarms/step.ts", text)).toEqual(expected);
});

test("the clock's adapter may touch time; a test may read it but not wait by timer", () => {
  expect(lines(clockRule, "core/time/system-clock.ts", "Date.now(); setTimeout(call, 1);")).toEqual([]);
  expect(lines(clockRule, "server/a.test.ts", "Date.now();\nsetTimeout(call, 1);")).toEqual([2]);
});

test("a test of real processes may repeat something, but not wait by timer either", () => {
  const text = "setInterval(load, 1);\nsetTimeout(call, 1);";
  expect(lines(clockRule, "server/a.process.test.ts", text)).toEqual([2]);
  expect(lines(clockRule, "server/a.test.ts", text)).toEqual([1, 2]);
});

test("randomness without a seed is found, in tests too", () => {
  expect(lines(randomRule, "server/a.test.ts", "Math.random();\ncrypto.randomUUID();")).toEqual([1, 2]);
  expect(lines(randomRule, "server/a.process.test.ts", "const seed = Math.random();")).toEqual([]);
  expect(lines(randomRule, "server/a.ts", "const text = 'Math.random';")).toEqual([]);
});

test("files, sockets and processes are imported by adapters and tests only", () => {
  const text = 'import { readFileSync } from "node:fs";\nimport { join } from "node:path";';
  expect(lines(outsideRule, "server/alarms/step.ts", text)).toEqual([1]);
  expect(lines(outsideRule, "server/alarms/step.test.ts", text)).toEqual([]);
  expect(lines(outsideRule, ".ci/test.ts", text)).toEqual([]);
  expect(lines(outsideRule, "server/main.ts", text)).toEqual([]);
  expect(lines(outsideRule, "server/alarms/main.ts", text)).toEqual([1]);
  expect(lines(outsideRule, "core/units/din.ts", text)).toEqual([1, 2]);
  expect(lines(outsideRule, "core/units/din.ts", '// import x from "node:fs";')).toEqual([]);
  expect(lines(outsideRule, "core/units/din.ts", 'const text = `import x from "node:fs"`;')).toEqual([]);
});

test.each([
  ["server/a/b.ts", 'import { x } from "@coldkeep/core/a/b.ts";', []],
  ["server/a/b.ts", 'import { x } from "@coldkeep/gateway/a/b.ts";', [1]],
  ["server/a/b.ts", 'const x = await import("@coldkeep/gateway/a/b.ts");', [1]],
  ["core/a/b.ts", 'import type { x } from "@coldkeep/server/a/b.ts";', [1]],
  ["server/a/b.ts", 'import { x } from "../c/d.ts";', []],
  ["server/a/b.ts", 'import { x } from "../../core/d.ts";', [1]],
  ["server/main.ts", 'import { x } from "./a/b.ts";', []],
  ["server/main.ts", 'import { x } from "../core/b.ts";', [1]],
] as const)("arrows: %s has %s", (path, text, expected) => {
  expect(lines(arrowRule, path, text)).toEqual(expected);
});

test("folders lie at most two deep in a workspace", () => {
  expect(lines(depthRule, "server/pages/board/view.ts", "")).toEqual([]);
  expect(lines(depthRule, "server/pages/board/deep/view.ts", "")).toEqual([1]);
});

test("a file has at most the named number of lines", () => {
  expect(lines(lengthRule, "a/b.ts", "x;\n".repeat(fileLinesMax))).toEqual([]);
  expect(lines(lengthRule, "a/b.ts", "x;\n".repeat(fileLinesMax + 1))).toHaveLength(1);
});

test("syntax that cannot be erased is found", () => {
  expect(lines(erasableRule, "a/b.ts", "export enum A { B }\nconst enum C { D }\nnamespace E {}")).toEqual([
    1, 2, 3,
  ]);
  expect(lines(erasableRule, "a/b.ts", "class A { constructor(private readonly b: string) {} }")).toEqual([
    1,
  ]);
  expect(
    lines(erasableRule, "a/b.ts", "class A { readonly b; constructor(b: string) { this.b = b; } }"),
  ).toEqual([]);
});

test("work left over in a comment is found", () => {
  const word = ["TO", "DO"].join("");
  expect(lines(leftoverRule, "a/b.ts", `x;\n// ${word}: later`)).toEqual([2]);
});

test("an exported thing has a doc comment right above it", () => {
  const good =
    "/** What it is. */\nexport function a(): void {}\n\n/**\n * What.\n */\nexport const b = 1;\n";
  expect(lines(docRule, "a/b.ts", good)).toEqual([]);
  expect(lines(docRule, "a/b.ts", "// what\nexport type A = 1;\n/* what */\nexport interface B {}")).toEqual([
    2, 4,
  ]);
  expect(lines(docRule, "a/b.ts", 'export type { A } from "./a.ts";\nfunction c() {}')).toEqual([]);
  expect(lines(docRule, "a/b.test.ts", "export const a = 1;")).toEqual([]);
});

test("an overload shares the doc comment of the first", () => {
  const text =
    "/** What. */\nexport function a(x: string): void;\nexport function a(x: number): void;\nexport function b() {}";
  expect(lines(docRule, "a/b.ts", text)).toEqual([4]);
});

test("constants right below one another share the doc comment of the first", () => {
  const text =
    "/** Bounds, °C. */\nexport const a = 1;\nexport const b = 2;\nexport const c = 3;\n\nexport const d = 4;";
  expect(lines(docRule, "a/b.ts", text)).toEqual([6]);
});

test("an error without a code is found", () => {
  expect(lines(errorRule, "a/b.ts", 'x;\nthrow new Error("no");')).toEqual([2]);
  expect(lines(errorRule, "a/b.ts", 'throw new CodedError("a.b", "no");')).toEqual([]);
});
