import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { type AppendOnlyTable, appendOnlyTables, appendOnlyTriggers } from "../store/append-only.ts";
import { schemaSql, schemaVersion } from "../store/schema.ts";
import { chainShapes, type StoredRow, type StoredValue } from "./chain-rows.ts";
import { type ChainName, fileFinding, type Finding } from "./finding.ts";
import type { KnownHead } from "./known-heads.ts";

/** Rows between two tellings of progress. */
const toldEvery = 10_000;

/** Cache of SQLite while it checks, KiB. */
const cacheKiB = 65_536;

/** Reads a chain's rows as they are stored: every value with the type that it has, text by its bytes. */
export function* chainRows(
  sqlite: DatabaseSync,
  chain: ChainName,
  progress: (done: number) => void = () => undefined,
): Generator<StoredRow> {
  const { columns } = chainShapes[chain];
  // Text is taken as bytes: read as text, bytes that are no UTF-8 would look like others.
  const asStored = columns.map(([name, type]) =>
    type === "text" ? `typeof(${name}) AS t_${name}, CAST(${name} AS BLOB) AS ${name}` : name,
  );
  const select = sqlite.prepare(`SELECT ${asStored.join(", ")} FROM ${chain} ORDER BY seq`);
  select.setReadBigInts(true);
  const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let done = 0;
  for (const row of select.iterate()) {
    yield columns.map(([name, type]) =>
      type === "text" ? textOf(row[`t_${name}`], row[name], utf8) : (row[name] ?? null),
    );
    done += 1;
    if (done % toldEvery === 0) progress(done);
  }
}

/** A value of a text column. What is not text stays what it is, for the check to name. */
function textOf(
  type: SQLOutputValue | undefined,
  value: SQLOutputValue | undefined,
  utf8: TextDecoder,
): StoredValue {
  if (type === "null" || value === undefined) return null;
  if (type === "text" && value instanceof Uint8Array) {
    try {
      return utf8.decode(value);
    } catch {
      return value;
    }
  }
  return type === "integer" ? 0n : type === "real" ? 0.5 : value;
}

/** Asks SQLite whether the file is whole, and whether its version is known. */
export function checkFile(sqlite: DatabaseSync): Finding | null {
  sqlite.exec(`PRAGMA cache_size = -${cacheKiB}`);
  const version = Number(sqlite.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (version < 1 || version > schemaVersion)
    return fileFinding(
      "verify.table-changed",
      `The records say that they are of version ${version}; this program knows 1 to ${schemaVersion}`,
    );
  const integrity = sqlite.prepare("PRAGMA integrity_check(1)").get()?.["integrity_check"];
  if (integrity === "ok") return null;
  return fileFinding(
    "verify.file-damaged",
    `SQLite's integrity check says: ${String(integrity).slice(0, 300)}`,
  );
}

/** Holds tables and triggers of the append-only tables against what this program makes: the first table that is another, and every protection that is missing. */
export function checkProtection(sqlite: DatabaseSync): Finding[] {
  const rows = sqlite.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema").all();
  const findings: Finding[] = [];
  for (const chain of ["journal", "audit"] as const) {
    const stored = rows.filter((row) => row["name"] === chain);
    const due = tableStatement(chain);
    if (stored.length !== 1 || stored[0]?.["type"] !== "table" || stored[0]["sql"] !== due)
      findings.push(fileFinding("verify.table-changed", `The table ${chain} is not as Coldkeep makes it`));
  }
  const there = new Set(rows.map((row) => row["name"]));
  for (const table of appendOnlyTables.filter(({ name }) => there.has(name)))
    findings.push(...checkTriggers(table, rows));
  return findings;
}

function checkTriggers(table: AppendOnlyTable, rows: Record<string, SQLOutputValue>[]): Finding[] {
  const { name } = table;
  const triggers = rows.filter((row) => row["type"] === "trigger" && row["tbl_name"] === name);
  const known = new Set<unknown>(appendOnlyTriggers(table));
  const findings = appendOnlyTriggers(table)
    .filter((sql) => !triggers.some((row) => row["sql"] === sql))
    .map((sql) =>
      fileFinding(
        "verify.protection-missing",
        `The trigger ${triggerName(sql)} that keeps ${name} append-only is missing or was changed; records of an older Coldkeep gain it when a server starts on them`,
      ),
    );
  for (const { name: trigger, sql } of triggers) {
    if (known.has(sql) || findings.some(({ what }) => what.includes(` ${String(trigger)} `))) continue;
    findings.push(
      fileFinding(
        "verify.protection-missing",
        `The trigger ${String(trigger)} on ${name} is none of Coldkeep's`,
      ),
    );
  }
  return findings;
}

function triggerName(sql: string): string {
  return sql.split(" ")[2] ?? sql;
}

/** The statement by which the schema makes a table. */
function tableStatement(name: string): string {
  const start = schemaSql.indexOf(`CREATE TABLE ${name} (`);
  return schemaSql.slice(start, schemaSql.indexOf("\n);", start) + 2);
}

/** The daily heads that the records keep themselves: they too must lie on the chains. */
export function ownHeads(sqlite: DatabaseSync): KnownHead[] {
  const isThere = sqlite.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'heads'").get();
  if (isThere === undefined) return [];
  const select = sqlite.prepare(
    "SELECT day, journal_sequence, journal_hash, audit_sequence, audit_hash FROM heads ORDER BY day",
  );
  select.setReadBigInts(true);
  return select.all().flatMap((row) => {
    const from = `the records' own head of ${String(row["day"])}`;
    return (["journal", "audit"] as const).map((chain) => ({
      chain,
      sequence: Number(row[`${chain}_sequence`]),
      hash: String(row[`${chain}_hash`]),
      from,
    }));
  });
}
