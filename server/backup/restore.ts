import { existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { checkRecords } from "./check-records.ts";
import type { Manifest } from "./manifest.ts";
import { peopleKeyName } from "../people/people-key.ts";
import { sealKeyFile } from "../reports/seal-key.ts";
import { assertUnused } from "./old-records.ts";
import { endWhatLetsIn } from "./restored-people.ts";
import { type ByteProgress, checkBackupFile, unpackBackup } from "./unpack-backup.ts";
import { syncFolder } from "./write-backup.ts";

/** Where a backup's records go. */
export interface RestoreOrder {
  readonly from: string;
  /** The data folder; made where it is not there. */
  readonly data: string;
  /** Sets aside what is in the folder, in a folder of this name within it; null refuses a folder in which there is something. */
  readonly setAside: string | null;
  readonly progress: ByteProgress;
}

/** What the records are called in a data folder. */
const recordsName = "records.sqlite";

/** What SQLite keeps beside them. */
const companions = ["-wal", "-shm", "-journal"] as const;

/** How the folder begins in which a backup is unpacked and checked. */
export const workPrefix = ".restoring-";

/** Keys stay in the folder: no backup has them, and the restored records need the same ones. */
const keys: ReadonlySet<string> = new Set([peopleKeyName, sealKeyFile]);

/** How the folders begin in which older records were set aside. */
export const asidePrefix = "before-restore-";

/**
 * Checks a backup whole: every byte, SQLite's integrity, both chains, the counts. `work` is a folder with room for the unpacked records, in which nothing is left. Throws as
 * `checkBackupFile` and `checkRecords` do, and `restore.no-space`.
 */
export async function verifyBackup(from: string, work: string, progress: ByteProgress): Promise<Manifest> {
  return inWorkFolder(work, async (folder) => checkInto(from, join(folder, recordsName), progress));
}

/**
 * Puts a backup's records into a data folder, once everything about them was found right. Until then the folder's own records are untouched. Throws
 * `restore.folder-not-empty`, `records.in-use`, `restore.no-space`, `restore.failed`, and what checking a backup throws.
 */
export async function restoreBackup(order: RestoreOrder): Promise<Manifest> {
  const { from, data, setAside, progress } = order;
  assertTakes(data, setAside);
  const isNew = !existsSync(data);
  if (isNew) mkdirSync(data, { recursive: true });
  removeWork(data);
  try {
    return await inWorkFolder(data, async (folder) => {
      const fresh = join(folder, recordsName);
      const manifest = await checkInto(from, fresh, progress);
      assertTakes(data, setAside);
      endWhatLetsIn(fresh);
      place(fresh, data, setAside);
      return manifest;
    });
  } catch (error) {
    if (isNew && readdirSync(data).length === 0) rmSync(data, { recursive: true });
    throw error;
  }
}

/** What a restore that was killed left. */
function removeWork(data: string): void {
  for (const name of readdirSync(data).filter((each) => each.startsWith(workPrefix)))
    rmSync(join(data, name), { recursive: true });
}

async function checkInto(from: string, fresh: string, progress: ByteProgress): Promise<Manifest> {
  const manifest = await checkBackupFile(from, progress);
  await unpackBackup(from, manifest, fresh, progress);
  checkRecords(fresh, manifest, progress);
  return manifest;
}

function assertTakes(data: string, setAside: string | null): void {
  if (!existsSync(data)) return;
  assertUnused(join(data, recordsName));
  const there = readdirSync(data).filter((name) => !name.startsWith(workPrefix) && !keys.has(name));
  if (there.length === 0 || setAside !== null) return;
  throw new CodedError(
    "restore.folder-not-empty",
    `There is something in ${data} already (${there.slice(0, 3).join(", ")}). Name another folder, or say --force to set it aside.`,
  );
}

/** The records go in by one step of the file system, so that at no moment they are half there. */
function place(fresh: string, data: string, setAside: string | null): void {
  const target = join(data, recordsName);
  const old = readdirSync(data).filter(
    (name) => !name.startsWith(workPrefix) && !name.startsWith(asidePrefix) && !keys.has(name),
  );
  if (setAside === null || old.length === 0) {
    linkSync(fresh, target);
  } else {
    const aside = join(data, setAside);
    mkdirSync(aside);
    // A log of the old records would be taken for one of the new ones: it goes first.
    for (const suffix of companions) moveIfThere(data, aside, `${recordsName}${suffix}`);
    if (existsSync(target)) linkSync(target, join(aside, recordsName));
    renameSync(fresh, target);
    for (const name of old) if (name !== recordsName) moveIfThere(data, aside, name);
    syncFolder(aside);
  }
  syncFolder(data);
}

function moveIfThere(from: string, to: string, name: string): void {
  if (existsSync(join(from, name))) renameSync(join(from, name), join(to, name));
}

async function inWorkFolder<Result>(
  parent: string,
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  let folder: string | null = null;
  try {
    folder = mkdtempSync(join(parent, workPrefix));
    return await work(folder);
  } catch (error) {
    throw asRestoreError(error, parent);
  } finally {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  }
}

function asRestoreError(error: unknown, parent: string): unknown {
  if (error instanceof CodedError || !(error instanceof Error)) return error;
  const code = "code" in error ? error.code : undefined;
  if (code === "ENOSPC" || code === "EDQUOT")
    return new CodedError(
      "restore.no-space",
      `No room is left in ${parent} for the unpacked records; nothing was changed. Make room there; --verify-only works where TMPDIR says.`,
      { cause: error },
    );
  return new CodedError("restore.failed", `The backup could not be restored: ${error.message}`, {
    cause: error,
  });
}
