import { type Din, printDin } from "./din.ts";
import type { LabelDate } from "./label-date.ts";
import { dividedElsewhere, type ProductCode } from "./product-code.ts";
import { type IsbtRefusal, refuse } from "./refusal.ts";
import type { Structure } from "./structure.ts";

/** What a label says about a unit. Null is what its barcodes did not tell. */
export interface LabelUnit {
  readonly din: Din;
  readonly flags: string | null;
  readonly product: ProductCode;
  /** Division of 6 characters, where a structure of its own tells it. */
  readonly division: string | null;
  readonly expiry: LabelDate | null;
  /** Blood group code, uninterpreted. */
  readonly group: string | null;
}

/** The outcome of finding a unit in what was scanned. */
export type LabelUnitResult = { readonly ok: true; readonly unit: LabelUnit } | IsbtRefusal;

/** Finds the one unit that the structures of a scan, or of several scans of one label, tell of. Its number and product are needed. */
export function labelUnit(structures: readonly Structure[]): LabelUnitResult {
  if (structures.some(({ kind }) => kind === "sec"))
    return refuse(
      "isbt.sec-not-blood",
      "The label has a Single European Code: it is of tissue or cells, not of blood.",
    );
  const dins = pick(structures, "din");
  const products = pick(structures, "product");
  const divisions = pick(structures, "division");
  const expiries = pick(structures, "expiry");
  const groups = pick(structures, "group");
  const isAmbiguous =
    areSeveral(dins.map(({ din }) => din.text)) ||
    areSeveral(products.map(({ product }) => product.text)) ||
    areSeveral(divisions.map(({ division }) => division)) ||
    areSeveral(expiries.map(({ date }) => date.wall)) ||
    areSeveral(groups.map(({ group }) => group));
  if (isAmbiguous)
    return refuse(
      "isbt.unit-ambiguous",
      "The scans are of different units or labels. Scan one label again, whole.",
    );
  const [number] = dins;
  const [product] = products;
  const division = divisions[0]?.division ?? null;
  if (number === undefined)
    return refuse("isbt.unit-incomplete", "Scan the donation identification number too.");
  if (product === undefined) return refuse("isbt.unit-incomplete", "Scan the product code too.");
  if (product.product.division === dividedElsewhere && division === null)
    return refuse("isbt.unit-incomplete", "The product is divided: scan the barcode of its division too.");
  return {
    ok: true,
    unit: {
      din: number.din,
      flags: number.flags,
      product: product.product,
      division,
      expiry: expiries[0]?.date ?? null,
      group: groups[0]?.group ?? null,
    },
  };
}

function pick<Kind extends Structure["kind"]>(structures: readonly Structure[], kind: Kind) {
  return structures.filter((each): each is Structure & { readonly kind: Kind } => each.kind === kind);
}

const areSeveral = (texts: readonly string[]): boolean => new Set(texts).size > 1;

/** A unit's identity in Coldkeep: the number, and the product code, with the division behind it where the code refers to one. */
export function unitKeyOf(unit: Pick<LabelUnit, "din" | "product" | "division">): {
  readonly din: string;
  readonly productCode: string;
} {
  const { text, division } = unit.product;
  return {
    din: unit.din.text,
    productCode: text + (division === dividedElsewhere ? (unit.division ?? "") : ""),
  };
}

/** A unit in plain text, as printed: `G1234 17 654321 70 [A] E0398V00`. */
export function printUnit(unit: LabelUnit): string {
  return `${printDin(unit.din, unit.flags)} ${unitKeyOf(unit).productCode}`;
}
