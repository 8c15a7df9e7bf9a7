/** Bytes as hexadecimal digits, upper case. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join("");
}

/** The bytes that hexadecimal digits write, or null where the text is anything else. */
export function fromHex(text: string): Uint8Array | null {
  if (text.length % 2 !== 0 || !/^[0-9A-Fa-f]*$/.test(text)) return null;
  return Uint8Array.from({ length: text.length / 2 }, (_, index) =>
    Number.parseInt(text.slice(index * 2, index * 2 + 2), 16),
  );
}

/** Two digits an octet, the first in the low half; an odd number of digits ends in 0xF (3GPP TS 23.040, 9.1.2.3). */
export function toSemiOctets(digits: string): Uint8Array {
  const even = digits.length % 2 === 0 ? digits : `${digits}f`;
  return Uint8Array.from({ length: even.length / 2 }, (_, index) =>
    Number.parseInt(`${even[index * 2 + 1]}${even[index * 2]}`, 16),
  );
}

const addressDigits = "0123456789*#abc";

/** `count` digits out of semi-octets, or null where one of them is no digit of a telephone number or they are too few. */
export function fromSemiOctets(octets: Uint8Array, count: number): string | null {
  if (octets.length * 2 < count) return null;
  let text = "";
  for (let index = 0; index < count; index += 1) {
    const octet = octets[index >> 1] ?? 0;
    const digit = addressDigits[index % 2 === 0 ? octet & 0x0f : octet >> 4];
    if (digit === undefined) return null;
    text += digit;
  }
  return text;
}

/** Reads octets from the front; each step gives null where they do not suffice. */
export interface OctetReader {
  readonly octet: () => number | null;
  readonly take: (count: number) => Uint8Array | null;
  readonly left: () => number;
}

/** Makes a reader that stands at the first octet. */
export function octetReader(octets: Uint8Array): OctetReader {
  let place = 0;
  const take = (count: number): Uint8Array | null => {
    if (place + count > octets.length) return null;
    place += count;
    return octets.subarray(place - count, place);
  };
  return { octet: () => take(1)?.[0] ?? null, take, left: () => octets.length - place };
}
