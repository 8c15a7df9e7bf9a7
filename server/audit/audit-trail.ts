import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { chainHash, chainStart } from "../journal/hash-chain.ts";
import type { JournalHead } from "../journal/journal.ts";
import type { Database } from "../store/database.ts";

/** What the trail keeps of an act: who did what to what, and from what to what. */
export interface AuditEntry {
  readonly at: EpochMs;
  /** A person, a machine's token name, or `system`. */
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly journalSeq: number;
}

/** The audit trail: append-only and hash-chained like the journal. */
export interface AuditTrail {
  /** Appends within the caller's transaction. */
  readonly append: (entry: AuditEntry) => void;
  readonly settle: () => void;
  readonly forget: () => void;
  /** The newest entry's number and hash, as committed. */
  readonly head: () => JournalHead;
}

/** Opens the audit trail on the records. */
export function openAuditTrail(database: Database): AuditTrail {
  const insert = database.prepare(
    "INSERT INTO audit (seq, at, actor, action, subject, detail, journal_seq, previous, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const newest = database.first(
    database.query.selectFrom("audit").select(["seq", "hash"]).orderBy("seq", "desc").limit(1),
  );
  let committed = { seq: newest?.seq ?? 0, hash: newest?.hash ?? chainStart };
  let written = committed;
  return {
    append: ({ at, action, detail, journalSeq, ...given }) => {
      // SQLite keeps UTF-8 alone: half a surrogate pair would be kept as another character than the one that was hashed.
      const actor = given.actor.toWellFormed();
      const subject = given.subject.toWellFormed();
      const seq = written.seq + 1;
      const text = JSON.stringify(detail);
      const hash = chainHash(written.hash, [seq, at, actor, action, subject, journalSeq], text);
      insert.run(seq, at, actor, action, subject, text, journalSeq, written.hash, hash);
      written = { seq, hash };
    },
    settle: () => {
      committed = written;
    },
    forget: () => {
      written = committed;
    },
    head: () => ({ sequence: committed.seq, hash: committed.hash }),
  };
}
