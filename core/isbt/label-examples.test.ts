import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { printDin, readDin } from "./din.ts";
import { readScan } from "./scan.ts";
import { formatSec } from "./sec.ts";
import type { Structure } from "./structure.ts";

/** Reads docs/units.md and holds the reader of labels to every example in it. */
const page = readFileSync(new URL("../../docs/units.md", import.meta.url), "utf8");

function examples(kind: string): string[] {
  const [, block = ""] = new RegExp(`^\`\`\`isbt ${kind}\\n([\\s\\S]*?)^\`\`\``, "m").exec(page) ?? [];
  return block.split("\n").filter((line) => line !== "");
}

const pairs = (kind: string) =>
  examples(kind).map((line) => {
    const [text = "", meaning = ""] = line.split(" | ");
    return { text: text.replaceAll("\\r", "\r"), meaning };
  });

/** A structure as the page writes it. */
function told(structure: Structure): string {
  switch (structure.kind) {
    case "din":
      return `din ${printDin(structure.din, structure.flags)}`;
    case "product":
      return `product ${structure.product.text}`;
    case "division":
      return `division ${structure.division}`;
    case "group":
      return `group ${structure.group}`;
    case "sec":
      return `sec ${formatSec(structure.sec)}`;
    case "expiry":
    case "collection":
    case "production":
      return `${structure.kind} ${structure.date.wall}`;
    case "other":
    case "national":
    case "unknown":
      return `${structure.kind} ${structure.identifier} ${structure.content}`;
  }
}

describe("labels in docs/units.md", () => {
  test.each(pairs("read"))("$text", ({ text, meaning }) => {
    const result = readScan(text);
    expect(result.ok ? result.structures.map(told).join("; ") : result.code).toBe(meaning);
  });

  test.each(pairs("refused"))("$text is refused", ({ text, meaning }) => {
    expect(readScan(text)).toMatchObject({ ok: false, code: meaning });
  });

  test.each(examples("typed"))("%s may be typed", (text) => {
    expect(readDin(text, true)).toMatchObject({ ok: true, isChecked: true });
  });

  test("there are some", () => {
    expect([pairs("read").length, pairs("refused").length, examples("typed").length]).toEqual([10, 12, 5]);
  });
});
