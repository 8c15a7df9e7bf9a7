import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createZstdDecompress } from "node:zlib";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { headerBytes, type Manifest, readHeader } from "./manifest.ts";

/** Says how far an act is, in bytes. */
export type ByteProgress = (what: string, doneBytes: number, ofBytes: number) => void;

/** Bytes read at once. */
const chunkBytes = 1024 * 1024;

/**
 * Reads a backup's manifest and holds every byte of the file against it. Throws `restore.unreadable`, `restore.not-a-backup`, `restore.version-unknown`,
 * `restore.incomplete` and `restore.damaged`, which name the first thing that is wrong.
 */
export async function checkBackupFile(path: string, progress: ByteProgress): Promise<Manifest> {
  const file = await open(path, "r").catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CodedError("restore.unreadable", `The backup ${path} cannot be read: ${reason}`, { cause });
  });
  try {
    const header = Buffer.alloc(headerBytes);
    const { bytesRead } = await file.read(header, 0, headerBytes, 0);
    const read = readHeader(header.subarray(0, bytesRead));
    if (!read.ok) throw new CodedError(read.code, `${path} is refused: ${read.what}. Take another backup.`);
    const { packed } = read.manifest;
    const size = (await file.stat()).size;
    const due = headerBytes + packed.bytes;
    if (size < due)
      throw new CodedError(
        "restore.incomplete",
        `${path} is refused: it is cut off after ${size} of ${due} bytes. Take another backup.`,
      );
    if (size > due) throw damaged(path, `${size - due} bytes follow its end (byte ${due} and beyond)`);
    const sha256 = await hashRest(path, packed.bytes, progress);
    if (sha256 !== packed.sha256)
      throw damaged(path, `its packed records (bytes ${headerBytes} to ${size - 1}) were changed`);
    return read.manifest;
  } finally {
    await file.close();
  }
}

/** Unpacks a checked backup's records into a new file and makes them durable. Throws `restore.damaged` where they are not what the manifest says. */
export async function unpackBackup(
  path: string,
  manifest: Manifest,
  into: string,
  progress: ByteProgress,
): Promise<void> {
  const { bytes, sha256 } = manifest.content;
  const hash = createHash("sha256");
  let done = 0;
  const target = await open(into, "wx", 0o600);
  try {
    await pipeline(
      createReadStream(path, { start: headerBytes, highWaterMark: chunkBytes }),
      createZstdDecompress(),
      async function store(pieces: AsyncIterable<Buffer>) {
        for await (const piece of pieces) {
          hash.update(piece);
          await writeAll(target, piece, done);
          done += piece.length;
          if (done > bytes)
            throw damaged(path, `its records are longer than the ${bytes} bytes that it says`);
          progress("unpacked", done, bytes);
        }
      },
    );
    if (done !== bytes || hash.digest("hex") !== sha256)
      throw damaged(path, "its records are not those that its manifest has the hash of");
    await target.sync();
  } finally {
    await target.close();
  }
}

async function hashRest(path: string, bytes: number, progress: ByteProgress): Promise<string> {
  const hash = createHash("sha256");
  let done = 0;
  for await (const piece of createReadStream(path, { start: headerBytes, highWaterMark: chunkBytes })) {
    hash.update(piece as Buffer);
    done += (piece as Buffer).length;
    progress("hashed", done, bytes);
  }
  return hash.digest("hex");
}

async function writeAll(file: FileHandle, piece: Buffer, at: number): Promise<void> {
  for (let done = 0; done < piece.length;) {
    done += (await file.write(piece, done, piece.length - done, at + done)).bytesWritten;
  }
}

function damaged(path: string, what: string): CodedError {
  return new CodedError("restore.damaged", `${path} is refused: ${what}. Take another backup.`);
}
