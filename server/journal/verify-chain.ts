import { chainHash, chainStart } from "./hash-chain.ts";

/** An entry of a chain as stored. */
export interface ChainedEntry {
  readonly seq: number;
  readonly head: readonly (string | number)[];
  readonly body: Uint8Array | string;
  readonly previous: string;
  readonly hash: string;
}

/** What recomputing a chain came to: its newest entry, or the first that is not what the chain says, and why. */
export type ChainCheck =
  | { readonly ok: true; readonly sequence: number; readonly hash: string }
  | { readonly ok: false; readonly sequence: number; readonly why: string };

/** Recomputes a chain from its first entry. Entries in order of their numbers. */
export function verifyChain(entries: Iterable<ChainedEntry>): ChainCheck {
  let sequence = 0;
  let hash = chainStart;
  for (const entry of entries) {
    const bad = (why: string): ChainCheck => ({ ok: false, sequence: entry.seq, why });
    if (entry.seq !== sequence + 1) return bad(`the entries between ${sequence} and this one are missing`);
    if (entry.previous !== hash) return bad("it does not follow the entry before it");
    if (entry.hash !== chainHash(hash, entry.head, entry.body)) return bad("its content was changed");
    ({ seq: sequence, hash } = entry);
  }
  return { ok: true, sequence, hash };
}
