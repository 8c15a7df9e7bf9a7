import { printableCodePoints } from "./fonts.ts";

/** Stands for a character that the reports' fonts cannot print. */
export const unprintable = "?";

/**
 * Writes a text so that the reports' fonts can print it: a minus as a hyphen, line breaks and control characters as blanks, letters whose marks the fonts lack without
 * them, and whatever is left as `?`.
 */
export function paperText(text: string): string {
  const fonts = printableCodePoints();
  let paper = "";
  for (const character of text.normalize("NFC")) paper += printed(character, fonts);
  return paper;
}

function printed(character: string, fonts: ReadonlySet<number>): string {
  if (character === "−") return "-";
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20 || (code >= 0x7f && code < 0xa0) || directing.test(character)) return " ";
  if (fonts.has(code)) return character;
  const [letter = unprintable] = character.normalize("NFD");
  return letter !== character && fonts.has(letter.codePointAt(0) ?? 0) ? letter : unprintable;
}

/** Marks that turn the direction of writing or join nothing: on paper a name must read as it is written. */
const directing = /[\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;
