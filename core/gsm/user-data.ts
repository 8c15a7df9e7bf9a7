import { fromSeptets, packSeptets, toSeptets, unpackSeptets } from "./gsm7.ts";

/** How a text is written in a message. */
export type Alphabet = "gsm7" | "ucs2";

/** Octets of user data that one message carries (3GPP TS 23.040, 9.2.3.24). */
export const userDataOctetsMax = 140;

/** Most parts of one long message that we write; a call's text never needs as many. */
export const partsMax = 20;

/** Octets of a header that says which part of which message this is: its length, and the element with its own three octets. */
const partHeaderOctets = 6;

/** Which part of a long message this is; `reference` (0 to 255, or 65535 in incoming ones) is the same in all parts, `part` counts from 1. */
export interface PartOf {
  readonly reference: number;
  readonly part: number;
  readonly parts: number;
}

/** The user data of one message: `length` is in septets for gsm7 and in octets otherwise, header included. */
export interface UserData {
  readonly alphabet: Alphabet;
  readonly partOf: PartOf | null;
  readonly length: number;
  readonly octets: Uint8Array;
}

/** What user data said: `text` is null where it was data and no text. */
export interface ReadUserData {
  readonly text: string | null;
  readonly partOf: PartOf | null;
}

/**
 * The user data of a text in as few messages as hold it, or null where more than `partsMax` would be needed. The 7-bit alphabet where it has
 * every character, else UCS-2 (as UTF-16, as all phones read it). No character is cut in two. `reference` from 0 to 255.
 */
export function toUserData(text: string, reference: number): readonly UserData[] | null {
  const septets = toSeptets(text);
  return septets === null
    ? ucs2Parts(Array.from(text, utf16Octets), reference)
    : gsm7Parts(septets, reference);
}

function gsm7Parts(characters: readonly (readonly number[])[], reference: number): UserData[] | null {
  const headerSeptets = Math.ceil((partHeaderOctets * 8) / 7);
  const fillBits = headerSeptets * 7 - partHeaderOctets * 8;
  const room = Math.floor((userDataOctetsMax * 8) / 7);
  const groups = grouped(characters, room, room - headerSeptets);
  if (groups === null) return null;
  return groups.map((septets, index) => {
    const partOf = groups.length === 1 ? null : { reference, part: index + 1, parts: groups.length };
    if (partOf === null)
      return { alphabet: "gsm7", partOf, length: septets.length, octets: packSeptets(septets) };
    const octets = Uint8Array.from([...partHeader(partOf), ...packSeptets(septets, fillBits)]);
    return { alphabet: "gsm7", partOf, length: headerSeptets + septets.length, octets };
  });
}

function ucs2Parts(characters: readonly (readonly number[])[], reference: number): UserData[] | null {
  const groups = grouped(characters, userDataOctetsMax, userDataOctetsMax - partHeaderOctets);
  if (groups === null) return null;
  return groups.map((content, index) => {
    const partOf = groups.length === 1 ? null : { reference, part: index + 1, parts: groups.length };
    const octets = Uint8Array.from(partOf === null ? content : [...partHeader(partOf), ...content]);
    return { alphabet: "ucs2", partOf, length: octets.length, octets };
  });
}

/** Lays characters into as few groups as hold them: one of `single` units, or several of `part` units. */
function grouped(
  characters: readonly (readonly number[])[],
  single: number,
  part: number,
): number[][] | null {
  const units = characters.reduce((sum, character) => sum + character.length, 0);
  const room = units <= single ? single : part;
  const groups: number[][] = [[]];
  for (const character of characters) {
    const last = groups.at(-1);
    if (last !== undefined && last.length + character.length <= room) last.push(...character);
    else groups.push([...character]);
  }
  return groups.length > partsMax ? null : groups;
}

const partHeader = ({ reference, part, parts }: PartOf): number[] => [5, 0x00, 3, reference, parts, part];

function utf16Octets(character: string): number[] {
  return Array.from({ length: character.length }, (_, index) => character.charCodeAt(index)).flatMap(
    (unit) => [unit >> 8, unit & 0xff],
  );
}

/**
 * Reads user data of `length` (septets or octets, as the alphabet says), or null where the octets are fewer, or the header is longer than
 * what holds it. Elements of the header other than a part's number are passed over.
 */
export function readUserData(
  octets: Uint8Array,
  length: number,
  alphabet: Alphabet | "data",
  withHeader: boolean,
): ReadUserData | null {
  const headerOctets = withHeader ? (octets[0] ?? octets.length) + 1 : 0;
  if (headerOctets > octets.length) return null;
  const partOf = withHeader ? readPartOf(octets.subarray(1, headerOctets)) : null;
  if (alphabet === "gsm7") {
    const headerSeptets = Math.ceil((headerOctets * 8) / 7);
    if (length < headerSeptets) return null;
    const fillBits = headerSeptets * 7 - headerOctets * 8;
    const septets = unpackSeptets(octets.subarray(headerOctets), length - headerSeptets, fillBits);
    return septets === null ? null : { text: fromSeptets(septets), partOf };
  }
  if (length < headerOctets || length > octets.length) return null;
  const content = octets.subarray(headerOctets, length);
  if (alphabet === "data") return { text: null, partOf };
  if (content.length % 2 !== 0) return null;
  let text = "";
  for (let place = 0; place < content.length; place += 2)
    text += String.fromCharCode(((content[place] ?? 0) << 8) | (content[place + 1] ?? 0));
  return { text, partOf };
}

/** The part's number in a header's elements (with 8 or 16 bits of reference), or null where there is none that makes sense. */
function readPartOf(elements: Uint8Array): PartOf | null {
  let place = 0;
  while (place + 2 <= elements.length) {
    const [identifier = 0, size = 0] = elements.subarray(place, place + 2);
    const value = elements.subarray(place + 2, place + 2 + size);
    place += 2 + size;
    if (value.length < size) return null;
    const [first = 0, second = 0, third = 0, fourth = 0] = value;
    if (identifier === 0x00 && size === 3) return sensible({ reference: first, parts: second, part: third });
    if (identifier === 0x08 && size === 4)
      return sensible({ reference: first * 256 + second, parts: third, part: fourth });
  }
  return null;
}

const sensible = (partOf: PartOf): PartOf | null =>
  partOf.part >= 1 && partOf.part <= partOf.parts ? partOf : null;
