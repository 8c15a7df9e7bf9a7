import { formatInstant } from "@coldkeep/core/time/millis.ts";
import type { TrailEntry, TrailFilter, TrailReads } from "./trail-reads.ts";

/** Entries of one export at most; its last line says where it was cut. */
export const exportEntriesMax = 1_000_000;

/** Entries that are read at once, between which others are served. */
const chunkEntries = 1_000;

const columns = [
  "seq",
  "at",
  "atMs",
  "actor",
  "action",
  "subject",
  "detail",
  "journalSeq",
  "previous",
  "hash",
] as const;

/** How an export ended: the entries in it, and whether all that match are. */
interface Ending {
  entries: number;
  isWhole: boolean;
}

async function* chunks(
  reads: TrailReads,
  filter: TrailFilter,
  upTo: number,
  ending: Ending,
): AsyncGenerator<readonly TrailEntry[]> {
  const { first, last } = reads.range(filter);
  const end = Math.min(last, upTo);
  let next: number | null = first > end ? null : first;
  while (next !== null) {
    const found = reads.forward(filter, { first: next, last: end }, chunkEntries);
    const taken = found.entries.slice(0, exportEntriesMax - ending.entries);
    ending.entries += taken.length;
    ending.isWhole = taken.length === found.entries.length;
    if (taken.length > 0) yield taken;
    if (!ending.isWhole) return;
    ({ next } = found);
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
}

/**
 * The entries as lines of JSON, oldest first, up to the trail's head as it is now. The first line says what was asked for and the head, the last how many entries came and
 * whether all of them. Each entry has what its hash is made of, so that it can be checked by itself (docs/records.md, "Chains").
 */
export async function* exportJsonLines(
  reads: TrailReads,
  filter: TrailFilter,
  about: { readonly site: string; readonly at: number },
): AsyncGenerator<string> {
  const head = reads.head();
  const ending: Ending = { entries: 0, isWhole: true };
  yield `${JSON.stringify({ kind: "trail", site: about.site, at: formatInstant(about.at), filter, head })}\n`;
  for await (const entries of chunks(reads, filter, head.seq, ending))
    yield entries.map((entry) => `${JSON.stringify({ kind: "entry", ...entry })}\n`).join("");
  yield `${JSON.stringify({ kind: "end", entries: ending.entries, complete: ending.isWhole })}\n`;
}

/**
 * The entries as CSV (RFC 4180), oldest first. What a spreadsheet would take for a formula has an apostrophe before it, which is no part of the entry. The last line
 * says where the export was cut, if it was.
 */
export async function* exportCsv(reads: TrailReads, filter: TrailFilter): AsyncGenerator<string> {
  const { seq } = reads.head();
  const ending: Ending = { entries: 0, isWhole: true };
  yield `${columns.join(",")}\r\n`;
  for await (const entries of chunks(reads, filter, seq, ending))
    yield entries.map((entry) => `${csvCells(entry).map(csvCell).join(",")}\r\n`).join("");
  if (!ending.isWhole) yield `${csvCell(`cut after ${ending.entries} entries`)}\r\n`;
}

function csvCells(entry: TrailEntry): readonly (string | number)[] {
  const { seq, at, actor, action, subject, detail, journalSeq, previous, hash } = entry;
  return [seq, formatInstant(at), at, actor, action, subject, detail, journalSeq, previous, hash];
}

function csvCell(value: string | number): string {
  const text = typeof value === "number" ? String(value) : value.replace(/^[=+\-@\t\r]/, "'$&");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
