import type { Commit } from "../journal/committer.ts";

/** What the trail says of a change, under the same keys everywhere. */
export interface ChangeDetail {
  /** The reason given; null where none was asked for. */
  readonly why: string | null;
  /** What it was before; null where there was nothing. */
  readonly from: unknown;
  /** What it is now; null where there is nothing any more. */
  readonly to: unknown;
  /** The role in which a person acted; null for machines and the system. */
  readonly role: string | null;
}

/** The commit of an act of somebody in a role: what the trail is told of that actor says the role. */
export function inRole(commit: Commit, actor: string, role: string | null): Commit {
  if (role === null) return commit;
  return {
    ...commit,
    audit: (entry) =>
      commit.audit(entry.actor === actor ? { ...entry, detail: { ...entry.detail, role } } : entry),
  };
}

/** The detail of an audit entry about a change, with what else belongs to it. */
export function changeDetail(
  { why = null, from = null, to = null, role = null }: Partial<ChangeDetail>,
  more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> & ChangeDetail {
  return { ...more, why, from, to, role };
}
