import { parseDin, printDin } from "../isbt/din.ts";
import { dividedElsewhere, parseDivision, parseProductCode } from "../isbt/product-code.ts";
import { matchesPattern, type TextPattern } from "./text-pattern.ts";

/** Numberings under which a unit's identity is taken. */
export interface Numberings {
  /** True where ISBT 128 is one of them. */
  readonly isbt128: boolean;
  readonly others: readonly OtherNumbering[];
}

/** Another numbering than ISBT 128. */
export interface OtherNumbering {
  readonly name: string;
  readonly din: TextPattern;
  readonly product: TextPattern;
}

/** ISBT 128 alone: what applies where nothing was configured. */
export const standardNumberings: Numberings = { isbt128: true, others: [] };

/** An identity that one of the numberings takes. */
export interface KnownIdentity {
  readonly din: string;
  readonly productCode: string;
  /** `ISBT 128`, or the other numbering's name. */
  readonly numbering: string;
}

/** Why an identity is refused; listed in docs/errors.md. */
export type NumberingErrorCode = "numbering.din-unknown" | "numbering.product-unknown";

/** The outcome of looking an identity up. */
export type IdentityResult =
  | { readonly ok: true; readonly identity: KnownIdentity }
  | { readonly ok: false; readonly code: NumberingErrorCode; readonly why: string };

/** The name of the standard's own numbering. */
export const isbt128Name = "ISBT 128";

/**
 * Finds the numbering that takes a number and a product code; ISBT 128 goes first, then the others as they are listed. Both texts are as the wire has
 * them: capital letters and digits, small letters where ISBT 128 product codes have them.
 */
export function identify(numberings: Numberings, din: string, productCode: string): IdentityResult {
  const candidates = candidatesFor(numberings, din);
  if (candidates.length === 0)
    return {
      ok: false,
      code: "numbering.din-unknown",
      why: `${din} is no number of ${namesOf(numberings)}.`,
    };
  const taken = candidates.find(({ takesProduct }) => takesProduct(productCode));
  if (taken === undefined)
    return {
      ok: false,
      code: "numbering.product-unknown",
      why: `${productCode} is no product code of ${candidates.map(({ name }) => name).join(" or ")}.`,
    };
  return { ok: true, identity: { din, productCode, numbering: taken.name } };
}

interface Candidate {
  readonly name: string;
  readonly takesProduct: (text: string) => boolean;
}

function candidatesFor({ isbt128, others }: Numberings, din: string): Candidate[] {
  const standard: Candidate[] =
    isbt128 && parseDin(din) !== null ? [{ name: isbt128Name, takesProduct: isIsbtProduct }] : [];
  const rest = others
    .filter((other) => matchesPattern(other.din, din))
    .map(({ name, product }) => ({ name, takesProduct: (text: string) => matchesPattern(product, text) }));
  return [...standard, ...rest];
}

/** True for a product code of ISBT 128 as units carry it: 8 characters, with the division of 6 behind it where it refers to one. */
function isIsbtProduct(text: string): boolean {
  const result = parseProductCode(text.slice(0, 8));
  if (!result.ok) return false;
  const division = text.slice(8);
  return (
    division === "" || (result.product.division === dividedElsewhere && parseDivision(division) !== null)
  );
}

function namesOf({ isbt128, others }: Numberings): string {
  const names = [...(isbt128 ? [isbt128Name] : []), ...others.map(({ name }) => name)];
  return names.length === 0 ? "any numbering: none is configured" : names.join(" or ");
}

/** A number as people read it: ISBT 128 numbers as labels print them, with the check character; others as they are. */
export function showDin(numberings: Numberings, din: string): string {
  const parsed = numberings.isbt128 ? parseDin(din) : null;
  return parsed === null ? din : printDin(parsed);
}
