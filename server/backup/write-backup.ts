import { createHash } from "node:crypto";
import { existsSync, fsyncSync, openSync, closeSync, readFileSync, rmSync, statSync } from "node:fs";
import { type FileHandle, open, rename } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { constants, createZstdCompress } from "node:zlib";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import { type FrozenRecords, freezeRecords } from "./frozen-records.ts";
import { backupFormat, headerBytes, type Manifest, writeHeader } from "./manifest.ts";

/** What a backup is made of and where it goes. */
export interface BackupOrder {
  /** Path of the records. */
  readonly records: string;
  /** A folder that is there, or the path of a file that is not there yet. */
  readonly to: string;
  /** Looks at the finished file before it gets its name; what it throws, the backup throws. */
  readonly verify?: (file: string) => Promise<void>;
  readonly progress: (doneBytes: number, ofBytes: number) => void;
  readonly stop?: AbortSignal;
}

/** A finished backup. */
export interface Backup {
  readonly path: string;
  readonly manifest: Manifest;
}

/** How an unfinished backup's name ends. */
export const partialSuffix = ".partial";

/** zstd's own default level: higher ones cost far more time than they save room (docs/backup.md). */
const level = 3;

/**
 * Makes a backup of records that may be written to meanwhile. It gets its name when it is complete and on the disk; whatever goes wrong before leaves nothing. Throws
 * `backup.exists`, `backup.no-space`, `backup.failed`, `backup.stopped`, and what freezing the records throws.
 */
export async function writeBackup(order: BackupOrder, clock: Clock): Promise<Backup> {
  const intoFolder = isFolder(order.to);
  if (!intoFolder && existsSync(order.to)) throw alreadyThere(order.to);
  const frozen = await freezeRecords(order.records, clock);
  try {
    const createdAt = formatInstant(clock.epochMs());
    const path = intoFolder ? join(order.to, fileName(frozen.facts.site, createdAt)) : order.to;
    const manifest = await writeWhole(order, frozen, createdAt, path);
    return { path, manifest };
  } finally {
    frozen.close();
  }
}

/** True for a folder that is there. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** A backup's name in a folder. */
export function fileName(site: string | null, createdAt: string): string {
  return `coldkeep-${site ?? "no-site"}-${createdAt.replace(/[-:.]/g, "")}.sqlite.zst`;
}

async function writeWhole(
  order: BackupOrder,
  frozen: FrozenRecords,
  createdAt: string,
  path: string,
): Promise<Manifest> {
  const partial = join(dirname(path), `.${basename(path)}.${process.pid}${partialSuffix}`);
  let file: FileHandle | null = null;
  try {
    file = await open(partial, "wx", 0o600);
    await file.write(Buffer.alloc(headerBytes), 0, headerBytes, 0);
    const stored = await pack(frozen, file, order);
    const manifest: Manifest = {
      format: backupFormat,
      program: programVersion(),
      createdAt,
      ...frozen.facts,
      ...stored,
    };
    await file.write(writeHeader(manifest), 0, headerBytes, 0);
    await file.sync();
    await file.close();
    file = null;
    frozen.close();
    await order.verify?.(partial);
    order.stop?.throwIfAborted();
    if (existsSync(path)) throw alreadyThere(path);
    await rename(partial, path);
    syncFolder(dirname(path));
    return manifest;
  } catch (error) {
    await file?.close().catch(() => undefined);
    rmSync(partial, { force: true });
    throw asBackupError(error, order, path);
  }
}

async function pack(
  frozen: FrozenRecords,
  file: FileHandle,
  { progress, stop }: BackupOrder,
): Promise<Pick<Manifest, "content" | "packed">> {
  const content = createHash("sha256");
  const packed = createHash("sha256");
  let read = 0;
  let written = 0;
  await pipeline(
    function* contents() {
      for (const chunk of frozen.chunks()) {
        content.update(chunk);
        read += chunk.length;
        progress(read, frozen.bytes);
        yield chunk;
      }
    },
    createZstdCompress({
      params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 },
    }),
    async function store(pieces: AsyncIterable<Buffer>) {
      for await (const piece of pieces) {
        packed.update(piece);
        await writeAll(file, piece, headerBytes + written);
        written += piece.length;
      }
    },
    stop === undefined ? {} : { signal: stop },
  );
  return {
    content: { bytes: read, sha256: content.digest("hex") },
    packed: { bytes: written, sha256: packed.digest("hex") },
  };
}

async function writeAll(file: FileHandle, piece: Buffer, at: number): Promise<void> {
  for (let done = 0; done < piece.length;) {
    done += (await file.write(piece, done, piece.length - done, at + done)).bytesWritten;
  }
}

/** Makes names in a folder durable. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function programVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

function alreadyThere(path: string): CodedError {
  return new CodedError(
    "backup.exists",
    `${path} is there already, and a backup is never written over. Name another file, or a folder.`,
  );
}

function asBackupError(error: unknown, order: BackupOrder, path: string): unknown {
  if (error instanceof CodedError || !(error instanceof Error)) return error;
  if (order.stop?.aborted === true)
    return new CodedError("backup.stopped", "The backup was stopped; nothing of it was left behind.");
  const code = "code" in error ? error.code : undefined;
  if (code === "ENOSPC" || code === "EDQUOT")
    return new CodedError(
      "backup.no-space",
      `No room is left in ${dirname(path)} for the backup; nothing of it was left behind. Make room there, keep fewer (--keep), or name another place with --to.`,
      { cause: error },
    );
  return new CodedError(
    "backup.failed",
    `The backup could not be written to ${path}: ${error.message}; nothing of it was left behind. Is the folder there, and may this user write to it?`,
    { cause: error },
  );
}
