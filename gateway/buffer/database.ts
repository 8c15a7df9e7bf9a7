import { DatabaseSync } from "node:sqlite";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { logBytesMax } from "./buffer.ts";
import { schemaSql, schemaVersion, upgrades } from "./schema.ts";

/** Memory for pages of the file: what is read again at once is what was just written. KiB. */
const cacheKib = 2_048;

/** Pages in the log after which they are carried over into the file: a page that changes often is then written there once. */
const checkpointPages = 1_000;

/**
 * Opens the buffer's file with what makes a commit durable when it returns, making its tables or bringing them to the present format.
 * Throws `buffer.newer`, and SQLite's own errors.
 */
export function openDatabase(path: string, createdAt: EpochMs): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: 5_000 });
  try {
    db.exec(
      `PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-${cacheKib};
       PRAGMA wal_autocheckpoint=${checkpointPages}; PRAGMA journal_size_limit=${logBytesMax};`,
    );
    prepareSchema(db, path, createdAt);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function prepareSchema(db: DatabaseSync, path: string, createdAt: EpochMs): void {
  const version = Number(db.prepare("PRAGMA user_version").get()?.["user_version"] ?? 0);
  if (version > schemaVersion) {
    throw new CodedError(
      "buffer.newer",
      `The buffer ${path} was written by a newer gateway (format ${version}, this one knows ${schemaVersion}). Install the newer gateway again.`,
      { context: { path, version } },
    );
  }
  if (version === schemaVersion) return;
  const steps = upgrades.slice(Math.max(0, version - 1)).join("");
  db.exec(
    `BEGIN IMMEDIATE; ${version === 0 ? schemaSql : ""} ${steps} PRAGMA user_version=${schemaVersion};`,
  );
  if (version === 0) db.prepare("INSERT INTO meta VALUES (1, 1, ?, 1, 1, 1, 0)").run(createdAt);
  db.exec("COMMIT");
}
