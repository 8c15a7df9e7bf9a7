import { type IsbtRefusal, refuse } from "./refusal.ts";

/** Which register a product code comes from, by its first letter. */
export type ProductFamily = "blood" | "national" | "other";

/** A product code of ISBT 128 (data structure 003). What the description code means stands in the user's licensed copy of the register. */
export interface ProductCode {
  /** The code, 8 characters. */
  readonly text: string;
  /** Product description code, the first 5 characters. */
  readonly description: string;
  readonly family: ProductFamily;
  /** Collection type, 1 character. */
  readonly collection: string;
  /** Division, 2 characters: `00` undivided; `99` says that it stands in a product divisions structure of its own. */
  readonly division: string;
}

/** The outcome of reading a product code. */
export type ProductCodeResult = { readonly ok: true; readonly product: ProductCode } | IsbtRefusal;

/** The division that refers to a product divisions structure. */
export const dividedElsewhere = "99";

const codeForm = /^([A-Z][A-Z0-9]{4})([A-Za-z0-9])([A-Z0-9][a-z0-9])$/;
const bloodForm = /^[EF]\d{4}/;
const longDivision = /^[A-Za-z0-9]{6}$/;

/** Reads the 8 characters of a product code, without data identifier. Small letters have meaning in it and are not folded. */
export function parseProductCode(text: string): ProductCodeResult {
  if (/^[a-z]/.test(text) && text.length === 8)
    return refuse(
      "isbt.case-damaged",
      "Capital and small letters came exchanged or folded, and a product code needs them. Switch off Caps Lock and scan again.",
    );
  const [, description, collection, division] = codeForm.exec(text) ?? [];
  if (description === undefined || collection === undefined || division === undefined)
    return refuse(
      "isbt.product-invalid",
      "A product code has 8 characters: 5 of the product, 1 of the collection, 2 of the division.",
    );
  const family = familyOf(description);
  if (family === "blood" && !bloodForm.test(description))
    return refuse(
      "isbt.product-invalid",
      `${description} is no product description code: a blood component's has a letter and 4 digits.`,
    );
  return { ok: true, product: { text, description, family, collection, division } };
}

function familyOf(description: string): ProductFamily {
  if (/^[EF]/.test(description)) return "blood";
  return /^[A-D]/.test(description) ? "national" : "other";
}

/** Reads the 6 characters of a product divisions structure (032). Null where they are none. */
export function parseDivision(text: string): string | null {
  return longDivision.test(text) ? text : null;
}

/** A product's division in the 6 characters that the product divisions structure and the MPHO identifier have: `A0` is `A00000`. */
export function sixCharacterDivision(product: ProductCode, division: string | null): string {
  return product.division === dividedElsewhere && division !== null ? division : `${product.division}0000`;
}
