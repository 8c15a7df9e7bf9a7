import { createHash } from "node:crypto";

/** The hash before the first entry of a chain. */
export const chainStart = "0".repeat(64);

/** SHA-256 in hex. */
export function sha256Hex(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}

/**
 * The hash that chains an entry to the one before it: SHA-256 over the previous hash, the entry's head fields as one line of JSON, and its body
 * (docs/records.md, "Chains").
 */
export function chainHash(
  previous: string,
  head: readonly (string | number)[],
  body: Uint8Array | string,
): string {
  return createHash("sha256")
    .update(previous)
    .update(JSON.stringify(head))
    .update("\n")
    .update(body)
    .digest("hex");
}
