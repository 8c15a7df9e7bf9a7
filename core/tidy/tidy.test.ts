import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as allowances from "./allowances.ts";
import { sourceFile } from "./blank.ts";
import { rules } from "./rules.ts";

// Reads the repository as git holds it: what is not added yet is not judged yet.

const root = join(import.meta.dirname, "../..");

function trackedFiles(): string[] {
  const listed = execFileSync("git", ["ls-files", "-z", "--", "*.ts"], { cwd: root, encoding: "utf8" });
  return listed.split("\0").filter((path) => path !== "" && existsSync(join(root, path)));
}

test("the repository keeps its own rules", () => {
  const paths = trackedFiles();
  const breaches = paths
    .map((path) => sourceFile(path, readFileSync(join(root, path), "utf8")))
    .flatMap((file) => rules.flatMap((rule) => rule(file)));
  expect(paths).toContain("core/tidy/tidy.test.ts");
  const lines = breaches.map(({ path, line, what }) => `${path}:${line} ${what}`);
  expect(lines, `\n${lines.join("\n")}\n`).toEqual([]);
});

test("every allowance names a file or folder that is there", () => {
  const missing = Object.values(allowances)
    .flat()
    .filter((entry) => !existsSync(join(root, entry)));
  expect(missing).toEqual([]);
});
