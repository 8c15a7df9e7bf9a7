import { fromSeptets, unpackSeptets } from "./gsm7.ts";
import { fromSemiOctets, type OctetReader, toSemiOctets } from "./octets.ts";

/** A telephone number in international form, as all our settings write it: `+` and 6 to 15 digits. */
export const numberPattern = /^\+[1-9][0-9]{5,14}$/;

/** Type of address: international number in the ISDN numbering plan. */
const internationalType = 0x91;

/** Most digits of an address (3GPP TS 23.040, 9.1.2.5). */
const addressDigitsMax = 20;

/** An address field: its length in digits, its type, its digits. The number must fit `numberPattern`. */
export function encodeAddress(number: string): Uint8Array {
  const digits = number.slice(1);
  return Uint8Array.from([digits.length, internationalType, ...toSemiOctets(digits)]);
}

/** Reads an address field: `+` and digits, digits alone, or the letters of an alphanumeric sender. Null where it cannot be one. */
export function readAddress(reader: OctetReader): string | null {
  const length = reader.octet();
  const type = reader.octet();
  if (length === null || type === null || length > addressDigitsMax) return null;
  const octets = reader.take(Math.ceil(length / 2));
  if (octets === null) return null;
  const kind = (type >> 4) & 0x07;
  if (kind === 5) {
    const septets = unpackSeptets(octets, Math.floor((length * 4) / 7));
    return septets === null ? null : fromSeptets(septets);
  }
  const digits = fromSemiOctets(octets, length);
  return digits === null ? null : kind === 1 ? `+${digits}` : digits;
}

/**
 * Reads the service centre's field, whose length counts octets with the type: the number, "" where the field is empty, or null where it
 * cannot be one.
 */
export function readServiceCentre(reader: OctetReader): string | null {
  const length = reader.octet();
  if (length === null || length > 1 + addressDigitsMax / 2) return null;
  if (length === 0) return "";
  const type = reader.octet();
  const octets = reader.take(length - 1);
  if (type === null || octets === null) return null;
  const last = octets.at(-1);
  const count = octets.length * 2 - (last !== undefined && last >> 4 === 0x0f ? 1 : 0);
  const digits = fromSemiOctets(octets, count);
  return digits === null ? null : ((type >> 4) & 0x07) === 1 ? `+${digits}` : digits;
}

/** Whether two writings are one telephone number: networks tell reports with or without the `+`. */
export const sameNumber = (a: string, b: string): boolean => a.replace(/^\+/, "") === b.replace(/^\+/, "");
