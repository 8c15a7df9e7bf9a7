import { type LabelSymbol, readSymbol } from "./compound.ts";
import { looksLikeWrongKeyboard } from "./keyboard.ts";
import { type IsbtRefusal, refuse } from "./refusal.ts";
import { parsePrintedSec } from "./sec.ts";
import type { Structure } from "./structure.ts";

/** Longest text of one scan in characters: a whole Data Matrix message of a label many times over. */
export const scanLengthMax = 2_000;

/** What one scan gave: one barcode or several after one another. */
export interface Scan {
  readonly symbols: readonly LabelSymbol[];
  /** All their structures in the order in which they came. */
  readonly structures: readonly Structure[];
}

/** The outcome of reading a scan. */
export type ScanResult = ({ readonly ok: true } & Scan) | IsbtRefusal;

/** Symbologies in which ISBT 128 labels are printed, by their AIM identifiers: Code 128 alone and concatenated, and Data Matrix. */
const symbologies = new Set(["]C0", "]C4", "]d0", "]d1", "]d2"]);

/** What scanners set around and between barcodes: control characters and blanks. */
// oxlint-disable-next-line no-control-regex
const between = /[\u0000-\u001f\u007f]+/;
// oxlint-disable-next-line no-control-regex
const around = /^[\u0000-\u0020\u007f]+|[\u0000-\u0020\u007f]+$/g;

/**
 * Reads what a scanner sent: strips symbology prefixes and control characters, reads each barcode, and says what is wrong where one cannot be read.
 * Never throws, whatever the text.
 */
export function readScan(text: string): ScanResult {
  if (text.length > scanLengthMax)
    return refuse("isbt.too-long", `One scan has at most ${scanLengthMax} characters.`);
  const symbols: LabelSymbol[] = [];
  for (const part of text.split(between)) {
    const trimmed = part.replace(around, "");
    if (trimmed === "") continue;
    const result = readPart(trimmed);
    if (!result.ok) return result;
    symbols.push(result.symbol);
  }
  if (symbols.length === 0) return refuse("isbt.empty", "The scan is empty.");
  return { ok: true, symbols, structures: symbols.flatMap(({ structures }) => structures) };
}

function readPart(part: string): { readonly ok: true; readonly symbol: LabelSymbol } | IsbtRefusal {
  const prefix = /^\][A-Za-z][0-9A-Za-z]/.exec(part)?.[0];
  if (prefix !== undefined && !symbologies.has(prefix))
    return refuse(
      "isbt.symbology-other",
      `The scanner calls this barcode ${prefix}, in which no blood label is printed. Scan the label of the unit.`,
    );
  const body = prefix === undefined ? part : part.slice(prefix.length).replace(around, "");
  const result = readBody(body);
  const isSuspect = !result.ok || result.symbol.structures.some(({ kind }) => kind === "unknown");
  if (isSuspect && looksLikeWrongKeyboard(body))
    return refuse(
      "isbt.keyboard-layout",
      "The scanner types for another keyboard than this computer has (AZERTY, QWERTY or QWERTZ). Set the scanner to this computer's keyboard, or let it send by USB as a scanner; then scan again.",
    );
  return result;
}

function readBody(body: string): { readonly ok: true; readonly symbol: LabelSymbol } | IsbtRefusal {
  if (parsePrintedSec(body) !== null)
    return refuse(
      "isbt.sec-not-blood",
      "This is the Single European Code of tissue or cells; blood has none.",
    );
  if (body === "") return refuse("isbt.empty", "The scan has a prefix and nothing else.");
  if (!/^[=&]/.test(body))
    return refuse("isbt.not-isbt", "This is no ISBT 128 barcode: those begin with = or &.");
  if (!/^[\u0020-\u007e]+$/.test(body))
    return refuse("isbt.character-invalid", "The scan has characters that no label has. Scan again.");
  return readSymbol(body);
}
