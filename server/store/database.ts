import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import {
  type Compilable,
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import { appendOnlySql, appendOnlyTables } from "./append-only.ts";
import { alarmTablesSql } from "./alarm-tables.ts";
import { proposalTablesSql } from "./proposal-tables.ts";
import { peopleTablesSql } from "./people-tables.ts";
import { headTablesSql } from "./head-tables.ts";
import { signatureTablesSql } from "./signature-tables.ts";
import { trailIndexesSql } from "./trail-indexes.ts";
import { alarmEventColumns, projectionTablesSql } from "./projection-tables.ts";
import { readingColumns } from "./reading-columns.ts";
import { schemaSql, schemaVersion } from "./schema.ts";
import { settingsTablesSql } from "./settings-tables.ts";
import type { Tables } from "./tables.ts";
import { trustTablesSql } from "./trust-tables.ts";
import { choiceTablesSql } from "./choice-tables.ts";
import { correctiveTablesSql } from "./corrective-tables.ts";
import { dispositionTablesSql } from "./disposition-tables.ts";
import { holdFeedTablesSql } from "./hold-feed-tables.ts";
import { drillTablesSql } from "./drill-tables.ts";
import { drillColumn, drillIndexesSql, summonsTablesSql } from "./summons-tables.ts";
import { canaryTablesSql } from "./canary-tables.ts";
import { unitTablesSql } from "./unit-tables.ts";

/** Values that a statement takes. */
export type Value = SQLInputValue;

/**
 * The operational records: the only file that knows `node:sqlite` but those that copy and check whole files (server/backup). Calls are synchronous, so that nothing can come between the steps of a
 * transaction (docs/decisions/0002-synchronous-records.md).
 */
export interface Database {
  /** Builds queries; run them with `all`, `first` or `run`. */
  readonly query: Kysely<Tables>;
  readonly all: <Row>(query: Compilable<Row>) => Row[];
  readonly first: <Row>(query: Compilable<Row>) => Row | undefined;
  readonly run: (query: Compilable) => void;
  /** Prepares a statement for the hot path. */
  readonly prepare: (sql: string) => Statement;
  /** Prepares a question whose answers are many: each row is the list of its columns, which takes a third of the time. */
  readonly prepareRows: (sql: string) => (...values: Value[]) => readonly (readonly unknown[])[];
  /** Runs `work` in one transaction: all of it is stored durably, or, where it throws, none of it. */
  readonly transaction: <Result>(work: () => Result) => Result;
  /** Runs `work` in one transaction and takes all of it back, whatever it returned. */
  readonly rehearse: <Result>(work: () => Result) => Result;
  /** Runs reads that all see one and the same moment, while writers go on. */
  readonly snapshot: <Result>(work: () => Result) => Result;
  readonly close: () => void;
}

/** A prepared statement. */
export interface Statement {
  /** Runs it and returns how many rows it changed. */
  readonly run: (...values: Value[]) => number;
  readonly all: (...values: Value[]) => Record<string, unknown>[];
  readonly get: (...values: Value[]) => Record<string, unknown> | undefined;
  /** Hands out its rows one by one. */
  readonly iterate: (...values: Value[]) => Iterable<Record<string, unknown>>;
}

/** Prepared statements kept at most; the least lately added go first. */
const statementsMax = 500;

/**
 * Opens the records in a file (or `:memory:`) and creates the tables where it is new. `exclusive`: for nobody else until they are closed. Throws
 * `records.unreadable` for a file that cannot be opened, `records.version-unknown` for one of a newer version, `records.in-use` where they cannot be had exclusively.
 */
export function openDatabase(path: string, access: "shared" | "exclusive" = "shared"): Database {
  const sqlite = openFile(path);
  if (access === "exclusive") lockOut(sqlite, path);
  // The time to wait comes first: another process that reads the records may be bringing their log up to date at this moment.
  sqlite.exec(
    "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON;",
  );
  sqlite.exec("PRAGMA cache_size = -131072; PRAGMA wal_autocheckpoint = 8000; PRAGMA temp_store = MEMORY;");
  migrate(sqlite, path);
  const statements = new Map<string, StatementSync>();
  const prepared = (sql: string): StatementSync => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = sqlite.prepare(sql);
    statements.set(sql, statement);
    const oldest = statements.keys().next().value;
    if (statements.size > statementsMax && oldest !== undefined) statements.delete(oldest);
    return statement;
  };
  const all = <Row>(query: Compilable<Row>): Row[] => {
    const { sql, parameters } = query.compile();
    return prepared(sql).all(...(parameters as Value[])) as Row[];
  };
  return {
    query: queryBuilder(),
    all,
    first: (query) => all(query)[0],
    run: (query) => {
      const { sql, parameters } = query.compile();
      prepared(sql).run(...(parameters as Value[]));
    },
    prepare: (sql) => hotStatement(sqlite.prepare(sql)),
    prepareRows: (sql) => {
      const statement = sqlite.prepare(sql);
      statement.setReturnArrays(true);
      return (...values) => statement.all(...values) as unknown as unknown[][];
    },
    transaction: (work) => transaction(sqlite, "BEGIN IMMEDIATE", work),
    rehearse: (work) => {
      sqlite.exec("BEGIN IMMEDIATE");
      try {
        return work();
      } finally {
        if (sqlite.isTransaction) sqlite.exec("ROLLBACK");
      }
    },
    snapshot: (work) => transaction(sqlite, "BEGIN", work),
    close: () => sqlite.close(),
  };
}

