import { X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { TlsSettings } from "./security-settings.ts";

/** A certificate and its key, as PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** A pair that belongs together. */
export interface CheckedPair {
  readonly pair: KeyPair;
  readonly expiresAt: EpochMs;
}

/** Reads the pair of the settings. Throws `settings.tls-unusable` for files that cannot be read, are no PEM, or do not belong together; their content is never told. */
export function readKeyPair({ cert, key, minVersion }: TlsSettings): CheckedPair {
  try {
    const pair = { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
    createSecureContext({ ...pair, minVersion });
    return { pair, expiresAt: new X509Certificate(pair.cert).validToDate.getTime() };
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "not PEM";
    throw new CodedError(
      "settings.tls-unusable",
      `The certificate ${cert} cannot be used with the key ${key} (${code}).`,
      { context: { cert, key }, cause },
    );
  }
}

/** What changes when a file of the pair is written or replaced. */
export function pairStamp({ cert, key }: TlsSettings): string {
  return [cert, key]
    .map((path) => {
      const found = statSync(path, { throwIfNoEntry: false });
      return found === undefined ? "none" : `${found.ino} ${found.mtimeMs} ${found.size}`;
    })
    .join(" / ");
}
