/** The 37 characters of ISO/IEC 7064 mod 37-2 in the order of their values, 0 to 36. */
export const checkAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*";

const modulus = 37;

/**
 * The check character's value, 0 to 36, of a text by ISO/IEC 7064 mod 37-2. Returns null where the text has a character other than capital letters
 * and digits.
 */
export function checkValue(text: string): number | null {
  let sum = 0;
  for (const character of text) {
    const value = checkAlphabet.indexOf(character);
    if (value < 0 || value === modulus - 1) return null;
    sum = ((sum + value) * 2) % modulus;
  }
  return (modulus + 1 - sum) % modulus;
}

/** The check character itself: a digit, a capital letter or `*`. Null for text that has none. */
export function checkCharacter(text: string): string | null {
  const value = checkValue(text);
  return value === null ? null : checkAlphabet.charAt(value);
}
