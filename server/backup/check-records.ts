import { pathToFileURL } from "node:url";
import { DatabaseSync } from "node:sqlite";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { type ChainCheck, type ChainedEntry, verifyChain } from "../journal/verify-chain.ts";
import { schemaVersion } from "../store/schema.ts";
import { countedTables } from "./frozen-records.ts";
import type { ChainHead, Manifest } from "./manifest.ts";

/** Says how far the check is, in entries of the chains. */
export type CheckProgress = (what: string, done: number, of: number) => void;

/** The columns that an entry's head is made of (docs/records.md, "Chains"), and its body. */
const chains = {
  journal: { head: ["seq", "at", "kind", "source", "encoding"], body: "body" },
  audit: { head: ["seq", "at", "actor", "action", "subject", "journal_seq"], body: "detail" },
} as const;

/** Entries between two tellings of progress. */
const toldEvery = 1_000;

/**
 * Holds unpacked records against a backup's manifest: their version, SQLite's integrity, the chains of journal and audit trail from the first entry to the heads, the counts.
 * Changes nothing and leaves nothing beside the file. Throws `records.version-unknown`, and `restore.records-damaged` for the first thing that is wrong.
 */
export function checkRecords(path: string, manifest: Manifest, progress: CheckProgress): void {
  if (manifest.records > schemaVersion)
    throw new CodedError(
      "records.version-unknown",
      `The backup's records are of version ${manifest.records}, newer than this program's ${schemaVersion}. Restore with the Coldkeep that made it (${manifest.program}) or a newer one.`,
    );
  const url = pathToFileURL(path);
  url.search = "?immutable=1";
  const sqlite = new DatabaseSync(url, { readOnly: true });
  try {
    checkAll(sqlite, manifest, progress);
  } catch (error) {
    if (error instanceof CodedError || !(error instanceof Error)) throw error;
    throw damaged(`SQLite cannot read them: ${error.message}`, error);
  } finally {
    sqlite.close();
  }
}

function checkAll(sqlite: DatabaseSync, manifest: Manifest, progress: CheckProgress): void {
  sqlite.exec("PRAGMA cache_size = -131072");
  const version = Number(sqlite.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (version !== manifest.records) throw damaged(`they are of version ${version}, not ${manifest.records}`);
  progress("checking SQLite's pages", 0, 1);
  const integrity = sqlite.prepare("PRAGMA integrity_check(1)").get()?.["integrity_check"];
  if (integrity !== "ok") throw damaged(`SQLite's integrity check says: ${String(integrity)}`);
  for (const name of ["journal", "audit"] as const) checkChain(sqlite, name, manifest[name], progress);
  for (const table of countedTables) {
    const count = Number(sqlite.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.["n"]);
    if (count !== manifest.counts[table])
      throw damaged(`${table} has ${count} rows, not the ${String(manifest.counts[table])} of the manifest`);
  }
}

function checkChain(
  sqlite: DatabaseSync,
  name: keyof typeof chains,
  head: ChainHead,
  progress: CheckProgress,
): void {
  const chain: ChainCheck = verifyChain(entries(sqlite, name, head.sequence, progress));
  if (!chain.ok) throw damaged(`${name} entry ${chain.sequence} is the first that is wrong: ${chain.why}`);
  if (chain.sequence !== head.sequence || chain.hash !== head.hash)
    throw damaged(
      `the ${name} ends at entry ${chain.sequence} with ${chain.hash}, not at ${head.sequence} with ${head.hash} as the manifest says`,
    );
}

function* entries(
  sqlite: DatabaseSync,
  name: keyof typeof chains,
  of: number,
  progress: CheckProgress,
): Generator<ChainedEntry> {
  const { head, body } = chains[name];
  let done = 0;
  for (const row of sqlite.prepare(`SELECT * FROM ${name} ORDER BY seq`).iterate()) {
    yield {
      seq: Number(row["seq"]),
      head: head.map((column) => row[column] as string | number),
      body: row[body] as Uint8Array | string,
      previous: String(row["previous"]),
      hash: String(row["hash"]),
    };
    done += 1;
    if (done % toldEvery === 0 || done === of) progress(`${name} entries`, done, of);
  }
}

function damaged(what: string, cause?: Error): CodedError {
  return new CodedError(
    "restore.records-damaged",
    `The backup's records are refused: ${what}. They were so when the backup was made; take an older backup.`,
    { cause },
  );
}
