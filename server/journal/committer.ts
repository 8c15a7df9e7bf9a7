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
  /** Does something at the end of the same transaction, once all that the input leads to is known. */
  readonly lastly: (call: () => void) => void;
  readonly audit: (entry: Omit<AuditEntry, "at" | "journalSeq">) => void;
}

/** The one door through which anything changes (design.md section 3): journal, state and obligations together or not at all. */
export interface Committer {
  readonly commit: <Result>(input: Omit<EntryInput, "at">, work: (commit: Commit) => Result) => Result;
  /** Does what `commit` would do, returns what it gave and takes all of it back: nothing is journaled, stored, remembered or told. */
  readonly rehearse: <Result>(input: Omit<EntryInput, "at">, work: (commit: Commit) => Result) => Result;
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
  const perform = <Result>(
    input: EntryInput,
    later: (() => void)[],
    work: (commit: Commit) => Result,
  ): Result => {
    const { at } = input;
    const journalSeq = journal.append(input);
    const last: (() => void)[] = [];
    const result = work({
      at,
      journalSeq,
      afterwards: (call) => void later.push(call),
      lastly: (call) => void last.push(call),
      audit: (entry) => audit.append({ ...entry, at, journalSeq }),
    });
    for (const call of last) call();
    return result;
  };
  const forget = (): void => {
    journal.forget();
    audit.forget();
  };
  return {
    commit: (input, work) => {
      const at = clock.epochMs();
      const later: (() => void)[] = [];
      let result;
      try {
        result = database.transaction(() => perform({ ...input, at }, later, work));
      } catch (error) {
        forget();
        throw error;
      }
      journal.settle();
      audit.settle();
      for (const call of later) call();
      for (const listener of listeners) listener();
      return result;
    },
    rehearse: (input, work) => {
      try {
        return database.rehearse(() => perform({ ...input, at: clock.epochMs() }, [], work));
      } finally {
        forget();
      }
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
