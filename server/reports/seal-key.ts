import { generateKeyPairSync } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { type SealKey, sealKeyOf } from "./seal.ts";

/** The file of the key in the data folder; only its owner reads it. */
export const sealKeyFile = "report.key";

/**
 * The key with which this server seals its reports, made where there is none yet. A new one does not make reports of an older one doubtful: each names its key, and heads kept elsewhere tell which was
 * the server's. Throws `reports.key-unreadable`.
 */
export function openSealKey(dataFolder: string): SealKey {
  const path = join(dataFolder, sealKeyFile);
  try {
    return sealKeyOf(readFileSync(path, "utf8"));
  } catch (cause) {
    if (isMissing(cause)) return makeSealKey(path);
    throw new CodedError(
      "reports.key-unreadable",
      `The key in ${path} cannot be read. Restore it, or move it away: the next start makes a new one.`,
      { cause },
    );
  }
}

function makeSealKey(path: string): SealKey {
  const { privateKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ type: "pkcs8", format: "pem" });
  writeFileSync(path, pem, { mode: 0o600, flag: "wx" });
  return sealKeyOf(pem);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
