import type { DatabaseSync } from "node:sqlite";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { chainStart } from "../journal/hash-chain.ts";
import type { Manifest } from "../backup/manifest.ts";
import type { ByteProgress } from "../backup/unpack-backup.ts";
import { type ChainsCheck, checkChains } from "./check-chains.ts";
import { type ChainName, fileFinding, type Finding } from "./finding.ts";
import type { KnownHead } from "./known-heads.ts";
import { openCopy } from "./open-copy.ts";
import { chainRows, checkFile, checkProtection, ownHeads } from "./stored-records.ts";

/** What verifying records came to. */
export interface Verification extends ChainsCheck {
  /** How many heads from elsewhere the chains were held against. */
  readonly headsKnown: number;
  /** How many daily heads the records keep themselves. */
  readonly headsOwn: number;
}

/**
 * Checks records offline: SQLite's pages, the tables and their protection, both chains from their first entries, and that every known head lies on them. Never changes
 * them. Throws `records.unreadable` where there is nothing to check; damage of any kind is a finding.
 */
export async function verifyRecords(
  path: string,
  heads: readonly KnownHead[],
  progress: ByteProgress,
): Promise<Verification> {
  let copy;
  try {
    copy = await openCopy(path, progress);
  } catch (error) {
    if (error instanceof CodedError && !error.code.startsWith("restore.")) throw error;
    return broken(error, heads.length);
  }
  try {
    return verifyOpen(copy.sqlite, [...heads, ...manifestHeads(copy.manifest)], heads.length, progress);
  } catch (error) {
    return broken(error, heads.length);
  } finally {
    copy.close();
  }
}

function verifyOpen(
  sqlite: DatabaseSync,
  heads: readonly KnownHead[],
  headsKnown: number,
  progress: ByteProgress,
): Verification {
  progress("checking SQLite's pages", 0, 1);
  const damage = checkFile(sqlite);
  const protection = checkProtection(sqlite);
  const own = ownHeads(sqlite);
  const of = Number(sqlite.prepare("SELECT coalesce(max(seq), 0) AS n FROM journal").get()?.["n"] ?? 0);
  const checked = checkChains(
    {
      journal: chainRows(sqlite, "journal", (done) => progress("journal entries", done, of)),
      audit: chainRows(sqlite, "audit"),
    },
    [...heads, ...own],
  );
  return {
    ...checked,
    findings: [...checked.findings, ...(damage === null ? [] : [damage]), ...protection],
    headsKnown,
    headsOwn: own.length / 2,
  };
}

function manifestHeads(manifest: Manifest | null): KnownHead[] {
  if (manifest === null) return [];
  const from = `the backup's manifest of ${manifest.createdAt}`;
  return (["journal", "audit"] as const).map((chain: ChainName) => ({ chain, ...manifest[chain], from }));
}

/** What cannot be read at all is a finding too: whoever asks wants to know that the records are not whole. */
function broken(error: unknown, headsKnown: number): Verification {
  const isOfTheFile = error instanceof CodedError || (error instanceof Error && "errcode" in error);
  if (!isOfTheFile) throw error;
  const none = { sequence: 0, hash: chainStart };
  const finding: Finding = fileFinding("verify.file-damaged", `The records cannot be read: ${error.message}`);
  return { journal: none, audit: none, findings: [finding], headsKnown, headsOwn: 0 };
}
