/** Fewest digits of a number without its country: fewer could be anybody's. */
const nationalDigitsMin = 8;

/**
 * True where a sender's number, in whatever way a provider writes it (`+32470123456`, `0032470123456`, `32470123456`, `0470 12 34 56`), is a telephone's number as contacts have it. A number without
 * its country counts for the country of the contact: providers write so within one country. Never throws.
 */
export function isNumber(sender: string, phone: string): boolean {
  const given = sender.replaceAll(/[\s().\u00a0/-]/gu, "");
  if (!/^\+?[0-9]{1,20}$/u.test(given)) return false;
  const wanted = phone.slice(1);
  if (given.startsWith("+")) return given.slice(1) === wanted;
  if (given.startsWith("00")) return given.slice(2) === wanted;
  if (!given.startsWith("0")) return given === wanted;
  const national = given.slice(1);
  const country = wanted.length - national.length;
  return national.length >= nationalDigitsMin && country >= 1 && country <= 3 && wanted.endsWith(national);
}
