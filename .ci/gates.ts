import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { emptyTally, addTallies, type Tally } from "./tally.ts";

/** The repository's root, where every command runs. */
export const root: string = join(import.meta.dirname, "..");

/** A tool of the repository's own `node_modules`. */
export function tool(name: string): string {
  return join(root, "node_modules", ".bin", name);
}

/** The checks that need no test, in the order in which they run. */
const gates: readonly {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}[] = [
  { name: "format", command: "oxfmt", args: ["--check", "."] },
  { name: "lint", command: "oxlint", args: ["--type-aware", "--quiet"] },
  { name: "types", command: "tsc", args: ["-p", "."] },
];

/** Runs format, lint and types one after another and says how each went, with its whole output where it failed. */
export function runGates(print: (text: string) => void): Tally {
  let tally = emptyTally;
  for (const gate of gates) {
    const run = spawnSync(tool(gate.command), gate.args, { cwd: root, encoding: "utf8" });
    const good = run.status === 0;
    print(`${good ? "passed" : "FAILED"}  ${gate.name} (${gate.command} ${gate.args.join(" ")})`);
    if (!good) print(`${run.stdout ?? ""}${run.stderr ?? ""}${run.error?.message ?? ""}`.trimEnd());
    tally = addTallies(tally, { passed: good ? 1 : 0, failed: good ? 0 : 1, skipped: 0 });
  }
  return tally;
}
