import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

// A page that says which test shows something must name tests that are there.

const root = join(import.meta.dirname, "../..");

/** Tests as a page names them: a file in backquotes, a colon, a title (or its beginning) in quotes. */
function namedTests(page: string): { file: string; title: string }[] {
  const named = [...page.matchAll(/`([\w./-]+\.test\.ts)`: "([^"]+)"/g)];
  return named.map(([, file = "", title = ""]) => ({ file, title }));
}

/** True where a file has a test whose title begins so. */
function hasTest(file: string, title: string): boolean {
  const path = join(root, file);
  if (!existsSync(path)) return false;
  const text = readFileSync(path, "utf8");
  return ['"', "`", "'"].some((quote) => text.includes(quote + title));
}

test("docs/part11.md names only tests that are there", () => {
  const page = readFileSync(join(root, "docs/part11.md"), "utf8");
  const named = namedTests(page);
  const files = [...page.matchAll(/`[\w./-]+\.test\.ts`: /g)];
  expect(named.length).toBeGreaterThan(30);
  expect(named).toHaveLength(files.length);
  expect(named.filter(({ file, title }) => !hasTest(file, title))).toEqual([]);
});

test("every requirement in docs/part11.md says how it is met, and one that is called met names its test", () => {
  const page = readFileSync(join(root, "docs/part11.md"), "utf8");
  const rows = page.split("\n").filter((line) => line.startsWith("| ") && !/^\| (\||---)/.test(line));
  const ways = ["met", "with the site", "procedure", "not met"];
  const wrong = rows.filter((row) => {
    const cells = row.split(" | ");
    const way = cells.at(-2)?.trim() ?? "";
    const isShown = namedTests(cells.at(-1) ?? "").length > 0;
    return !ways.includes(way) || (way === "met" && !isShown);
  });
  expect(rows.length).toBeGreaterThan(40);
  expect(wrong).toEqual([]);
});

test("docs/security.md names only tests that are there", () => {
  const named = namedTests(readFileSync(join(root, "docs/security.md"), "utf8"));
  expect(named.length).toBeGreaterThan(25);
  expect(named.filter(({ file, title }) => !hasTest(file, title))).toEqual([]);
});
