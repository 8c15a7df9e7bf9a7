import { type IsbtRefusal, refuse } from "./refusal.ts";
import { formatStructure, type Structure, takeStructure } from "./structure.ts";

/** What one barcode holds: a structure, several in a row, or a compound message. */
export interface LabelSymbol {
  readonly structures: readonly Structure[];
  /** The number of the table that orders a compound message, `000` for any order; null where it is no compound message. */
  readonly compound: string | null;
}

/** The outcome of reading one barcode. */
export type SymbolResult = { readonly ok: true; readonly symbol: LabelSymbol } | IsbtRefusal;

/** Most structures in one barcode: what a compound message can count. */
export const structuresMax = 99;

/** Reads what one barcode holds: printable ASCII without the scanner's prefix. */
export function readSymbol(text: string): SymbolResult {
  const [header, countText, reference] = /^=\+(\d{2})(\d{3})/.exec(text) ?? [];
  if (header === undefined || countText === undefined || reference === undefined) {
    if (text.startsWith("=+"))
      return refuse("isbt.compound-invalid", "The head of the compound message is damaged. Scan again.");
    return readRow(text, null);
  }
  const result = readRow(text.slice(header.length), reference);
  if (!result.ok) return result;
  const { structures } = result.symbol;
  if (structures.some(({ kind }) => kind === "national"))
    return refuse(
      "isbt.compound-invalid",
      "A compound message may not hold structures of a nation or facility.",
    );
  return structures.length === Number(countText) && structures.length > 0
    ? result
    : refuse(
        "isbt.compound-count",
        `The compound message says that it holds ${Number(countText)} structures, but ${structures.length} came. Scan again.`,
      );
}

function readRow(text: string, compound: string | null): SymbolResult {
  const structures: Structure[] = [];
  let rest = text;
  while (rest !== "") {
    if (rest.startsWith("=+"))
      return refuse("isbt.compound-invalid", "A compound message stands alone, and holds none.");
    if (structures.length === structuresMax)
      return refuse("isbt.too-long", `One barcode holds at most ${structuresMax} structures.`);
    const taken = takeStructure(rest);
    if (!taken.ok) return taken;
    structures.push(taken.structure);
    rest = taken.rest;
  }
  return { ok: true, symbol: { structures, compound } };
}

/** Writes a barcode's contents. The count of a compound message is that of the structures. */
export function formatSymbol({ structures, compound }: LabelSymbol): string {
  const head = compound === null ? "" : `=+${String(structures.length).padStart(2, "0")}${compound}`;
  return head + structures.map(formatStructure).join("");
}
