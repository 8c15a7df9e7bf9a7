/**
 * The GSM 7-bit default alphabet with its extension table (3GPP TS 23.038, 6.2.1), and septets packed into octets (6.1.2.1). A septet is
 * a number from 0 to 127.
 */

/** The default alphabet in the order of its codes; the one at 0x1B stands for the escape and is no character. */
const basic =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/** What follows an escape. */
const extension: readonly (readonly [number, string])[] = [
  [0x0a, "\f"],
  [0x14, "^"],
  [0x28, "{"],
  [0x29, "}"],
  [0x2f, "\\"],
  [0x3c, "["],
  [0x3d, "~"],
  [0x3e, "]"],
  [0x40, "|"],
  [0x65, "€"],
];

/** The septet that says that the next one is of the extension table. */
export const escapeSeptet = 0x1b;

/** What a code without a character becomes. */
const unknownCharacter = "\ufffd";

const septetsOf: ReadonlyMap<string, readonly number[]> = new Map([
  ...Array.from(basic).flatMap((character, code): [string, readonly number[]][] =>
    code === escapeSeptet ? [] : [[character, [code]]],
  ),
  ...extension.map(([code, character]): [string, readonly number[]] => [character, [escapeSeptet, code]]),
]);

const extended: ReadonlyMap<number, string> = new Map(extension);

/** The septets of a text, one list for each character (two septets where it is of the extension table), or null where it has others. */
export function toSeptets(text: string): readonly (readonly number[])[] | null {
  const septets: (readonly number[])[] = [];
  for (const character of text) {
    const of = septetsOf.get(character);
    if (of === undefined) return null;
    septets.push(of);
  }
  return septets;
}

/**
 * The text of septets. After an escape a code that the extension table lacks shows its character of the default alphabet, and a second
 * escape a blank, as the standard says. An escape at the end shows nothing.
 */
export function fromSeptets(septets: readonly number[]): string {
  let text = "";
  let escaped = false;
  for (const septet of septets) {
    if (!escaped && septet === escapeSeptet) escaped = true;
    else if (escaped) {
      text += extended.get(septet) ?? (septet === escapeSeptet ? " " : (basic[septet] ?? unknownCharacter));
      escaped = false;
    } else text += basic[septet] ?? unknownCharacter;
  }
  return text;
}

/** Packs septets into octets, the first into the lowest bits, after `fillBits` (0 to 6) zero bits that align them behind a header. */
export function packSeptets(septets: readonly number[], fillBits = 0): Uint8Array {
  const octets = new Uint8Array(Math.ceil((septets.length * 7 + fillBits) / 8));
  for (const [index, septet] of septets.entries()) {
    const bit = index * 7 + fillBits;
    const place = bit >> 3;
    const shifted = (septet & 0x7f) << (bit & 7);
    octets[place] = (octets[place] ?? 0) | (shifted & 0xff);
    if (shifted > 0xff) octets[place + 1] = (octets[place + 1] ?? 0) | (shifted >> 8);
  }
  return octets;
}

/** Takes `count` septets out of octets, or null where the octets do not hold so many. */
export function unpackSeptets(octets: Uint8Array, count: number, fillBits = 0): readonly number[] | null {
  if (octets.length * 8 < count * 7 + fillBits) return null;
  return Array.from({ length: count }, (_, index) => {
    const bit = index * 7 + fillBits;
    const place = bit >> 3;
    const pair = (octets[place] ?? 0) | ((octets[place + 1] ?? 0) << 8);
    return (pair >> (bit & 7)) & 0x7f;
  });
}
