import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import * as z from "zod";

/** The bearer tokens of the demo's machines. */
export interface Tokens {
  readonly gateway: string;
  readonly api: string;
}

const tokensSchema = z.object({ gateway: z.string().min(32), api: z.string().min(32) });

/** The tokens of a data folder: drawn at its first start and kept in a file that only its owner reads. */
export function tokensOf(path: string): Tokens {
  const kept = readTokens(path);
  if (kept !== null) return kept;
  const tokens = { gateway: newToken(), api: newToken() };
  writeFileSync(path, JSON.stringify(tokens), { mode: 0o600 });
  return tokens;
}

function newToken(): string {
  return randomBytes(32).toString("base64url");
}

function readTokens(path: string): Tokens | null {
  try {
    return tokensSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return null;
  }
}
