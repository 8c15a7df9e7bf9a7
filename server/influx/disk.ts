import { statfsSync, statSync } from "node:fs";

/** What the records' disk says; null where it does not. */
export interface DiskFigures {
  readonly freeBytes: number | null;
  /** The records with their write-ahead log. */
  readonly recordsBytes: number | null;
}

/** Looks at the disk on which the records lie. */
export function diskFigures(recordsPath: string): DiskFigures {
  return {
    freeBytes: orNull(() => {
      const { bavail, bsize } = statfsSync(recordsPath);
      return bavail * bsize;
    }),
    recordsBytes: orNull(
      () =>
        statSync(recordsPath).size + (statSync(`${recordsPath}-wal`, { throwIfNoEntry: false })?.size ?? 0),
    ),
  };
}

function orNull(read: () => number): number | null {
  try {
    return read();
  } catch {
    return null;
  }
}
