import { parseDin, readDin } from "@coldkeep/core/isbt/din.ts";
import { labelUnit, unitKeyOf } from "@coldkeep/core/isbt/label-unit.ts";
import { parseProductCode } from "@coldkeep/core/isbt/product-code.ts";
import { readScan } from "@coldkeep/core/isbt/scan.ts";
import type { Structure } from "@coldkeep/core/isbt/structure.ts";
import { identify, type Numberings } from "@coldkeep/core/numbering/numbering.ts";

/** What a text in the search field asks for. `refused`: a label or number that cannot be right, and why. */
export type UnitQuery =
  | { readonly kind: "all" }
  | { readonly kind: "unit"; readonly din: string; readonly productCode: string }
  | { readonly kind: "number"; readonly din: string }
  | { readonly kind: "part"; readonly prefix: string }
  | { readonly kind: "refused"; readonly code: string; readonly why: string };

/** Longest text that is searched for, in characters: several barcodes of one label. */
export const queryLengthMax = 300;

/** Longest beginning of a number that is searched for, in characters. */
const prefixLengthMax = 30;

/** Reads what was scanned or typed to find units: whole labels, numbers as they are printed, or how a number begins. Never throws, whatever the text. */
export function readUnitQuery(text: string, numberings: Numberings): UnitQuery {
  const trimmed = text.trim();
  if (trimmed === "") return { kind: "all" };
  if (trimmed.length > queryLengthMax)
    return refused("isbt.too-long", `A search has at most ${queryLengthMax} characters.`);
  if (!/^[A-Za-z0-9\s[\]*]+$/.test(trimmed) || trimmed.startsWith("]")) return scanned(trimmed);
  return typedPair(trimmed, numberings) ?? typedNumber(trimmed, numberings);
}

function scanned(text: string): UnitQuery {
  const scan = readScan(text);
  if (!scan.ok) return refused(scan.code, scan.why);
  const label = labelUnit(scan.structures);
  if (label.ok) return { kind: "unit", ...unitKeyOf(label.unit) };
  const number = scan.structures.find((each): each is Structure & { kind: "din" } => each.kind === "din");
  return label.code === "isbt.unit-incomplete" && number !== undefined
    ? { kind: "number", din: number.din.text }
    : refused(label.code, label.why);
}

/** A number and a product code with blanks between, as lists and labels show them. */
function typedPair(text: string, numberings: Numberings): UnitQuery | null {
  const [, number, productCode] = /^(.+?)\s+([A-Za-z0-9]{3,20})$/s.exec(text) ?? [];
  if (number === undefined || productCode === undefined) return null;
  const entry = numberings.isbt128 ? readDin(number) : null;
  if (entry?.ok === true)
    return parseProductCode(productCode.slice(0, 8)).ok
      ? { kind: "unit", din: entry.din.text, productCode }
      : null;
  const known = identify(numberings, number.toUpperCase(), productCode.toUpperCase());
  return known.ok ? { kind: "unit", din: known.identity.din, productCode: known.identity.productCode } : null;
}

function typedNumber(text: string, numberings: Numberings): UnitQuery {
  const plain = text.replace(/[\s[\]]/g, "").toUpperCase();
  const entry = numberings.isbt128 ? readDin(text) : null;
  if (entry?.ok === true) return { kind: "number", din: entry.din.text };
  const isWhole = entry !== null && parseDin(plain.slice(0, 13)) !== null;
  if (entry !== null && isWhole && entry.code !== "isbt.din-invalid") return refused(entry.code, entry.why);
  if (plain.length > prefixLengthMax || !/^[A-Z0-9]+$/.test(plain))
    return refused("isbt.din-invalid", "This is neither a number of a unit nor the beginning of one.");
  return { kind: "part", prefix: plain };
}

function refused(code: string, why: string): UnitQuery {
  return { kind: "refused", code, why };
}
