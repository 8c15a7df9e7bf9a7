import { toSeptets } from "../gsm/gsm7.ts";

/** Longest name, reason or other text of somebody else's in a message, characters. */
export const foreignCharactersMax = 160;

/**
 * A name or other text that somebody gave, as it may stand in a message: on one line, without control characters or marks that turn the direction of writing, and without
 * braces, so that it can pass for no placeholder.
 */
export function clean(text: string, max = foreignCharactersMax): string {
  const plain = text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\ufffd]/gu, " ")
    .replaceAll("{", "(")
    .replaceAll("}", ")")
    .replaceAll(/\s+/gu, " ")
    .trim();
  return cutText(plain, max);
}

/** A name that is nothing once it is clean gives way to the id. */
export function cleanName(name: string, id: string): string {
  const cleaned = clean(name);
  return cleaned === "" ? clean(id) : cleaned;
}

/** A text of at most `max` UTF-16 units; no character is cut in two. */
export function cutText(text: string, max: number, mark = "…"): string {
  if (text.length <= max) return text;
  const kept = text.slice(0, Math.max(max - mark.length, 0));
  return `${/[\ud800-\udbff]$/.test(kept) ? kept.slice(0, -1) : kept}${mark}`;
}

/** What the GSM alphabet lacks, and what it loses no meaning by. */
const replacements: readonly (readonly [RegExp, string])[] = [
  [/[\u2212\u2013\u2014\u2010\u2011]/gu, "-"],
  [/\u2026/gu, ".."],
  [/[\u2018\u2019\u2032]/gu, "'"],
  [/[\u201c\u201d\u201e\u00ab\u00bb]/gu, '"'],
  [/[\u00a0\u202f\u2009]/gu, " "],
  [/ ?°C/gu, " C"],
  [/\u00b0/gu, " "],
  [/\u0153/gu, "oe"],
  [/\u0152/gu, "OE"],
  [/\u00d7/gu, "x"],
  [/\u00b5/gu, "u"],
];

/**
 * A text in the GSM alphabet, so that it does not fall to parts of 70 characters: what has a like without its accent gets that (ê is e, ç is c, Ë is E; é, è, à, ù and the
 * umlauts stay), signs their plain form (− is -, ° is left out). What has none is a question mark.
 */
export function toGsm(text: string): string {
  let plain = text;
  for (const [sign, instead] of replacements) plain = plain.replaceAll(sign, instead);
  return Array.from(plain, (character) => {
    if (toSeptets(character) !== null) return character;
    // A small or wide brace must not become one that makes a placeholder.
    const base = character
      .normalize("NFKD")
      .replaceAll(/\p{M}/gu, "")
      .replaceAll("{", "(")
      .replaceAll("}", ")");
    return base !== "" && toSeptets(base) !== null ? base : "?";
  }).join("");
}

/** A name as an SMS has it: folded where that loses nothing, else the id, which is ASCII. */
export function gsmName(name: string, id: string): string {
  const folded = toGsm(name);
  const lost = Array.from(folded).filter((character) => character === "?").length;
  const own = Array.from(name).filter((character) => character === "?").length;
  return lost > own ? toGsm(id) : folded;
}
