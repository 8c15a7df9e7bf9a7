import { type Din, parseDin } from "./din.ts";
import { parseDivision, parseProductCode } from "./product-code.ts";
import { type IsbtRefusal, refuse } from "./refusal.ts";

/** The unique identifier of a medical product of human origin (MPHO), as FHIR carries it: one text for the unit anywhere in the world. */
export interface MphoIdentifier {
  /** Who labelled the product, 5 characters. */
  readonly facility: string;
  /** Product description code, 5 characters. The collection type is not part of the identifier. */
  readonly description: string;
  readonly din: Din;
  /** Division, 6 characters; `000000` for undivided. */
  readonly division: string;
}

/** The outcome of reading an identifier. */
export type MphoResult = { readonly ok: true; readonly mpho: MphoIdentifier } | IsbtRefusal;

const form = /^([A-NP-Z1-9][A-NP-Z0-9]{2}\d{2})([A-Z][A-Z0-9]{4})(.{13})(.{6})$/;

/** Reads the 29 characters of an identifier: facility 5, product 5, number 13, division 6. */
export function parseMpho(text: string): MphoResult {
  const [, facility, description, number, division] = form.exec(text) ?? [];
  const din = parseDin(number ?? "");
  if (facility === undefined || description === undefined || division === undefined || din === null)
    return refuse(
      "isbt.mpho-invalid",
      "An MPHO identifier has 29 characters: facility, product, number, division.",
    );
  if (parseDivision(division) === null || !parseProductCode(`${description}000`).ok)
    return refuse("isbt.mpho-invalid", "The product or the division in the MPHO identifier is none.");
  return { ok: true, mpho: { facility, description, din, division } };
}

/** Writes the 29 characters of an identifier. */
export function formatMpho({ facility, description, din, division }: MphoIdentifier): string {
  return facility + description + din.text + division;
}
