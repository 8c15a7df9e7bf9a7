import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Database } from "../store/database.ts";
import { chainHash, chainStart } from "./hash-chain.ts";

/** Kinds of input that the journal keeps: everything from outside that the state follows from. */
export type EntryKind =
  | "start"
  | "batch"
  | "tick"
  | "site"
  | "unit"
  | "movement"
  | "feed"
  | "hold-feed"
  | "decision"
  | "second-opinion"
  | "hold-confirmation"
  | "choice-list"
  | "corrective-action"
  | "corrective-end"
  | "disposition"
  | "acknowledge"
  | "delivery"
  | "test-message"
  | "answer"
  | "reply"
  | "drill"
  | "drill-review"
  | "canary"
  | "shelve"
  | "unshelve"
  | "reset"
  | "out-of-service"
  | "return-to-service"
  | "edge-alarms"
  | "projection"
  | "backup"
  | "duty-look"
  | "mailbox-look"
  | "head"
  | "settings"
  | "proposal"
  | "account"
  | "excursion-sign"
  | "trail-review"
  | "period-report"
  | "report-failing";

/** An input as it came. `encoding` says how the body is packed: `identity`, `gzip` or `zstd`. */
export interface EntryInput {
  readonly at: EpochMs;
  readonly kind: EntryKind;
  readonly source: string;
  readonly encoding: string;
  readonly body: Uint8Array;
}

/** The newest entry's number and hash: whoever knows it can tell later whether the journal was changed. */
export interface JournalHead {
  readonly sequence: number;
  readonly hash: string;
}

/** The original record: append-only and hash-chained. */
export interface Journal {
  /** Appends within the caller's transaction and returns the entry's number. Call `settle` after its commit, `forget` after its failure. */
  readonly append: (input: EntryInput) => number;
  readonly settle: () => void;
  readonly forget: () => void;
  /** The head as committed. */
  readonly head: () => JournalHead;
}

/** Opens the journal on the records. */
export function openJournal(database: Database): Journal {
  const insert = database.prepare(
    "INSERT INTO journal (seq, at, kind, source, encoding, body, previous, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const newest = database.first(
    database.query.selectFrom("journal").select(["seq", "hash"]).orderBy("seq", "desc").limit(1),
  );
  let committed: JournalHead = { sequence: newest?.seq ?? 0, hash: newest?.hash ?? chainStart };
  let written = committed;
  return {
    append: ({ at, kind, source: given, encoding, body }) => {
      // SQLite keeps UTF-8 alone: half a surrogate pair would be kept as another character than the one that was hashed.
      const source = given.toWellFormed();
      const sequence = written.sequence + 1;
      const hash = chainHash(written.hash, [sequence, at, kind, source, encoding], body);
      insert.run(sequence, at, kind, source, encoding, body, written.hash, hash);
      written = { sequence, hash };
      return sequence;
    },
    settle: () => {
      committed = written;
    },
    forget: () => {
      written = committed;
    },
    head: () => committed,
  };
}
