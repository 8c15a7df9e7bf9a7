import type { Commit } from "./committer.ts";

/** What memory keeps of the records: changes are seen at once by the commit that makes them, and by everybody else only once they are durable. */
export interface DraftMap<Key, Value> {
  readonly get: (commit: Commit | null, key: Key) => Value | undefined;
  readonly set: (commit: Commit, key: Key, value: Value) => void;
  readonly delete: (commit: Commit, key: Key) => void;
  /** All values; without a commit those that are durable. */
  readonly values: (commit: Commit | null) => Iterable<Value>;
}

/** Makes a map over what the records hold at the start. A commit that fails leaves no trace. */
export function draftMap<Key, Value>(entries: Iterable<readonly [Key, Value]> = []): DraftMap<Key, Value> {
  const durable = new Map<Key, Value>(entries);
  let draft: { readonly commit: Commit; readonly changes: Map<Key, Value | undefined> } | null = null;

  const changesOf = (commit: Commit): Map<Key, Value | undefined> => {
    if (draft?.commit === commit) return draft.changes;
    const changes = new Map<Key, Value | undefined>();
    draft = { commit, changes };
    commit.afterwards(() => {
      for (const [key, value] of changes) {
        if (value === undefined) durable.delete(key);
        else durable.set(key, value);
      }
      draft = null;
    });
    return changes;
  };

  return {
    get: (commit, key) => {
      if (draft === null || draft.commit !== commit || !draft.changes.has(key)) return durable.get(key);
      return draft.changes.get(key);
    },
    set: (commit, key, value) => void changesOf(commit).set(key, value),
    delete: (commit, key) => void changesOf(commit).set(key, undefined),
    values: (commit) => {
      if (draft === null || draft.commit !== commit) return durable.values();
      const merged = new Map(durable);
      for (const [key, value] of draft.changes) {
        if (value === undefined) merged.delete(key);
        else merged.set(key, value);
      }
      return merged.values();
    },
  };
}
