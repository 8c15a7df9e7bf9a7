import { sha256Hex } from "../journal/hash-chain.ts";
import * as z from "zod";

/** The version of the backup's form; one of a newer form is refused. */
export const backupFormat = 1;

/**
 * Bytes before the packed records. They are a zstd skippable frame (RFC 8878, 3.1.2), so that any zstd program unpacks the records from the file as it is, should
 * no Coldkeep be at hand.
 */
export const headerBytes = 4_096;

/** A chain's newest entry; sequence 0 and 64 zeros where it has none. */
const headSchema = z.strictObject({
  sequence: z.int().min(0),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});

/** What a backup says of itself. */
export const manifestSchema = z.strictObject({
  format: z.literal(backupFormat),
  /** The program that made it. */
  program: z.string(),
  /** The version of the records' tables. */
  records: z.int().min(1),
  /** The site's id; null for records that know none yet. */
  site: z.string().nullable(),
  /** When, as an instant of UTC. */
  createdAt: z.iso.datetime(),
  journal: headSchema,
  audit: headSchema,
  /** Rows by table. */
  counts: z.record(z.string(), z.int().min(0)),
  /** The records' file, and how it lies in the backup, packed by zstd. */
  content: z.strictObject({ bytes: z.int().min(0), sha256: z.string().length(64) }),
  packed: z.strictObject({ bytes: z.int().min(0), sha256: z.string().length(64) }),
});

/** What a backup says of itself, checked. */
export type Manifest = z.output<typeof manifestSchema>;

/** The newest entry of a chain. */
export type ChainHead = Manifest["journal"];

/** The first bytes of a skippable frame, and of every backup. */
const magic = Buffer.from([0x50, 0x2a, 0x4d, 0x18]);
const frameHeadBytes = 8;
const name = "coldkeep-backup";

/** What reading a header came to. */
export type HeaderReading =
  | { readonly ok: true; readonly manifest: Manifest }
  | {
      readonly ok: false;
      readonly code:
        | "restore.not-a-backup"
        | "restore.incomplete"
        | "restore.damaged"
        | "restore.version-unknown";
      readonly what: string;
    };

/** The header of a backup: the frame's head, a line with the form's version, a line with the SHA-256 of all that follows, the manifest as JSON, spaces. */
export function writeHeader(manifest: Manifest): Buffer {
  const first = `${name} ${backupFormat}\n`;
  const room = headerBytes - frameHeadBytes - first.length - 65;
  const content = Buffer.from(JSON.stringify(manifest, null, 2));
  const filled = Buffer.concat([content, Buffer.alloc(room - content.length, " ")]);
  const head = Buffer.alloc(frameHeadBytes);
  magic.copy(head);
  head.writeUInt32LE(headerBytes - frameHeadBytes, 4);
  return Buffer.concat([head, Buffer.from(`${first}${sha256Hex(filled)}\n`), filled]);
}

/** Reads a header. Any change of any of its bytes is seen. Never throws. */
export function readHeader(bytes: Uint8Array): HeaderReading {
  const header = Buffer.from(bytes);
  const no = (code: Exclude<HeaderReading, { ok: true }>["code"], what: string): HeaderReading => ({
    ok: false,
    code,
    what,
  });
  if (header.length === 0 || header.subarray(0, headerBytes).every((byte) => byte === 0))
    return no("restore.incomplete", "it was never completed: its manifest was not written");
  if (!header.subarray(0, 4).equals(magic.subarray(0, header.length)))
    return no("restore.not-a-backup", "it does not begin like a backup of Coldkeep");
  if (header.length < headerBytes)
    return no(
      "restore.incomplete",
      `it is cut off after ${header.length} bytes, within its manifest (bytes 0 to ${headerBytes - 1})`,
    );
  const text = header.toString("latin1", frameHeadBytes, headerBytes);
  const version = /^coldkeep-backup ([1-9]\d{0,5})\n/.exec(text);
  if (header.readUInt32LE(4) !== headerBytes - frameHeadBytes || version === null)
    return no("restore.not-a-backup", "it does not begin like a backup of Coldkeep");
  if (Number(version[1]) !== backupFormat)
    return no("restore.version-unknown", `it has form ${version[1]}, and this program knows ${backupFormat}`);
  const hashAt = frameHeadBytes + version[0].length;
  const filled = header.subarray(hashAt + 65, headerBytes);
  if (header.toString("latin1", hashAt, hashAt + 65) !== `${sha256Hex(filled)}\n`)
    return no("restore.damaged", `its manifest (bytes 0 to ${headerBytes - 1}) was changed`);
  const parsed = manifestSchema.safeParse(jsonOrNull(filled.toString("utf8")));
  if (!parsed.success)
    return no("restore.damaged", "its manifest is not as Coldkeep writes it, though its hash is right");
  return { ok: true, manifest: parsed.data };
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
