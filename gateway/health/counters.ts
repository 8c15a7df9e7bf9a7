/** Counts of what happened, by code and source, since the start. Bounded by the number of codes and sources. */
export interface Counters {
  readonly add: (code: string, source: string, by?: number) => void;
  readonly of: (code: string, source?: string) => number;
  /** `{code: {source: count}}`, sorted. */
  readonly all: () => Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Makes a set of counters that stand at zero. */
export function counters(): Counters {
  const counts = new Map<string, Map<string, number>>();
  const sum = (of: ReadonlyMap<string, number> | undefined): number =>
    [...(of?.values() ?? [])].reduce((total, count) => total + count, 0);
  return {
    add: (code, source, by = 1) => {
      const bySource = counts.get(code) ?? new Map<string, number>();
      counts.set(code, bySource.set(source, (bySource.get(source) ?? 0) + by));
    },
    of: (code, source) =>
      source === undefined ? sum(counts.get(code)) : (counts.get(code)?.get(source) ?? 0),
    all: () =>
      Object.fromEntries(
        [...counts]
          .sort(([a], [b]) => a.localeCompare(b))
          .map(([code, bySource]) => [code, Object.fromEntries(bySource)]),
      ),
  };
}
