import { chainHash } from "../journal/hash-chain.ts";
import type { ChainName } from "./finding.ts";

/** A value as SQLite stores it, whatever the column was declared as. Text that is not UTF-8 comes as its bytes. */
export type StoredValue = bigint | number | string | Uint8Array | null;

/** A row as stored, in the order of the chain's columns. */
export type StoredRow = readonly StoredValue[];

/** Types of SQLite's values. */
export type StoredType = "integer" | "text" | "blob";

/** A chain's columns with the type that each value must have; the last three are body, previous hash and own hash. `kind` stands for the entry in words. */
export interface ChainShape {
  readonly columns: readonly (readonly [name: string, type: StoredType])[];
  /** Where the kind stands among the columns. */
  readonly kindAt: number;
}

/** Both chains (docs/records.md, "Chains"): the head of an entry is all columns before the body. */
export const chainShapes: Readonly<Record<ChainName, ChainShape>> = {
  journal: {
    columns: [
      ["seq", "integer"],
      ["at", "integer"],
      ["kind", "text"],
      ["source", "text"],
      ["encoding", "text"],
      ["body", "blob"],
      ["previous", "text"],
      ["hash", "text"],
    ],
    kindAt: 2,
  },
  audit: {
    columns: [
      ["seq", "integer"],
      ["at", "integer"],
      ["actor", "text"],
      ["action", "text"],
      ["subject", "text"],
      ["journal_seq", "integer"],
      ["detail", "text"],
      ["previous", "text"],
      ["hash", "text"],
    ],
    kindAt: 3,
  },
};

/** An entry whose values all have the types that they must have. */
export interface Entry {
  readonly seq: number;
  readonly at: number;
  readonly kind: string;
  readonly head: readonly (string | number)[];
  readonly body: string | Uint8Array;
  readonly previous: string;
  readonly hash: string;
}

/** Reads a row as an entry; says which column has a value of a wrong type. */
export function entryOf(
  chain: ChainName,
  row: StoredRow,
): { readonly ok: true; readonly entry: Entry } | { readonly ok: false; readonly what: string } {
  const { columns, kindAt } = chainShapes[chain];
  const head: (string | number)[] = [];
  for (const [index, [name, type]] of columns.entries()) {
    const value = row[index] ?? null;
    const found = typeOf(value);
    if (found !== type) return { ok: false, what: `its ${name} is stored as ${found}, not as ${type}` };
    if (index >= columns.length - 3) continue;
    if (typeof value === "bigint") {
      const number = Number(value);
      if (!Number.isSafeInteger(number))
        return { ok: false, what: `its ${name} is ${value}, which is no time or number of ours` };
      head.push(number);
    } else head.push(value as string);
  }
  const [body, previous, hash] = row.slice(columns.length - 3) as [string | Uint8Array, string, string];
  const [seq, at] = head as [number, number];
  return { ok: true, entry: { seq, at, kind: String(head[kindAt]), head, body, previous, hash } };
}

/** The hash that an entry must have after another. */
export function hashAfter(previous: string, { head, body }: Entry): string {
  return chainHash(previous, head, body);
}

/** A whole number of a row, where there is one that can be told. */
export function wholeNumber(value: StoredValue | undefined): number | null {
  if (typeof value !== "bigint") return null;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : null;
}

function typeOf(value: StoredValue): string {
  if (value === null) return "null";
  if (typeof value === "bigint") return "integer";
  if (typeof value === "number") return "real";
  return typeof value === "string" ? "text" : "blob";
}
