import type { Clock } from "@coldkeep/core/time/clock.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { AuditEntry, AuditTrail } from "../audit/audit-trail.ts";
import type { Database } from "../store/database.ts";
import type { EntryInput, Journal } from "./journal.ts";

/** One input on its way into the records: everything that follows from it happens inside this one transaction. */
export interface Commit {
  /** The time of knowledge: when the server took the input. */
  readonly at: EpochMs;
  readonly journalSeq: number;
  /** Does something in memory once the transaction is durable, and not at all where it fails. */
  readonly afterwards: (call: () => void) => void;
  readonly audit: (entry: Omit<AuditEntry, "at" | "journalSeq">) => void;
}

/** The one door through which anything changes (design.md section 3): journal, state and obligations together or not at all. */
export interface Committer {
  readonly commit: <Result>(input: Omit<EntryInput, "at">, work: (commit: Commit) => Result) => Result;
  /** Calls back after each commit; returns what ends that. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** Makes the committer over the records. */
export function makeCommitter(
  database: Database,
  journal: Journal,
  audit: AuditTrail,
  clock: Clock,
): Committer {
  const listeners = new Set<() => void>();
  return {
    commit: (input, work) => {
      const at = clock.epochMs();
      const later: (() => void)[] = [];
      let result;
      try {
        result = database.transaction(() => {
          const journalSeq = journal.append({ ...input, at });
          return work({
            at,
            journalSeq,
            afterwards: (call) => void later.push(call),
            audit: (entry) => audit.append({ ...entry, at, journalSeq }),
          });
        });
      } catch (error) {
        journal.forget();
        audit.forget();
        throw error;
      }
      journal.settle();
      audit.settle();
      for (const call of later) call();
      for (const listener of listeners) listener();
      return result;
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
