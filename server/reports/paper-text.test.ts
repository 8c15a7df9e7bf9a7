import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { paperText } from "./paper-text.ts";

describe("texts on paper", () => {
  it("keep what Western Europe writes", () => {
    expect(paperText("Réfrigérateur 3, Koelkast één, Größe, 4,2 °C, 5 €")).toBe(
      "Réfrigérateur 3, Koelkast één, Größe, 4,2 °C, 5 €",
    );
  });

  it("write a minus as a hyphen, lose marks that cannot be printed, and own up to the rest", () => {
    expect(paperText("−31 °C")).toBe("-31 °C");
    expect(paperText("Jiří Dvořák")).toBe("Jirí Dvorák");
    expect(paperText("冷藏 1\n2")).toBe("?? 1 2");
  });

  it("hold nothing but what the font can print, and change no printable text", () => {
    const encoder = (text: string): boolean =>
      Array.from(text).every(
        (each) => (each.codePointAt(0) ?? 0) <= 0xff || "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ".includes(each),
      );
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const paper = paperText(text);
        expect(encoder(paper)).toBe(true);
        expect(paperText(paper)).toBe(paper);
      }),
    );
  });
});
