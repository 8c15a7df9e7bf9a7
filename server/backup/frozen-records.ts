import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { type Clock, sleep } from "@coldkeep/core/time/clock.ts";
import { chainStart } from "../journal/hash-chain.ts";
import type { ChainHead, Manifest } from "./manifest.ts";

/** Tables whose rows a backup counts. */
export const countedTables = ["journal", "audit", "readings", "excursions", "revisions", "units"] as const;

/** Bytes read at once. */
const chunkBytes = 1024 * 1024;

/** How often the records are tried to be held still, and the pause between two tries, milliseconds. A writer has to be met between two of its commits. */
const triesMax = 500;
const tryPauseMs = 20;

/** The records at one moment, while writers go on. */
export interface FrozenRecords {
  readonly bytes: number;
  readonly facts: Pick<Manifest, "records" | "site" | "journal" | "audit" | "counts">;
  /** Reads the file's bytes, each piece in memory of its own. */
  readonly chunks: () => Generator<Buffer>;
  /** Lets go of them; calling it again does nothing. */
  readonly close: () => void;
}

/**
 * Holds the records' file still at one moment without stopping those who write: a read transaction keeps SQLite from carrying anything newer from the write-ahead log into the
 * file, and a checkpoint beforehand has carried everything older there. So the file alone is the records of that moment for as long as it is held, and can be
 * read like any file; what is written meanwhile waits in the log, which grows by it.
 *
 * Throws `records.unreadable` for no such file or none of records, `records.in-use` where it cannot be held still in about ten seconds (another reader holds an older
 * moment, or somebody has it for themselves).
 */
export async function freezeRecords(path: string, clock: Clock): Promise<FrozenRecords> {
  if (!existsSync(path))
    throw new CodedError("records.unreadable", `There are no records at ${path}. Is this the data folder?`);
  // Closing a file lets go of every lock that this process has on it, SQLite's too; so this one is opened first and closed last.
  const file = openSync(path, "r");
  let holder: DatabaseSync | null = null;
  let checkpointer: DatabaseSync | null = null;
  let isClosed = false;
  const close = (): void => {
    if (isClosed) return;
    isClosed = true;
    if (holder?.isTransaction === true) holder.exec("ROLLBACK");
    // Carries on at once what waited, so that the server's next commit need not.
    checkpointer?.prepare("PRAGMA wal_checkpoint(PASSIVE)").get();
    checkpointer?.close();
    holder?.close();
    closeSync(file);
  };
  try {
    holder = connect(path);
    checkpointer = connect(path);
    await holdStill(holder, checkpointer, path, clock);
    const pages = numberOf(holder, "PRAGMA page_count");
    const bytes = pages * numberOf(holder, "PRAGMA page_size");
    const facts = factsOf(holder);
    if (fstatSync(file).size < bytes)
      throw new CodedError("records.unreadable", `The file ${path} is shorter than the records in it.`);
    return { bytes, facts, chunks: () => readChunks(file, bytes), close };
  } catch (error) {
    close();
    throw asRecordsError(error, path);
  }
}

function connect(path: string): DatabaseSync {
  const sqlite = new DatabaseSync(path);
  sqlite.exec("PRAGMA busy_timeout = 5000");
  return sqlite;
}

async function holdStill(
  holder: DatabaseSync,
  checkpointer: DatabaseSync,
  path: string,
  clock: Clock,
): Promise<void> {
  const checkpoint = checkpointer.prepare("PRAGMA wal_checkpoint(PASSIVE)");
  for (let tries = 0; tries < triesMax; tries += 1) {
    checkpoint.get();
    holder.exec("BEGIN");
    holder.prepare("SELECT count(*) FROM sqlite_schema").get();
    const { busy, log, checkpointed } = checkpoint.get() as Record<string, number>;
    // All frames of the log are in the file, so none is newer than what the holder reads, and none that is written from now on gets there.
    if (busy === 0 && log === checkpointed) return;
    holder.exec("ROLLBACK");
    await sleep(clock, tryPauseMs);
  }
  throw new CodedError(
    "records.in-use",
    `The records in ${path} cannot be held still: somebody reads an older moment of them (replay, another backup). Try again when that is done.`,
  );
}

function factsOf(sqlite: DatabaseSync): FrozenRecords["facts"] {
  const site = sqlite.prepare("SELECT site FROM sites ORDER BY number DESC LIMIT 1").get()?.["site"];
  return {
    records: numberOf(sqlite, "PRAGMA user_version"),
    site: typeof site === "string" ? site : null,
    journal: headOf(sqlite, "journal"),
    audit: headOf(sqlite, "audit"),
    counts: Object.fromEntries(
      countedTables.map((table) => [table, numberOf(sqlite, `SELECT count(*) FROM ${table}`)]),
    ),
  };
}

function headOf(sqlite: DatabaseSync, table: "journal" | "audit"): ChainHead {
  const row = sqlite.prepare(`SELECT seq, hash FROM ${table} ORDER BY seq DESC LIMIT 1`).get();
  return row === undefined
    ? { sequence: 0, hash: chainStart }
    : { sequence: Number(row["seq"]), hash: String(row["hash"]) };
}

function numberOf(sqlite: DatabaseSync, sql: string): number {
  return Number(Object.values(sqlite.prepare(sql).get() ?? {})[0] ?? 0);
}

function* readChunks(file: number, bytes: number): Generator<Buffer> {
  for (let at = 0; at < bytes;) {
    const chunk = Buffer.allocUnsafeSlow(Math.min(chunkBytes, bytes - at));
    const got = readSync(file, chunk, 0, chunk.length, at);
    if (got === 0) throw new CodedError("records.unreadable", "The records' file became shorter.");
    yield chunk.subarray(0, got);
    at += got;
  }
}

function asRecordsError(error: unknown, path: string): unknown {
  if (error instanceof CodedError || !(error instanceof Error) || !("errcode" in error)) return error;
  const busy = error.errcode === 5 || error.errcode === 261;
  return new CodedError(
    busy ? "records.in-use" : "records.unreadable",
    busy
      ? `Somebody has the records in ${path} for themselves. Try again when that is done.`
      : `The records ${path} cannot be read: ${error.message}. If they are damaged, restore the newest good backup.`,
    { cause: error },
  );
}
