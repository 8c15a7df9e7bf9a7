import { clockAdapters, composers, outsideAdapters, randomAdapters } from "./allowances.ts";
import {
  breachesOf,
  isListed,
  isMain,
  isTest,
  lineAt,
  type Breach,
  type Rule,
  type SourceFile,
} from "./source-file.ts";

/** Most lines in one file. */
export const fileLinesMax = 500;

/** How deep folders may lie inside a workspace. */
export const folderDepthMax = 2;

const clockUse =
  /(?<![.\w$])(Date|performance)\b(?!\s*:)|\bTemporal\.Now\b(?!\.timeZoneId)|(?<![.\w$])(setTimeout|setInterval)\s*\(/g;
const randomUse = /\bMath\.random\b|\brandomUUID\b/g;

/** Time comes in through the `Clock` port. A test may read the wall clock, but never waits by timer. */
export const clockRule: Rule = (file) => {
  if (isListed(file.path, clockAdapters)) return [];
  const use = "use the Clock of core/time/clock.ts that the caller hands in";
  return [...file.code.matchAll(clockUse)]
    .filter((match) => !isTest(file.path) || (match[2] !== undefined && !isRepeating(file.path, match[2])))
    .map((match) => breach(file, match.index, `${match[0].trim()} reads the machine's time: ${use}`));
};

/** A test of real processes may do something again and again while it looks on: that is load, not waiting. */
function isRepeating(path: string, timer: string): boolean {
  return path.endsWith(".process.test.ts") && timer === "setInterval";
}

/** Randomness comes in through the `Random` port, so that a seed replays it. A test of real processes may draw a seed that it prints. */
export const randomRule: Rule = (file) =>
  isMain(file.path) || file.path.endsWith(".process.test.ts") || isListed(file.path, randomAdapters)
    ? []
    : breachesOf(
        file,
        file.code,
        randomUse,
        "randomness without a seed: take a Random of core/time/clock.ts",
      );

const outsideModules =
  /^node:(fs|fs\/promises|sqlite|net|tls|dgram|http|https|http2|child_process|worker_threads|cluster|timers|timers\/promises)$/;

/** Files, databases, sockets and processes are met in named adapters only; `core` meets nothing. */
export const outsideRule: Rule = (file) => {
  if (isTest(file.path) || isMain(file.path) || isListed(file.path, outsideAdapters)) return [];
  const inCore = file.path.startsWith("core/");
  return importsOf(file)
    .filter(({ module }) => (inCore ? module.startsWith("node:") : outsideModules.test(module)))
    .map(({ module, index }) =>
      breach(
        file,
        index,
        inCore
          ? `core imports ${module}: core is pure, what it needs comes in as an argument`
          : `${module} outside an adapter: put it behind a port, in a file listed in core/tidy/allowances.ts`,
      ),
    );
};

/** Workspaces know `core` and otherwise meet only over the wire. */
export const arrowRule: Rule = (file) => {
  const workspace = workspaceOf(file.path);
  if (workspace === null || isListed(file.path, composers)) return [];
  return importsOf(file).flatMap(({ module, index }) => {
    const named = /^@coldkeep\/([^/]+)/.exec(module)?.[1];
    if (named !== undefined && named !== workspace && (named !== "core" || workspace === "core")) {
      return [breach(file, index, `${workspace} imports ${module}: only @coldkeep/core may be imported`)];
    }
    if (module.startsWith(".") && leavesWorkspace(file.path, module)) {
      return [
        breach(file, index, `${module} leaves the workspace: import by package name, @coldkeep/core/...`),
      ];
    }
    return [];
  });
};

/** Folders are domain words, at most two deep. */
export const depthRule: Rule = (file) => {
  const depth = file.path.split("/").length - 2;
  if (depth <= folderDepthMax) return [];
  return [
    breach(
      file,
      0,
      `${depth} folders deep in its workspace, at most ${folderDepthMax}: name it at a higher place`,
    ),
  ];
};

/** One concept for each file. */
export const lengthRule: Rule = (file) => {
  const lines = file.text.trimEnd().split("\n").length;
  if (lines <= fileLinesMax) return [];
  return [breach(file, file.text.length, `${lines} lines, at most ${fileLinesMax}: divide it by concept`)];
};

/** Node runs the TypeScript as it is: only syntax that can be erased. */
export const erasableRule: Rule = (file) => [
  ...breachesOf(
    file,
    file.code,
    /^[ \t]*(export[ \t]+)?(declare[ \t]+)?(const[ \t]+)?enum[ \t]+\w/gm,
    "an enum cannot be erased: write `as const` and a union",
  ),
  ...breachesOf(
    file,
    file.code,
    /^[ \t]*(export[ \t]+)?(declare[ \t]+)?namespace[ \t]+\w/gm,
    "a namespace cannot be erased: write a module",
  ),
  ...breachesOf(
    file,
    file.code,
    /\bconstructor\s*\([^)]*\b(public|private|protected|readonly)\s+\w/g,
    "a parameter property cannot be erased: declare the field and assign it",
  ),
];

const leftovers = new RegExp(
  `\\b(${["TO", "FIX", "XX", "HA"].map((half, at) => half + ["DO", "ME", "X", "CK"][at]).join("|")})\\b`,
  "g",
);

/** Work left over is an issue, not a comment. */
export const leftoverRule: Rule = (file) =>
  breachesOf(file, file.text, leftovers, "work left over: do it, or make it an issue");

const exported =
  /^export (?:declare )?(?:default )?(?:abstract )?(?:async )?(function\*?|class|interface|type|const|let) +([\w$]+)/gm;

/** Whatever a file offers to others says what it is. Constants right below one another may share the comment of the first. */
export const docRule: Rule = (file) => {
  if (isTest(file.path)) return [];
  const documented = new Set<string>();
  return [...file.code.matchAll(exported)].flatMap((match) => {
    const name = match[2] ?? "";
    const above = file.code.slice(0, match.index).trimEnd();
    const sharing = /^export const ([\w$]+) .*;$/.exec(above.slice(above.lastIndexOf("\n") + 1))?.[1];
    const shared = file.text[match.index - 2] !== "\n" && sharing !== undefined && documented.has(sharing);
    if (hasDocAbove(file.text, match.index) || documented.has(name) || shared) {
      documented.add(name);
      return [];
    }
    return [
      breach(file, match.index, `exported ${name} has no doc comment: say what, units, ranges, errors`),
    ];
  });
};

/** Errors that we throw on purpose have a stable code. */
export const errorRule: Rule = (file) =>
  isTest(file.path)
    ? []
    : breachesOf(
        file,
        file.code,
        /\bthrow new Error\b|\breject\(new Error\b/g,
        "an error without a code: throw a CodedError of core/errors/coded-error.ts",
      );

/** Every rule. */
export const rules: readonly Rule[] = [
  clockRule,
  randomRule,
  outsideRule,
  arrowRule,
  depthRule,
  lengthRule,
  erasableRule,
  leftoverRule,
  docRule,
  errorRule,
];

function breach(file: SourceFile, index: number, what: string): Breach {
  return { path: file.path, line: lineAt(file.text, index), what };
}

function importsOf(file: SourceFile): { module: string; index: number }[] {
  const found = file.uncommented.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*(["'])([^"'\n]+)\1/g);
  return [...found]
    .filter((match) => /^(from|import)\b/.test(file.code.slice(match.index)))
    .map((match) => ({ module: match[2] ?? "", index: match.index }));
}

function workspaceOf(path: string): string | null {
  const first = path.split("/")[0] ?? "";
  return path.includes("/") && !first.startsWith(".") ? first : null;
}

function leavesWorkspace(path: string, module: string): boolean {
  let depth = path.split("/").length - 2;
  for (const part of module.split("/").slice(0, -1)) {
    if (part === "..") depth -= 1;
    else if (part !== ".") depth += 1;
    if (depth < 0) return true;
  }
  return false;
}

function hasDocAbove(text: string, index: number): boolean {
  const before = text.slice(0, index).trimEnd();
  return before.endsWith("*/") && before.startsWith("/**", before.lastIndexOf("/*"));
}
