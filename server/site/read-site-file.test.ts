import { expect, test } from "vitest";
import { parseSite, siteNestingMax } from "./read-site-file.ts";

test("a file that is nested beyond all need is refused before anything reads it", () => {
  const many = 100_000;
  const texts = [
    "[".repeat(many),
    `site: ${"{a: ".repeat(many)}`,
    `x:\n  ${"- ".repeat(many)}a`,
    "? ".repeat(many),
  ];
  for (const text of texts) expect(() => parseSite(text, "body")).toThrow(/nested deeper than 50/);
  const allowed = `${"[".repeat(siteNestingMax)}${"]".repeat(siteNestingMax)}`.repeat(3);
  expect(() => parseSite(allowed, "body")).toThrow(/not YAML|cannot be used/);
});

test("aliases that multiply are not followed", () => {
  const lines = Array.from(
    { length: 12 },
    (_, at) => `a${at + 1}: &a${at + 1} [${`*a${at}, `.repeat(9)}*a${at}]`,
  );
  expect(() => parseSite(["a0: &a0 x", ...lines].join("\n"), "body")).toThrow(/alias/);
});
