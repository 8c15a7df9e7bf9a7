import type { Database } from "../store/database.ts";
import { chainHash } from "../journal/hash-chain.ts";

/** A stretch of the audit trail, and what it was when it was looked at: what a review signs. */
export interface TrailStretch {
  readonly fromSeq: number;
  readonly toSeq: number;
  /** The hash before its first entry, and that of its last. */
  readonly fromHash: string;
  readonly toHash: string;
  /** How many entries of each action it has. */
  readonly counts: Readonly<Record<string, number>>;
}

/** What looking at a stretch again found: the same, or what is another. */
export type StretchCheck = { readonly isSame: true } | { readonly isSame: false; readonly why: string };

/** Entries that are hashed at once, between which others are served. */
const chunkEntries = 2_000;

/** How many entries of each action a stretch has, by action. */
export function countActions(
  database: Database,
  fromSeq: number,
  toSeq: number,
): Readonly<Record<string, number>> {
  const rows = database
    .prepare(
      "SELECT action, count(*) AS n FROM audit WHERE seq >= ? AND seq <= ? GROUP BY action ORDER BY action",
    )
    .all(fromSeq, toSeq);
  return Object.fromEntries(rows.map((row) => [String(row["action"]), Number(row["n"])]));
}

/** Hashes a stretch anew, entry by entry, and compares it with what was signed. */
export async function checkStretch(database: Database, stretch: TrailStretch): Promise<StretchCheck> {
  const select = database.prepare(
    `SELECT seq, at, actor, action, subject, detail, journal_seq, previous, hash FROM audit
     WHERE seq >= ? AND seq <= ? ORDER BY seq LIMIT ${chunkEntries}`,
  );
  const counts = new Map<string, number>();
  let hash = stretch.fromHash;
  let next = stretch.fromSeq;
  while (next <= stretch.toSeq) {
    const rows = select.all(next, stretch.toSeq);
    for (const row of rows) {
      const { seq, at, actor, action, subject, journal_seq } = row as Readonly<
        Record<string, number | string>
      >;
      if (Number(seq) !== next) return { isSame: false, why: `entry ${next} is missing` };
      const head = [seq, at, actor, action, subject, journal_seq].map((each) => each ?? "");
      const fresh = chainHash(hash, head, String(row["detail"]));
      if (row["previous"] !== hash || row["hash"] !== fresh)
        return { isSame: false, why: `entry ${next} is not what it was` };
      counts.set(String(action), (counts.get(String(action)) ?? 0) + 1);
      hash = fresh;
      next += 1;
    }
    if (rows.length === 0) return { isSame: false, why: `entry ${next} is missing` };
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
  if (hash !== stretch.toHash) return { isSame: false, why: "its entries chain to another hash" };
  const isCounted =
    counts.size === Object.keys(stretch.counts).length &&
    [...counts].every(([action, count]) => stretch.counts[action] === count);
  return isCounted ? { isSame: true } : { isSame: false, why: "it counts other entries" };
}
