/** A change of one item: its new text, or null where it goes. */
export type ItemChange = readonly [name: string, text: string | null];

/**
 * Where the watch keeps what must survive a power cut: few items, each a name and a text. `write` is one transaction that is on disk when it returns; it throws
 * `watch.write-failed` where it cannot be.
 */
export interface WatchStore {
  readonly load: () => ReadonlyMap<string, string>;
  readonly write: (changes: readonly ItemChange[]) => void;
  readonly close: () => void;
}

/** A store that forgets everything at its end, for tests and for a disk that cannot be written. */
export function memoryWatchStore(): WatchStore {
  const items = new Map<string, string>();
  return {
    load: () => new Map(items),
    write: (changes) => {
      for (const [name, text] of changes) {
        if (text === null) items.delete(name);
        else items.set(name, text);
      }
    },
    close: () => {},
  };
}
