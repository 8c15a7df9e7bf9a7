import { rmSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { faultWords } from "@coldkeep/core/readings/reading.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { openDatabase } from "./database.ts";
import type { Row } from "./rows.ts";

/** What could still be read of a damaged buffer. */
export interface Salvaged {
  /** Readings and events that are back in line. */
  readonly entries: number;
  /** Entries that were set aside and are so again. */
  readonly refused: number;
  /** Entries that the damaged file held and that cannot be read; null where it does not even say how many it held. */
  readonly unreadable: number | null;
}

/** Most stretches of a damaged table that are tried: each unreadable one is tried again in halves. */
export const salvageReadsMax = 20_000;

/** Above every id that a buffer uses. */
const idMax = 2 ** 40;

/**
 * Takes over what can still be read of a damaged buffer into a new file at `target`: entries in their order but with new places and in no batch, ledgers, signals,
 * evidence. What reached the server already and comes again is the same reading there. Never touches the damaged file's content. Throws where the new
 * file cannot be written.
 */
export function salvage(damaged: string, target: string, createdAt: EpochMs): Salvaged {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(target + suffix, { force: true });
  const to = openDatabase(target, createdAt);
  let from: DatabaseSync | undefined;
  try {
    from = new DatabaseSync(damaged);
    return copyAll(from, to, createdAt);
  } finally {
    from?.close();
    to.close();
  }
}

function copyAll(from: DatabaseSync, to: DatabaseSync, createdAt: EpochMs): Salvaged {
  to.exec("BEGIN IMMEDIATE");
  const [meta] = rowsInOrder(from, "SELECT * FROM meta");
  const probes = new Set<number>();
  const addProbe = to.prepare("INSERT INTO probe (number, id) VALUES (?, ?)");
  // The names stand twice, in the table and in its index: without them no reading is worth anything.
  for (const where of ["NOT INDEXED", "INDEXED BY sqlite_autoindex_probe_1"])
    for (const row of rowsInOrder(from, `SELECT number, id FROM probe ${where}`)) {
      const [number, id] = [row["number"], row["id"]];
      const isNew = typeof number === "number" && typeof id === "string" && !probes.has(number);
      if (isNew && run(addProbe, number, id)) probes.add(number);
    }
  const isEntry = (row: Row): boolean =>
    probes.has(Number(row["probe"])) && isTime(row["at"]) && isValue(row["value"]);

  const addReading = to.prepare("INSERT INTO reading (id, probe, at, value, time) VALUES (?, ?, ?, ?, ?)");
  let entries = 0;
  for (const row of rowsById(from, "reading", "id"))
    if (isEntry(row) && run(addReading, entries + 1, ...entryOf(row))) entries += 1;

  const addRefused = to.prepare(
    "INSERT INTO refused (probe, at, value, time, code, refusedAt) VALUES (?, ?, ?, ?, ?, ?)",
  );
  let refused = 0;
  for (const row of rowsById(from, "refused", "id"))
    if (isEntry(row) && run(addRefused, ...entryOf(row), row["code"], row["refusedAt"])) refused += 1;

  for (const [table, columns] of Object.entries(plainTables)) {
    const add = to.prepare(
      `INSERT OR IGNORE INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
    );
    for (const row of rowsInOrder(from, `SELECT * FROM ${table}`))
      run(add, ...columns.map((name) => row[name]));
  }
  const nextSequence = Math.max(createdAt, Number(meta?.["nextSequence"] ?? 0));
  to.prepare("UPDATE meta SET nextReading = ?, nextSequence = ?, held = ? WHERE one = 1").run(
    entries + 1,
    nextSequence,
    entries + refused,
  );
  to.exec("COMMIT");
  const held = meta?.["held"];
  return {
    entries,
    refused,
    unreadable: typeof held === "number" ? Math.max(0, held - entries - refused) : null,
  };
}

/** Tables that are taken over column by column. */
const plainTables = {
  ledger: ["device", "boot", "source", "lastHeardAt", "kept", "lost", "anchors"],
  signal: ["channel", "active", "at"],
  evidence: ["at", "source", "code", "excerpt"],
} as const;

const entryOf = (row: Row): unknown[] => [row["probe"], row["at"], row["value"], row["time"] ?? null];

const isTime = (value: unknown): boolean =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

/** What an entry's value can be; damage can leave anything. */
const isValue = (value: unknown): boolean =>
  typeof value === "number"
    ? value >= -273.15 && value <= 1_000
    : value === "on" || value === "off" || faultWords.some((fault) => fault === value);

/** False where the new file does not take such a row. */
function run(statement: StatementSync, ...values: unknown[]): boolean {
  try {
    statement.run(...(values as (number | string)[]));
    return true;
  } catch (error) {
    if (
      ((error as { errcode?: number }).errcode ?? 0) % 256 === sqliteConstraint ||
      error instanceof TypeError
    )
      return false;
    throw error;
  }
}

const sqliteConstraint = 19;

/** The rows up to the first that cannot be read. */
function* rowsInOrder(from: DatabaseSync, select: string): Generator<Row> {
  try {
    yield* from.prepare(select).iterate() as Iterable<Row>;
  } catch {
    // The rest is damaged, or the format is older than the table.
  }
}

/** The rows that can be read, in order of their ids: around what is damaged. */
function* rowsById(from: DatabaseSync, table: string, id: string): Generator<Row> {
  const ranges: [number, number][] = [[0, idMax]];
  for (let reads = 0; reads < salvageReadsMax; reads += 1) {
    const range = ranges.pop();
    if (range === undefined) return;
    let [first, last] = range;
    try {
      const select = from.prepare(`SELECT * FROM ${table} WHERE ${id} BETWEEN ? AND ? ORDER BY ${id}`);
      for (const row of select.iterate(first, last) as Iterable<Row>) {
        first = Number(row[id]) + 1;
        yield row;
      }
    } catch {
      if (first >= last) continue;
      const middle = Math.floor((first + last) / 2);
      ranges.push([middle + 1, last], [first, middle]);
    }
  }
}
