import { existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { WatchStore } from "./watch-store.ts";

/** The watch's file inside the data folder. It is apart from the buffer's, so that neither waits for the other. */
export const watchFileName = "watch.db";

/** An opened store, and the damaged file that had to be set aside for it, if there was one. */
export interface OpenedWatchStore {
  readonly store: WatchStore;
  readonly damagedFile: string | null;
}

/**
 * Opens the watch's store in a folder, making both where they do not exist. A damaged file is set aside under another name and a new one begun: the server tells the plan
 * again. Throws `watch.open-failed` where the folder cannot be used.
 */
export function openSqliteWatchStore(folder: string, at: EpochMs): OpenedWatchStore {
  const path = join(folder, watchFileName);
  try {
    mkdirSync(folder, { recursive: true });
    try {
      return { store: sqliteWatchStore(path), damagedFile: null };
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
    const damagedFile = `${path}.damaged-${at}`;
    for (const suffix of ["", "-wal", "-shm"]) {
      if (existsSync(path + suffix)) renameSync(path + suffix, damagedFile + suffix);
    }
    return { store: sqliteWatchStore(path), damagedFile };
  } catch (cause) {
    throw new CodedError(
      "watch.open-failed",
      `The file of the watch ${path} cannot be opened: ${String(cause)}. Check that the data folder exists, can be written and is not full.`,
      { context: { path }, cause },
    );
  }
}

const sqliteCorrupt = 11;
const sqliteNotADatabase = 26;

function isDamage(error: unknown): boolean {
  const code = ((error as { errcode?: number }).errcode ?? 0) % 256;
  return code === sqliteCorrupt || code === sqliteNotADatabase;
}

function sqliteWatchStore(path: string): WatchStore {
  const db = new DatabaseSync(path, { timeout: 5_000 });
  try {
    db.exec(
      "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-512; PRAGMA journal_size_limit=4194304;" +
        "CREATE TABLE IF NOT EXISTS item (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID;",
    );
    db.prepare("SELECT count(*) FROM item").get();
  } catch (error) {
    db.close();
    throw error;
  }
  const save = db.prepare(
    "INSERT INTO item (name, text) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET text=excluded.text",
  );
  const drop = db.prepare("DELETE FROM item WHERE name = ?");
  return {
    load: () =>
      new Map(
        db
          .prepare("SELECT name, text FROM item")
          .all()
          .map((row) => [String(row["name"]), String(row["text"])]),
      ),
    write: (changes) => {
      if (changes.length === 0) return;
      try {
        db.exec("BEGIN IMMEDIATE");
        for (const [name, text] of changes) {
          if (text === null) drop.run(name);
          else save.run(name, text);
        }
        db.exec("COMMIT");
      } catch (cause) {
        if (db.isTransaction) db.exec("ROLLBACK");
        throw new CodedError(
          "watch.write-failed",
          `The file of the watch ${path} could not be written: ${String(cause)}.`,
          {
            context: { path },
            cause,
          },
        );
      }
    },
    close: () => db.close(),
  };
}
