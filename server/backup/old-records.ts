import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";

/** What SQLite says where somebody else has a file (SQLITE_BUSY and its recovery of a log). */
const busyCodes: ReadonlySet<unknown> = new Set([5, 261]);

/**
 * Makes sure that no process works on a folder's records, and carries what waits in their write-ahead log into the file. Records that SQLite cannot read at all are nobody's. Throws
 * `records.in-use`.
 */
export function assertUnused(path: string): void {
  if (!existsSync(path)) return;
  let sqlite: DatabaseSync | null = null;
  try {
    sqlite = new DatabaseSync(path);
    sqlite.exec("PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT;");
  } catch (error) {
    if (!(error instanceof Error && "errcode" in error && busyCodes.has(error.errcode))) return;
    throw new CodedError(
      "records.in-use",
      `The records in ${path} are in use. Stop the server that works on them first.`,
      { cause: error },
    );
  } finally {
    sqlite?.close();
  }
}
