import { readFileSync } from "node:fs";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { BrokerSettings } from "./broker-settings.ts";

/** Certificates and key as the TLS library takes them. */
export interface TlsFiles {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/**
 * Reads the files that the settings name; at each connection anew, so that renewed certificates need no restart. Throws
 * `mqtt.tls-file-unreadable`, which names the file.
 */
export function readTlsFiles(settings: Pick<BrokerSettings, "ca" | "cert" | "key">): TlsFiles {
  const { ca, cert, key } = settings;
  return {
    ...(ca === undefined ? {} : { ca: read("ca", ca) }),
    ...(cert === undefined ? {} : { cert: read("cert", cert) }),
    ...(key === undefined ? {} : { key: read("key", key) }),
  };
}

function read(field: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? "unreadable";
    throw new CodedError(
      "mqtt.tls-file-unreadable",
      `${field}: ${path} cannot be read (${reason}): look at the path and its rights`,
      { context: { field, path }, cause: error },
    );
  }
}
