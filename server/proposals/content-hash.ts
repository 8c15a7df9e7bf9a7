import { createHash } from "node:crypto";
import { canonicalText } from "@coldkeep/core/site/dated.ts";

/** SHA-256 (hex) of plain data with its keys in order: equal content has an equal hash. */
export function contentHash(content: unknown): string {
  return createHash("sha256").update(canonicalText(content)).digest("hex");
}
