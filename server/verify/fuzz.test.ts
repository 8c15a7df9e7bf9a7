import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { appendOnlySql, appendOnlyTables } from "../store/append-only.ts";
import { chainRows } from "./stored-records.ts";
import { chainShapes, entryOf, hashAfter, type StoredRow, type StoredValue } from "./chain-rows.ts";
import { type ChainsCheck, checkChains } from "./check-chains.ts";
import type { ChainName, Finding } from "./finding.ts";
import type { KnownHead } from "./known-heads.ts";
import { busyServer } from "../testing/busy-server.ts";
import { verifyCommand } from "./verify-command.ts";

/**
 * Goal: no change of any entry of a copied journal or trail goes unnoticed, and the entry that is named first is the right one. Method: the records of a busy day of a
 * real server; 10,000 mutations of its rows through the function that the command checks with, some hundred of its file through the command itself. Whoever recomputes a
 * chain from the changed place to its end is found by a head from elsewhere, and by nothing else: that is asserted as well. fast-check prints seed and path of what fails.
 */

const runs = Number(process.env["RUNS"] ?? 10_000);
const fileRuns = Number(process.env["FILE_RUNS"] ?? 300);

type Rows = Readonly<Record<ChainName, readonly StoredRow[]>>;

const folder = mkdtempSync(join(tmpdir(), "coldkeep-fuzz-"));
const whole = join(folder, "whole.sqlite");
const copy = join(folder, "copy.sqlite");
let rows: Rows = { journal: [], audit: [] };

function readRows(path: string): Rows {
  const sqlite = new DatabaseSync(`file:${path}?immutable=1`, { readOnly: true });
  try {
    return { journal: [...chainRows(sqlite, "journal")], audit: [...chainRows(sqlite, "audit")] };
  } finally {
    sqlite.close();
  }
}

