/**
 * The Single European Code of Directive (EU) 2015/565. Tissues and cells have it; the SoHO Regulation, Article 43, keeps blood out of it. It is read
 * so that a label of tissue is told apart from a torn label of blood.
 */
export interface Sec {
  /** Country, 2 letters. */
  readonly country: string;
  /** Tissue establishment, 6 characters. */
  readonly establishment: string;
  /** Unique donation number, 13 characters. */
  readonly donation: string;
  /** Coding system of the product: `A` ISBT 128, `B` Eurocode, `E` EUTC. */
  readonly system: "A" | "B" | "E";
  /** Product, 7 characters. */
  readonly product: string;
  /** Split, 3 characters. */
  readonly split: string;
  /** Expiry `YYYYMMDD`; `00000000` for none. */
  readonly expiry: string;
}

const form = /^([A-Z]{2})([A-Z0-9]{6})([A-Z0-9]{13})([ABE])([A-Z0-9]{7})([A-Z0-9]{3})(\d{8})$/;

/** Reads the 40 characters of a code. Null where they are none. */
export function parseSec(text: string): Sec | null {
  const [, country, establishment, donation, system, product, split, expiry] = form.exec(text) ?? [];
  if (country === undefined || establishment === undefined || donation === undefined) return null;
  if (system !== "A" && system !== "B" && system !== "E") return null;
  if (product === undefined || split === undefined || expiry === undefined) return null;
  if (expiry !== "00000000" && !isDay(expiry)) return null;
  return { country, establishment, donation, system, product, split, expiry };
}

function isDay(text: string): boolean {
  try {
    Temporal.PlainDate.from(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`);
    return true;
  } catch {
    return false;
  }
}

/** Writes the 40 characters of a code. */
export function formatSec(sec: Sec): string {
  return sec.country + sec.establishment + sec.donation + sec.system + sec.product + sec.split + sec.expiry;
}

/** Reads a code as it is printed: `SEC:`, its two halves, a space between. Null where it is none. */
export function parsePrintedSec(text: string): Sec | null {
  const [, donation, product] = /^SEC:\s?(\S{21}) (\S{19})$/.exec(text.trim()) ?? [];
  return donation === undefined || product === undefined ? null : parseSec(donation + product);
}
