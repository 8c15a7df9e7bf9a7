/** What the digit keys give, with and without Shift, on keyboards of other layouts than the scanner types for. */
const digitKeySigns = "&\"'(!@#$%^*)_-";

/** Letters that no label has, but that keys of Belgian, French, Swiss and German keyboards give. */
const foreignLetters = /[éèçà§ùµ°¨£²³öäüßÉÈÇÀÙÖÄÜ´`]/;

/** Fewest signs of digit keys, in a text with no digit at all, that make a wrong layout the likely cause. */
const signsMin = 3;

/** Where `=` and `&` come to lie on Belgian and German keyboards, with the look of a label behind them. */
const shiftedStart = /^[-_´ß+`][A-Za-z0-9]{5}[0-9]{8}[A-Za-z0-9]{2}/;

/**
 * True where a text looks as if the scanner typed for another keyboard than the computer has: Belgian `-G&é"'&è§(` for `=G12341765`. It is never
 * turned back: letters and signs change places too, and a wrong guess would name another unit.
 */
export function looksLikeWrongKeyboard(text: string): boolean {
  if (foreignLetters.test(text) || shiftedStart.test(text)) return true;
  if (/\d/.test(text)) return false;
  return Array.from(text).filter((character) => digitKeySigns.includes(character)).length >= signsMin;
}