beforeAll(async () => {
  const server = await busyServer();
  const path = String(server.server.services.database.prepare("PRAGMA database_list").get()?.["file"]);
  await server.server.stop();
  copyFileSync(path, whole);
  rmSync(join(path, "..", ".."), { recursive: true });
  rows = readRows(whole);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hashOf = (row: StoredRow | undefined): string => String(row?.at(-1));

function headAt(chain: ChainName, sequence: number, digits = 64): KnownHead {
  return { chain, sequence, hash: hashOf(rows[chain][sequence - 1]).slice(0, digits), from: "a report" };
}

/** What somebody does to a chain. `first`: the number that must be named. */
interface Mutated {
  readonly list: readonly StoredRow[];
  readonly first: number;
}

interface Draw {
  readonly chain: ChainName;
  readonly place: number;
  readonly other: number;
  readonly column: number;
  readonly bit: number;
  readonly value: StoredValue;
}

const draw: fc.Arbitrary<Draw> = fc.record({
  chain: fc.constantFrom<ChainName>("journal", "audit"),
  place: fc.nat({ max: 1_000_000 }),
  other: fc.nat({ max: 1_000_000 }),
  column: fc.nat({ max: 8 }),
  bit: fc.nat({ max: 1_000_000 }),
  value: fc.constantFrom<StoredValue>(null, 0n, 1.5, "", "x", new Uint8Array(), new Uint8Array([255])),
});

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function flipBytes(bytes: Uint8Array, bit: number): Uint8Array {
  if (bytes.length === 0) return new Uint8Array([1 + (bit % 127)]);
  const flipped = Uint8Array.from(bytes);
  const at = Math.floor(bit / 8) % flipped.length;
  flipped[at] = (flipped[at] ?? 0) ^ (1 << (bit % 8));
  return flipped;
}

function flip(value: StoredValue, bit: number): StoredValue {
  if (typeof value === "bigint") return value ^ (1n << BigInt(bit % 63));
  if (value instanceof Uint8Array) return flipBytes(value, bit);
  const bytes = flipBytes(new TextEncoder().encode(String(value)), bit);
  try {
    return utf8.decode(bytes);
  } catch {
    return bytes;
  }
}

const put = (row: StoredRow, index: number, value: StoredValue): StoredRow =>
  row.map((each, at) => (at === index ? value : each));

/** The row with its own hash made right for what it says and for the row before. */
function rehashed(chain: ChainName, row: StoredRow, before: StoredRow | undefined): StoredRow {
  const previous = before === undefined ? "0".repeat(64) : hashOf(before);
  const linked = put(row, row.length - 2, previous);
  const read = entryOf(chain, linked);
  if (!read.ok) throw new Error(read.what);
  return put(linked, row.length - 1, hashAfter(previous, read.entry));
}

/** All rows from a place on, made right again by somebody who knows the algorithm. */
function rechained(chain: ChainName, list: readonly StoredRow[], from: number): StoredRow[] {
  const made = list.slice(0, from);
  for (const row of list.slice(from))
    made.push(rehashed(chain, put(row, 0, BigInt(made.length + 1)), made.at(-1)));
  return made;
}

/** Changes what an entry says and leaves number, time and link to the journal. */
function reworded(chain: ChainName, row: StoredRow, column: number): StoredRow {
  const texts = chainShapes[chain].columns.flatMap(([name, type], index) =>
    type === "text" && name !== "previous" && name !== "hash" ? [index] : [],
  );
  const index = texts[column % texts.length] ?? 2;
  return put(row, index, `${String(row[index])}!`);
}

const mutations: Readonly<Record<string, (list: readonly StoredRow[], drawn: Draw) => Mutated>> = {
  flip: (list, { place, column, bit }) => {
    const at = place % list.length;
    const row = list[at] ?? [];
    const index = column % row.length;
    const value = flip(row[index] ?? null, bit);
    const isBelow =
      index === 0 && value !== null && Number(value) <= at && Number.isSafeInteger(Number(value));
    return { list: list.with(at, put(row, index, value)), first: isBelow ? Number(value) : at + 1 };
  },
  type: (list, { place, column, value }) => {
    const at = place % list.length;
    const row = list[at] ?? [];
    const index = column % row.length;
    const isSame = typeof row[index] === typeof value && row[index] !== null && value !== null;
    return { list: list.with(at, put(row, index, isSame ? null : value)), first: at + 1 };
  },
  remove: (list, { place }) => {
    const at = place % (list.length - 3);
    return { list: list.toSpliced(at, 1 + (place % 3)), first: at + 1 };
  },
  duplicate: (list, { place }) => {
    const at = place % list.length;
    return { list: list.toSpliced(at, 0, list[at] ?? []), first: at + 1 };
  },
  swap: (list, { place, other }) => {
    const [low, high] = pair(list, place, other);
    return { list: list.with(low, list[high] ?? []).with(high, list[low] ?? []), first: low + 1 };
  },
  exchange: (list, { place, other }) => {
    const [low, high] = pair(list, place, other);
    const as = (from: number, to: number): StoredRow => put(list[from] ?? [], 0, BigInt(to + 1));
    return { list: list.with(low, as(high, low)).with(high, as(low, high)), first: low + 1 };
  },
  rotate: (list, { place }) => {
    const by = 1 + (place % (list.length - 1));
    return { list: [...list.slice(by), ...list.slice(0, by)], first: 1 };
  },
  insert: (list, { chain, place, column }) => {
    const at = place % list.length;
    const made = rehashed(chain, reworded(chain, list[at] ?? [], column), list[at - 1]);
    return { list: list.toSpliced(at, 0, made), first: at + 1 };
  },
  "insert and number on": (list, { chain, place, column }) => {
    const at = place % list.length;
    const made = rehashed(chain, reworded(chain, list[at] ?? [], column), list[at - 1]);
    const rest = list.slice(at).map((row) => put(row, 0, BigInt(Number(row[0]) + 1)));
    return { list: [...list.slice(0, at), made, ...rest], first: at + 2 };
  },
  "remove and number on": (list, { place }) => {
    const at = place % (list.length - 1);
    const rest = list.slice(at + 1).map((row) => put(row, 0, BigInt(Number(row[0]) - 1)));
    return { list: [...list.slice(0, at), ...rest], first: at + 1 };
  },
  "reword with its own hash": (list, { chain, place, column }) => {
    const at = place % (list.length - 1);
    const made = rehashed(chain, reworded(chain, list[at] ?? [], column), list[at - 1]);
    return { list: list.with(at, made), first: at + 2 };
  },
};

function pair(list: readonly StoredRow[], place: number, other: number): [number, number] {
  const one = place % list.length;
  const two = (one + 1 + (other % (list.length - 1))) % list.length;
  return [Math.min(one, two), Math.max(one, two)];
}

const check = (chain: ChainName, list: readonly StoredRow[], heads: readonly KnownHead[] = []): ChainsCheck =>
  checkChains({ ...rows, [chain]: list }, heads);
const first = (chain: ChainName, { findings }: ChainsCheck): Finding | undefined =>
  findings.find((finding) => finding.chain === chain);

test("the records of the day have entries of many kinds, and unchanged they pass, with any of their own heads", () => {
  expect(rows.journal.length).toBeGreaterThan(100);
  expect(rows.audit.length).toBeGreaterThan(100);
  expect(new Set(rows.journal.map((row) => row[2])).size).toBeGreaterThan(7);
  const heads = (["journal", "audit"] as const).flatMap((chain) =>
    rows[chain].map((_, index) => headAt(chain, index + 1, 16)),
  );
  expect(checkChains(rows, heads).findings).toEqual([]);
});

test(`${runs} mutations of a copied journal or trail: each is found, and the first wrong entry is the one named`, () => {
  const kinds = Object.keys(mutations);
  fc.assert(
    fc.property(fc.constantFrom(...kinds), draw, (kind, drawn) => {
      const mutated = mutations[kind]?.(rows[drawn.chain], drawn);
      expect(first(drawn.chain, check(drawn.chain, mutated?.list ?? []))?.sequence).toBe(mutated?.first);
    }),
    { numRuns: Math.floor(runs * 0.8) },
  );
  fc.assert(
    fc.property(draw, ({ chain, place, other }) => {
      const list = rows[chain];
      const kept = place % list.length;
      const known = kept + 1 + (other % (list.length - kept));
      const finding = first(chain, check(chain, list.slice(0, kept), [headAt(chain, known)]));
      expect(finding).toMatchObject({ code: "verify.end-missing", sequence: kept + 1 });
    }),
    { numRuns: Math.floor(runs * 0.1) },
  );
  fc.assert(
    fc.property(draw, ({ chain, place, other, column }) => {
      const list = rows[chain];
      const at = place % list.length;
      const made = rechained(chain, list.with(at, reworded(chain, list[at] ?? [], column)), at);
      expect(check(chain, made).findings).toEqual([]);
      const known = 1 + (other % list.length);
      const { findings } = check(chain, made, [headAt(chain, known, 16 + (other % 49))]);
      if (known <= at) expect(findings).toEqual([]);
      else expect(findings).toMatchObject([{ code: "verify.head-differs", chain, sequence: known }]);
    }),
    { numRuns: Math.floor(runs * 0.1) },
  );
}, 120_000);

async function verdict(path: string, ...args: string[]): Promise<{ code: number; findings: Finding[] }> {
  const lines: string[] = [];
  const io = { print: (line: string) => void lines.push(line), readFile: () => "", environment: {} };
  const code = await verifyCommand([path, "--json", ...args], io);
  return { code, findings: (JSON.parse(lines.join("\n")) as { findings: Finding[] }).findings };
}

/** Statements that change an entry `n` of a chain in the file. */
const statements: readonly ((chain: ChainName, n: number) => string)[] = [
  (chain, n) => `UPDATE ${chain} SET at = at + 1 WHERE seq = ${n}`,
  (chain, n) => `UPDATE ${chain} SET at = CAST(at AS TEXT) || 'x' WHERE seq = ${n}`,
  (chain, n) => `UPDATE ${chain} SET at = at + 0.5 WHERE seq = ${n}`,
  (chain, n) => `DELETE FROM ${chain} WHERE seq = ${n}`,
  (chain, n) => `UPDATE ${chain} SET hash = upper(hash) || '' WHERE seq = ${n}`,
  (chain, n) => `UPDATE ${chain} SET ${chain === "journal" ? "source" : "actor"} = 'nobody' WHERE seq = ${n}`,
  (chain, n) =>
    `UPDATE ${chain} SET ${chain === "journal" ? "body = CAST(body AS TEXT)" : "detail = CAST(detail AS BLOB)"} WHERE seq = ${n}`,
  (chain, n) => `UPDATE ${chain} SET seq = -seq WHERE seq = ${n}`,
  (chain, n) => `UPDATE ${chain} SET previous = hash WHERE seq = ${n}`,
  (chain, n) =>
    `UPDATE ${chain} SET ${chain === "journal" ? "kind" : "subject"} = CAST(x'ff' AS TEXT) WHERE seq = ${n}`,
];

test("statements that change a file are found by the command, which names the entry", async () => {
  expect(await verdict(whole)).toEqual({ code: 0, findings: [] });
  const triggers = appendOnlyTables.flatMap(({ name }) =>
    ["update", "delete"].map((what) => `DROP TRIGGER ${name}_no_${what}`),
  );
  const inserting = appendOnlyTables.map(({ name }) => `DROP TRIGGER ${name}_only_adds`);
  for (const [index, statement] of statements.entries()) {
    for (const chain of ["journal", "audit"] as const) {
      const n = 2 + ((index * 37) % (rows[chain].length - 2));
      copyFileSync(whole, copy);
      const sqlite = new DatabaseSync(copy);
      sqlite.exec(
        `PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF; ${[...triggers, ...inserting].join("; ")}`,
      );
      sqlite.exec(statement(chain, n));
      sqlite.exec(appendOnlySql(appendOnlyTables));
      sqlite.close();
      const { code, findings } = await verdict(copy);
      const named = statement(chain, n).includes("-seq") ? -n : n;
      expect([statement(chain, n), code, findings.find((each) => each.chain === chain)?.sequence]).toEqual([
        statement(chain, n),
        1,
        named,
      ]);
    }
  }
});

test("a protection that was taken away or made toothless is found", async () => {
  for (const sql of [
    "DROP TRIGGER journal_no_update",
    "DROP TRIGGER audit_only_adds",
    "DROP TRIGGER audit_no_delete; CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT 1; END",
    "CREATE TRIGGER other AFTER INSERT ON journal BEGIN SELECT 1; END",
  ]) {
    copyFileSync(whole, copy);
    const sqlite = new DatabaseSync(copy);
    sqlite.exec(`PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF; ${sql}`);
    sqlite.close();
    const { code, findings } = await verdict(copy);
    expect([sql, code, findings.map((each) => each.code)]).toEqual([sql, 1, ["verify.protection-missing"]]);
  }
});

test(`${fileRuns} files with changed bytes: found, or what the chains say is as before`, async () => {
  const bytes = readFileSync(whole);
  const told = JSON.stringify(rows, (_key, value: unknown) =>
    typeof value === "bigint" ? `${value}n` : value,
  );
  let found = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 4_095 })),
      fc.nat({ max: 7 }),
      async (at, bit) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        writeFileSync(copy, changed);
        const { code } = await verdict(copy);
        if (code === 0) {
          const now = JSON.stringify(readRows(copy), (_key, value: unknown) =>
            typeof value === "bigint" ? `${value}n` : value,
          );
          expect(now).toBe(told);
        } else found += 1;
      },
    ),
    { numRuns: fileRuns },
  );
  expect(found).toBeGreaterThan(fileRuns / 10);
}, 120_000);
