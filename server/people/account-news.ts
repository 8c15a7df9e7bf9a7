import type { Commit, Committer } from "../journal/committer.ts";

/** Something that was done to an account, a session or a token: all that the journal has of it, and what the audit trail says. Never a secret. */
export interface AccountNews {
  readonly action: string;
  /** `person:<login>`, `token:<name>`. */
  readonly subject: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/**
 * Commits what was done, with one audit entry, and does it in the tables of people within the same transaction. Replaying has no `work`: those tables hold secrets,
 * so they do not follow from the journal.
 */
export function tellOfAccounts<Result = void>(
  committer: Committer,
  actor: string,
  { action, subject, detail }: AccountNews,
  work?: (commit: Commit) => Result,
): Result | undefined {
  const body = new TextEncoder().encode(JSON.stringify({ action, subject, detail }));
  return committer.commit({ kind: "account", source: actor, encoding: "identity", body }, (commit) => {
    const result = work?.(commit);
    commit.audit({ actor, action, subject, detail });
    return result;
  });
}
