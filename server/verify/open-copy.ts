import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { DatabaseSync } from "node:sqlite";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Manifest } from "../backup/manifest.ts";
import { type ByteProgress, checkBackupFile, unpackBackup } from "../backup/unpack-backup.ts";

/** Records opened to be read only. */
export interface OpenCopy {
  readonly path: string;
  readonly sqlite: DatabaseSync;
  /** What a backup says of the records in it; null where it is none. */
  readonly manifest: Manifest | null;
  readonly close: () => void;
}

/** The first bytes of a backup. */
const backupMagic = Buffer.from([0x50, 0x2a, 0x4d, 0x18]);

/**
 * Opens a data folder, a records file or a backup so that nothing is changed and nothing is left beside it. A file by itself is taken as it is. One whose server works on it, or did when
 * it was copied with its log, is read at one moment. A log without a server's index is read from a copy in the folder that TMPDIR names, and so is a
 * backup. Throws `records.unreadable` where there is nothing to read, and what reading a backup throws.
 */
export async function openCopy(given: string, progress: ByteProgress): Promise<OpenCopy> {
  const path = isFolder(given) ? join(given, "records.sqlite") : given;
  if (!existsSync(path))
    throw new CodedError(
      "records.unreadable",
      `There are no records at ${path}. Name the data folder, the file or a backup.`,
    );
  if (isBackup(path)) return openUnpacked(path, progress);
  const hasLog = existsSync(`${path}-wal`) && statSync(`${path}-wal`).size > 0;
  const hasIndex = existsSync(`${path}-shm`);
  if (!hasLog && !hasIndex) return opened(path, open(path, "?immutable=1"), null);
  return hasIndex ? opened(path, openShared(path), null) : openAside(path);
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

function isBackup(path: string): boolean {
  const start = Buffer.alloc(backupMagic.length);
  const file = readable(path, () => openSync(path, "r"));
  try {
    readSync(file, start, 0, start.length, 0);
  } finally {
    closeSync(file);
  }
  return start.equals(backupMagic);
}

function readable<Result>(path: string, read: () => Result): Result {
  try {
    return read();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CodedError("records.unreadable", `${path} cannot be read: ${reason}`, { cause });
  }
}

function open(path: string, search: string): DatabaseSync {
  const url = pathToFileURL(path);
  url.search = search;
  return readable(path, () => new DatabaseSync(url, { readOnly: true }));
}

/** One moment of records that somebody may be writing to. */
function openShared(path: string): DatabaseSync {
  const sqlite = open(path, "");
  sqlite.exec("PRAGMA busy_timeout = 5000; BEGIN");
  return sqlite;
}

function opened(path: string, sqlite: DatabaseSync, manifest: Manifest | null, folder?: string): OpenCopy {
  return {
    path,
    sqlite,
    manifest,
    close: () => {
      sqlite.close();
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function openAside(path: string): OpenCopy {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-verify-"));
  const copy = join(folder, "records.sqlite");
  try {
    for (const suffix of ["", "-wal"])
      copyFileSync(`${path}${suffix}`, `${copy}${suffix}`, constants.COPYFILE_FICLONE);
    return opened(path, new DatabaseSync(copy), null, folder);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function openUnpacked(path: string, progress: ByteProgress): Promise<OpenCopy> {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-verify-"));
  try {
    const manifest = await checkBackupFile(path, progress);
    const unpacked = join(folder, "records.sqlite");
    await unpackBackup(path, manifest, unpacked, progress);
    return opened(path, open(unpacked, "?immutable=1"), manifest, folder);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}
