import { checkAlphabet, checkCharacter, checkValue } from "./check-character.ts";
import { type IsbtRefusal, refuse } from "./refusal.ts";

/** A donation identification number of ISBT 128 (data structure 001), in its three parts. */
export interface Din {
  /** The number itself, 13 characters: what identifies the donation. */
  readonly text: string;
  /** Facility identification number, 5 characters. */
  readonly facility: string;
  /** Last two digits of the nominal year of the donation. */
  readonly year: string;
  /** Sequence number within the year, 6 digits. */
  readonly serial: string;
}

/** What the two flag characters say. They belong to the container or label, not to the number. */
export type FlagMeaning = "none" | "container" | "second-label" | "tube" | "local" | "checksum" | "reserved";

/** A number as it was read from a label or typed in. */
export interface DinEntry {
  readonly din: Din;
  /** The two flag characters; null where the text had none. */
  readonly flags: string | null;
  /** True where a check character or a checksum in the flags stood with it, and fits. */
  readonly isChecked: boolean;
}

/** The outcome of reading a number. */
export type DinResult = ({ readonly ok: true } & DinEntry) | IsbtRefusal;

/** Characters of the number. */
export const dinLength = 13;

const numberForm = /^([A-NP-Z1-9][A-NP-Z0-9]{2}\d{2})(\d{2})(\d{6})$/;
const flagForm = /^[0-9A-HJ-NPR-Y]{2}$/;

/** Longest text that is looked at as a typed number: its 17 characters with every one spaced out. */
const entryLengthMax = 40;

/** Reads exactly the 13 characters of a number, nothing else. Null where they are none. */
export function parseDin(text: string): Din | null {
  const [, facility, year, serial] = numberForm.exec(text) ?? [];
  if (facility === undefined || year === undefined || serial === undefined) return null;
  return { text, facility, year, serial };
}

/**
 * Reads a number in any form that a person or a scanner gives it: 13 characters alone; with check character (14), flags (15), or flags and check
 * character (16); with the `=` of the barcode; as printed, with spaces and the check character in brackets. Letters may be small. Where a check
 * character or a checksum stands with it, it must fit.
 *
 * @param checkRequired true for typed entries: a number without anything that proves it was copied right is refused
 */
export function readDin(text: string, checkRequired = false): DinResult {
  if (text.length > entryLengthMax)
    return refuse("isbt.too-long", "This is too long for a donation identification number.");
  const plain = text.replace(/[\s[\]]/g, "").toUpperCase();
  const isBarcode = plain.startsWith("=");
  const body = isBarcode ? plain.slice(1) : plain;
  if (body === "") return refuse("isbt.empty", "There is no donation identification number in it.");
  if (body.length < dinLength || body.length > 16 || (isBarcode && body.length !== 15))
    return refuse(
      "isbt.din-invalid",
      `A donation identification number has ${dinLength} characters, with flags and check character up to 16; this has ${body.length}.`,
    );
  const din = parseDin(body.slice(0, dinLength));
  if (din === null)
    return refuse(
      "isbt.din-invalid",
      `${body.slice(0, dinLength)} is no donation identification number: 5 characters of the facility (the letter O is never used), then 8 digits.`,
    );
  const rest = body.slice(dinLength);
  const flags = rest.length >= 2 ? rest.slice(0, 2) : null;
  const check = rest.length % 2 === 1 ? rest.slice(-1) : null;
  return verify(din, flags, check, checkRequired);
}

function verify(din: Din, flags: string | null, check: string | null, checkRequired: boolean): DinResult {
  if (check !== null && check !== checkOf(din))
    return refuse(
      "isbt.check-wrong",
      checkAlphabet.includes(check)
        ? `The check character ${check} does not belong to ${din.text}: one of the characters is wrong. Compare with the label.`
        : `${check} is no check character.`,
    );
  if (flags !== null && !flagForm.test(flags))
    return refuse("isbt.flags-wrong", `${flags} are no flag characters.`);
  const isChecksum = flags !== null && flagMeaning(flags) === "checksum";
  if (isChecksum && flags !== checksumFlags(din))
    return refuse(
      "isbt.flags-wrong",
      `The flag characters ${flags} are a checksum that does not belong to ${din.text}. Scan again, or compare with the label.`,
    );
  const isChecked = check !== null || isChecksum;
  if (checkRequired && !isChecked)
    return refuse(
      "isbt.check-missing",
      "Type the boxed check character after the number too: it shows that the number was copied right.",
    );
  return { ok: true, din, flags, isChecked };
}

/** The check character of a number, which labels print in a box after it. */
export function checkOf(din: Din): string {
  return checkCharacter(din.text) ?? "";
}

/** The flag characters, 60 to 96, that carry a number's checksum. */
export function checksumFlags(din: Din): string {
  return String(60 + (checkValue(din.text) ?? 0));
}

/** What flag characters say. `container`: which of several, 1 to 9, made of one donation. */
export function flagMeaning(flags: string): FlagMeaning {
  const value = /^\d{2}$/.test(flags) ? Number(flags) : Number.NaN;
  if (value === 0) return "none";
  if ((value >= 1 && value <= 4) || (value >= 15 && value <= 19)) return "container";
  if (value === 5) return "second-label";
  if (value >= 6 && value <= 13) return "tube";
  if (value >= 20 && value <= 59) return "local";
  return value >= 60 && value <= 96 ? "checksum" : "reserved";
}

/**
 * A number as labels print it, in plain text: facility, year and serial apart, then the flags (turned on the label), then the check character (in a
 * box on the label, here in brackets): `G1234 17 654321 70 [A]`. The flags are left out where there are none.
 */
export function printDin(din: Din, flags: string | null = null): string {
  const parts = [din.facility, din.year, din.serial, ...(flags === null ? [] : [flags]), `[${checkOf(din)}]`];
  return parts.join(" ");
}
