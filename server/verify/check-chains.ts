import { chainStart } from "../journal/hash-chain.ts";
import { entryOf, hashAfter, type StoredRow, wholeNumber } from "./chain-rows.ts";
import type { ChainName, Finding, FindingCode } from "./finding.ts";
import { type KnownHead, nameOf, watchHeads } from "./known-heads.ts";

/** What recomputing a chain came to: its newest sound entry. */
export interface CheckedChain {
  readonly sequence: number;
  readonly hash: string;
}

/** What checking both chains found: of each chain the first entry that is wrong. */
export interface ChainsCheck {
  readonly journal: CheckedChain;
  readonly audit: CheckedChain;
  readonly findings: readonly Finding[];
}

/** The stored chains, row by row in the order of their numbers. */
export interface StoredChains {
  readonly journal: Iterable<StoredRow>;
  readonly audit: Iterable<StoredRow>;
}

/** What an audit entry says of the journal. */
interface Link {
  readonly seq: number;
  readonly at: number;
  readonly action: string;
  readonly journalSeq: number;
}

/**
 * Recomputes both chains from their first entries, side by side: an audit entry is of a journal entry that is there and of the same time. Reads each row once and keeps none,
 * so that memory does not grow with the records. Of each chain only the first finding counts: what follows a broken place cannot be told any more.
 */
export function checkChains(stored: StoredChains, heads: readonly KnownHead[]): ChainsCheck {
  const journal = chainChecker("journal", heads);
  const audit = chainChecker("audit", heads);
  const journalRows = stored.journal[Symbol.iterator]();
  let journalAt: number | null = null;
  const advance = (): boolean => {
    const { done, value } = journalRows.next();
    if (done === true || journal.finding() !== null) return false;
    const taken = journal.take(value);
    journalAt = taken?.at ?? null;
    return taken !== null;
  };
  let lastLink = 0;
  for (const row of stored.audit) {
    const taken = audit.take(row);
    if (taken === null) break;
    const link = { ...taken, action: taken.kind, journalSeq: Number(taken.head[5]) };
    while (journal.state().sequence < link.journalSeq && advance());
    const what = linkWrong(link, lastLink, journal, journalAt);
    if (what !== null) {
      audit.refuse("verify.journal-link", link.seq, what, link.at, link.action);
      break;
    }
    lastLink = link.journalSeq;
  }
  while (advance());
  audit.end();
  journal.end();
  const findings = [journal.finding(), audit.finding()].filter((each) => each !== null);
  return { journal: journal.state(), audit: audit.state(), findings };
}

function linkWrong(
  { at, journalSeq }: Link,
  lastLink: number,
  journal: ChainChecker,
  journalAt: number | null,
): string | null {
  if (journalSeq < Math.max(1, lastLink))
    return `it says that it is of journal entry ${journalSeq}, which is before that of the audit entry before it (${lastLink})`;
  if (journal.state().sequence !== journalSeq) {
    // Beyond the first wrong entry of the journal nothing can be said of links to it; that entry is named already.
    if (journal.finding() !== null) return null;
    return `it says that it is of journal entry ${journalSeq}, which is not there`;
  }
  if (journalAt !== null && journalAt !== at) return `its time is not that of journal entry ${journalSeq}`;
  return null;
}

interface ChainChecker {
  /** Checks the next row; null where it is wrong. */
  readonly take: (row: StoredRow) => ReturnType<typeof soundEntry>;
  readonly refuse: (
    code: FindingCode,
    sequence: number | null,
    what: string,
    at: number | null,
    kind: string | null,
  ) => void;
  readonly end: () => void;
  readonly finding: () => Finding | null;
  readonly state: () => CheckedChain;
}

function soundEntry(chain: ChainName, row: StoredRow) {
  const read = entryOf(chain, row);
  return read.ok ? read.entry : null;
}

function chainChecker(chain: ChainName, heads: readonly KnownHead[]): ChainChecker {
  const watch = watchHeads(chain, heads);
  let state: CheckedChain = { sequence: 0, hash: chainStart };
  let finding: Finding | null = watch.pass(0, chainStart, null, null);
  const refuse: ChainChecker["refuse"] = (code, sequence, what, at, kind) => {
    finding ??= { code, chain, sequence, at, kind, what };
  };
  return {
    refuse,
    take: (row) => {
      if (finding !== null) return null;
      const due = state.sequence + 1;
      const read = entryOf(chain, row);
      if (!read.ok) {
        refuse("verify.type-wrong", wholeNumber(row[0]) ?? due, read.what, wholeNumber(row[1]), null);
        return null;
      }
      const { entry } = read;
      const { seq, at, kind } = entry;
      const bad = (code: FindingCode, what: string, sequence = seq): null => {
        const isIt = sequence === seq;
        refuse(code, sequence, what, isIt ? at : null, isIt ? kind : null);
        return null;
      };
      if (seq > due) {
        const which = seq === due + 1 ? "it is" : `the entries ${due} to ${seq - 1} are`;
        return bad("verify.entry-missing", `${which} missing; the next one there is ${seq}`, due);
      }
      if (seq === state.sequence && seq > 0) return bad("verify.entry-twice", "there are two of this number");
      if (seq < due) return bad("verify.order-broken", `it stands after entry ${state.sequence}`);
      if (entry.previous !== state.hash)
        return bad(
          "verify.link-broken",
          `it does not follow the entry before it as that is now: one of the two was changed, or something between them was put in or taken out`,
        );
      if (entry.hash !== hashAfter(state.hash, entry))
        return bad("verify.content-changed", "its content is not what its hash was made of");
      state = { sequence: seq, hash: entry.hash };
      finding = watch.pass(seq, entry.hash, at, kind);
      return finding === null ? entry : null;
    },
    end: () => {
      finding ??= watch.end(state.sequence);
    },
    finding: () => finding,
    state: () => state,
  };
}

/** A finding as a sentence: which entry of which chain, of when, of what kind, and what is wrong with it. */
export function findingText(
  { code, chain, sequence, at, kind, what }: Finding,
  time: (at: number) => string,
): string {
  if (chain === null || sequence === null) return `${what} [${code}]`;
  const facts = [...(kind === null ? [] : [kind]), ...(at === null ? [] : [time(at)])];
  const which = facts.length === 0 ? "" : ` (${facts.join(", ")})`;
  return `The ${nameOf(chain)}'s first wrong entry is number ${sequence}${which}: ${what} [${code}]`;
}
