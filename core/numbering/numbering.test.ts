import fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { dinSchema, productCodeSchema } from "../contract/units.ts";
import { identify, showDin, standardNumberings } from "./numbering.ts";
import { numberingSchema } from "./numbering-settings.ts";
import { compilePattern, matchesPattern } from "./text-pattern.ts";

const pattern = (source: string) => {
  const result = compilePattern(source);
  return result.ok ? result.pattern : expect.fail(result.why);
};

describe("patterns", () => {
  test.each([
    ["A{2}N{8}", "BE12345678", true],
    ["A{2}N{8}", "BE1234567", false],
    ["A{2}N{8}", "BE123456789", false],
    ["A{2}N{8}", "B112345678", false],
    ["'BE'X{3}", "BEA1Z", true],
    ["'BE'X{3}", "DEA1Z", false],
    ["[RPG]N", "P7", true],
    ["[RPG]N", "Q7", false],
    ["'AB'{2}", "ABAB", true],
  ])("%s takes %s: %s", (source, text, takes) => {
    expect(matchesPattern(pattern(source), text)).toBe(takes);
  });

  test.each([
    "",
    "B",
    "A{0}",
    "A{31}",
    "A+",
    "(A|A)*",
    "[a]",
    "[]",
    "'be'",
    "A{2",
    "N{20}N{11}",
    "A".repeat(101),
  ])("%j is no pattern", (source) => {
    expect(compilePattern(source).ok).toBe(false);
  });

  test("anything compiles to at most 30 places or is refused, and matching never throws", () => {
    const pieces = fc.array(fc.constantFrom("A", "N", "X", "{", "}", "2", "9", "[", "]", "'", "B", "*", "+"));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          pieces.map((each) => each.join("")),
        ),
        fc.string(),
        (source, text) => {
          const result = compilePattern(source);
          if (!result.ok) expect(result.why).not.toBe("");
          else {
            expect(result.pattern.places.length).toBeLessThanOrEqual(30);
            matchesPattern(result.pattern, text);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test("take every text that is built as they say", () => {
    const counts = fc.array(fc.tuple(fc.constantFrom("A", "N", "X"), fc.integer({ min: 1, max: 5 })), {
      minLength: 1,
      maxLength: 6,
    });
    const forms = { A: "[A-Z]", N: "[0-9]", X: "[A-Z0-9]" } as Record<string, string>;
    const cases = counts.chain((parts) =>
      fc.record({
        source: fc.constant(parts.map(([kind, count]) => `${kind}{${count}}`).join("")),
        text: fc.stringMatching(
          new RegExp(`^${parts.map(([kind, count]) => `${forms[kind]}{${count}}`).join("")}$`),
        ),
      }),
    );
    fc.assert(
      fc.property(cases, ({ source, text }) => {
        expect(matchesPattern(pattern(source), text)).toBe(true);
        expect(matchesPattern(pattern(source), `${text}0`)).toBe(false);
      }),
    );
  });
});

/** The settings of docs/units.md. */
const page = readFileSync(new URL("../../docs/units.md", import.meta.url), "utf8");
const settings: unknown = JSON.parse(/^```json numbering\n([\s\S]*?)^```/m.exec(page)?.[1] ?? "");

describe("numberings", () => {
  const configured = numberingSchema.parse(settings);

  test("ISBT 128 applies where nothing is said", () => {
    expect(numberingSchema.parse({})).toEqual(standardNumberings);
  });

  test.each([
    ["G123417654321", "E0398V00", "ISBT 128"],
    ["G123417654321", "E0398Va1", "numbering.product-unknown"],
    ["G123417654321", "E0398V99000012", "ISBT 128"],
    ["G123417654321", "E0398V00000012", "numbering.product-unknown"],
    ["G123417654321", "E0398VAa", "ISBT 128"],
    ["DE12345678", "EKFA", "old house numbers"],
    ["DE12345678", "E0398V00", "numbering.product-unknown"],
    ["XX", "EKFA", "numbering.din-unknown"],
  ])("%s %s: %s", (din, productCode, expected) => {
    const result = identify(configured, din, productCode);
    expect(result.ok ? result.identity.numbering : result.code).toBe(expected);
  });

  test("take nothing that the wire does not, whatever the pattern", () => {
    const codes = fc.stringMatching(/^[EF][0-9]{4}[A-Za-z0-9]([A-Z0-9][a-z0-9]|99[A-Za-z0-9]{6})$/);
    const dins = fc.stringMatching(/^[A-NP-Z1-9][A-NP-Z0-9]{2}[0-9]{10}$/);
    fc.assert(
      fc.property(dins, codes, (din, productCode) => {
        expect(identify(standardNumberings, din, productCode).ok).toBe(true);
        expect(dinSchema.safeParse(din).success && productCodeSchema.safeParse(productCode).success).toBe(
          true,
        );
      }),
    );
    for (const bad of ["e0398V00", "E0398Vaa", "E0398V99abc", "ab", "E0398V00a00000"])
      expect(productCodeSchema.safeParse(bad).success, bad).toBe(false);
  });

  test("are shown as people read them", () => {
    expect(showDin(configured, "G123417654321")).toBe("G1234 17 654321 [A]");
    expect(showDin(configured, "DE12345678")).toBe("DE12345678");
    expect(showDin({ ...configured, isbt128: false }, "G123417654321")).toBe("G123417654321");
  });

  test.each([
    [{ isbt128: false }, "expected ISBT 128 or another numbering"],
    [
      { others: [{ name: "a", dinPattern: "A*", productPattern: "N", example: "AAAAA 111" }] },
      "is no element",
    ],
    [
      { others: [{ name: "a", dinPattern: "A{5}", productPattern: "N{3}", example: "11111 AAA" }] },
      "that the patterns take",
    ],
    [
      { others: [{ name: "ISBT 128", dinPattern: "A{5}", productPattern: "N{3}", example: "AAAAA 111" }] },
      "another numbering named",
    ],
    [{ others: [{ name: "a", dinPattern: "A{4}", productPattern: "N{3}", example: "AAAA 111" }] }, "5 to 30"],
    [{ others: [{ name: "a", dinPattern: "A{5}", productPattern: "N{21}", example: "A 1" }] }, "3 to 20"],
    [{ pattern: "A" }, "pattern"],
  ])("%j is refused", (input, message) => {
    expect(numberingSchema.safeParse(input).error?.message).toContain(message);
  });
});
