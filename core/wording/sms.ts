import { toSeptets } from "../gsm/gsm7.ts";
import { codeCharactersMax, codePlaceholder, linkCharactersMax, linkPlaceholder } from "./written.ts";

/** Most parts of an SMS about one alarm, and about several. */
export const smsPartsMax = 2;
export const stormPartsMax = 3;

/** Septets that one SMS holds, and each part of a longer one (3GPP TS 23.040). */
const singleSeptets = 160;
const partSeptets = 153;

/** In how many parts an SMS goes once its placeholders hold their longest values; null where it is not of the GSM alphabet. */
export function smsParts(text: string): number | null {
  const septets = septetsOf(text);
  if (septets === null) return null;
  // A character of two septets is not cut in two, so a part may end one septet early.
  return septets <= singleSeptets ? 1 : Math.ceil(septets / (partSeptets - 1));
}

function septetsOf(text: string): number | null {
  const longest = text
    .replaceAll(linkPlaceholder, "x".repeat(linkCharactersMax))
    .replaceAll(codePlaceholder, "0".repeat(codeCharactersMax));
  return toSeptets(longest)?.flat().length ?? null;
}

/** Lines that are there whatever happens, and between them those that give way, the last first. */
export interface SmsLines {
  readonly first: string;
  readonly more: readonly string[];
  /** What stands for those that gave way. */
  readonly left: (count: number) => string | null;
  readonly end: readonly string[];
}

/** A text of at most `parts` parts. The first line is cut only where nothing else helps. */
export function fitSms({ first, more, left, end }: SmsLines, parts: number): string {
  for (let count = more.length; count >= 0; count -= 1) {
    const rest = more.length - count;
    const note = rest === 0 ? null : left(rest);
    const text = [first, ...more.slice(0, count), ...(note === null ? [] : [note]), ...end].join("\n");
    if ((smsParts(text) ?? parts + 1) <= parts) return text;
  }
  for (let length = first.length; length > 0; length -= 1) {
    const text = [first.slice(0, length), ...end].join("\n");
    if ((smsParts(text) ?? parts + 1) <= parts) return text;
  }
  return first.slice(0, partSeptets);
}
