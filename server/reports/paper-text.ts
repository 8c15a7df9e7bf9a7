/** Characters beyond Latin-1 that the standard fonts of PDF can print (Windows code page 1252). */
const printable = new Set("€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ");

/** Stands for a character that the report's font cannot print. */
export const unprintable = "?";

/**
 * Writes a text so that the standard fonts of PDF can print it: a minus as a hyphen, letters with marks beyond Latin-1 without them,
 * line breaks and control characters as blanks, and whatever is left as `?`.
 */
export function paperText(text: string): string {
  let paper = "";
  for (const character of text.normalize("NFC")) paper += printed(character);
  return paper;
}

function printed(character: string): string {
  if (character === "−") return "-";
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return " ";
  if (code <= 0xff || printable.has(character)) return character;
  const [letter = unprintable] = character.normalize("NFD");
  return letter !== character && (letter.codePointAt(0) ?? 0) <= 0xff ? letter : unprintable;
}