function openFile(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CodedError(
      "records.unreadable",
      `The records ${path} cannot be opened: ${reason}. Is this the data folder? Name it with --data or COLDKEEP_DATA.`,
      { cause },
    );
  }
}

/** Takes the file for this process alone; a server that has it open stands in the way, also while it does nothing. */
function lockOut(sqlite: DatabaseSync, path: string): void {
  try {
    sqlite.exec("PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;");
    sqlite.exec("BEGIN EXCLUSIVE; COMMIT;");
  } catch (cause) {
    sqlite.close();
    throw new CodedError(
      "records.in-use",
      `The records in ${path} are in use. Stop the server that works on them first, or post the site file to it (POST /v1/site).`,
      { cause },
    );
  }
}

function queryBuilder(): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (database) => new SqliteIntrospector(database),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
}

function hotStatement(statement: StatementSync): Statement {
  return {
    run: (...values) => Number(statement.run(...values).changes),
    all: (...values) => statement.all(...values),
    get: (...values) => statement.get(...values),
    iterate: (...values) => statement.iterate(...values),
  };
}

function transaction<Result>(
  sqlite: DatabaseSync,
  begin: "BEGIN" | "BEGIN IMMEDIATE",
  work: () => Result,
): Result {
  sqlite.exec(begin);
  try {
    const result = work();
    sqlite.exec("COMMIT");
    return result;
  } catch (error) {
    if (sqlite.isTransaction) sqlite.exec("ROLLBACK");
    throw error;
  }
}

function migrate(sqlite: DatabaseSync, path: string): void {
  const version = Number(sqlite.prepare("PRAGMA user_version").get()?.["user_version"] ?? 0);
  if (version > schemaVersion) {
    throw new CodedError(
      "records.version-unknown",
      `The records in ${path} are of version ${version}, newer than this program's ${schemaVersion}. Start the newer Coldkeep.`,
    );
  }
  if (version === 0) {
    transaction(sqlite, "BEGIN IMMEDIATE", () =>
      sqlite.exec(`${schemaSql}; PRAGMA user_version = ${schemaVersion};`),
    );
  }
  sqlite.exec(alarmTablesSql);
  sqlite.exec(trustTablesSql);
  sqlite.exec(proposalTablesSql);
  sqlite.exec(projectionTablesSql);
  sqlite.exec(peopleTablesSql);
  sqlite.exec(signatureTablesSql);
  sqlite.exec(trailIndexesSql);
  sqlite.exec(unitTablesSql);
  sqlite.exec(summonsTablesSql);
  sqlite.exec(canaryTablesSql);
  sqlite.exec(holdFeedTablesSql);
  sqlite.exec(dispositionTablesSql);
  sqlite.exec(correctiveTablesSql);
  sqlite.exec(choiceTablesSql);
  addColumns(sqlite, "readings", readingColumns);
  addColumns(sqlite, "alarm_events", alarmEventColumns);
  addColumns(sqlite, "summonses", drillColumn);
  addColumns(sqlite, "deliveries", drillColumn);
  sqlite.exec(drillIndexesSql);
  sqlite.exec(drillTablesSql);
  sqlite.exec(headTablesSql);
  sqlite.exec(settingsTablesSql);
  sqlite.exec(appendOnlySql(appendOnlyTables));
}

function addColumns(
  sqlite: DatabaseSync,
  table: string,
  columns: readonly (readonly [name: string, definition: string])[],
): void {
  const known = new Set(
    sqlite
      .prepare(`PRAGMA table_info(${table})`)
      .all()
      .map((row) => row["name"]),
  );
  for (const [name, definition] of columns) {
    if (!known.has(name)) sqlite.exec(`ALTER TABLE ${table} ADD COLUMN ${name} ${definition}`);
  }
}
