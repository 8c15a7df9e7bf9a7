import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printableCodePoints } from "./fonts.ts";
import { paperText } from "./paper-text.ts";

describe("texts on paper", () => {
  it("keep what Western Europe writes", () => {
    expect(paperText("Réfrigérateur 3, Koelkast één, Größe, 4,2 °C, 5 €")).toBe(
      "Réfrigérateur 3, Koelkast één, Größe, 4,2 °C, 5 €",
    );
  });

  it("keep names of the whole of Europe as they are written", () => {
    for (const name of [
      "Jiří Dvořák",
      "Łukasz Żółć",
      "Ș. Țîrlea",
      "Γιώργος",
      "Ольга Щербак",
      "Þórður Ægisson",
      "Őry Ű.",
    ])
      expect(paperText(name)).toBe(name);
  });

  it("write a minus as a hyphen, turn no direction, and own up to what cannot be printed", () => {
    expect(paperText("−31 °C")).toBe("-31 °C");
    expect(paperText("unit\u202E26000")).toBe("unit 26000");
    expect(paperText("冷藏 1\n2")).toBe("?? 1 2");
  });

  it("hold nothing but what the fonts can print, and change no printable text", () => {
    const fonts = printableCodePoints();
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const paper = paperText(text);
        expect(Array.from(paper).filter((each) => !fonts.has(each.codePointAt(0) ?? 0))).toEqual([]);
        expect(paperText(paper)).toBe(paper);
      }),
    );
  });
});
