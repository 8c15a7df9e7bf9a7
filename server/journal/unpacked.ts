import { gunzipSync, zstdDecompressSync } from "node:zlib";

/** The text of an entry's body as it came. `encoding`: `identity`, `gzip` or `zstd`. */
export function unpacked(encoding: string, body: Uint8Array): string {
  const bytes =
    encoding === "gzip" ? gunzipSync(body) : encoding === "zstd" ? zstdDecompressSync(body) : body;
  return new TextDecoder().decode(bytes);
}
