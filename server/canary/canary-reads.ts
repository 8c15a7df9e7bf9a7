import type { CanaryOutcome, CanaryTerms } from "@coldkeep/core/canary/canary-run.ts";
import { canaryId } from "@coldkeep/core/canary/canary-section.ts";
import { type Medium, media } from "@coldkeep/core/duty/media.ts";
import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Database } from "../store/database.ts";
import type { ReceivedBy } from "./canary-book.ts";

/** A message of the canary on its way to people. */
export interface CanaryMessage {
  readonly delivery: string;
  readonly medium: Medium;
  /** When the alarm called. */
  readonly owedAt: EpochMs;
  /** When a channel took it; null where none did. */
  readonly handedOverAt: EpochMs | null;
  /** The channels that took it, in order. */
  readonly channels: readonly string[];
}

/** How a breach came in by one medium, as far as it did. */
export interface CanaryWay {
  readonly medium: Medium;
  readonly message: CanaryMessage | null;
  readonly receipt: {
    readonly way: ReceivedBy;
    readonly arrivedAt: EpochMs | null;
    readonly seenAt: EpochMs;
  } | null;
}

/** One breach and where its time went. */
export interface CanaryRecord {
  readonly number: number;
  readonly sampleAt: EpochMs;
  readonly terms: CanaryTerms;
  /** Null while it is under way. */
  readonly outcome: CanaryOutcome | null;
  /** When the sample was on record; null where it never was. */
  readonly takenAt: EpochMs | null;
  readonly ways: readonly CanaryWay[];
  /** From the sample until it was received by all media, without the configured delay; null while it was not. */
  readonly tookMs: DurationMs | null;
}

/** How breaches of a stretch of time went. */
export interface CanaryFigures {
  readonly runs: number;
  readonly inTime: number;
  readonly late: number;
  readonly interrupted: number;
  /** The longest and the middle one of those that were received, without the configured delay; null where none was. */
  readonly longestMs: DurationMs | null;
  readonly medianMs: DurationMs | null;
}

/** Number of the batch with which a breach begins, and of the one with which it cools down. */
export const batchOf = (run: number) => ({ hot: run * 2, cool: run * 2 + 1 });

/** The messages of the canary that were owed from one instant on and before another. */
export function canaryMessages(database: Database, from: EpochMs, to: EpochMs): CanaryMessage[] {
  const taken = database.prepare(
    "SELECT DISTINCT channel FROM delivery_events WHERE delivery = ? AND event IN ('accepted', 'ended') AND channel IS NOT NULL ORDER BY number",
  );
  return database
    .prepare(
      `SELECT deliveries.id AS id, medium, owed_at, sent_at FROM deliveries JOIN notifications ON notifications.id = deliveries.id
       WHERE deliveries.contact = ? AND owed_at >= ? AND owed_at < ? ORDER BY owed_at, deliveries.id`,
    )
    .all(canaryId, from, to)
    .map((row) => ({
      delivery: String(row["id"]),
      medium: media.find((medium) => medium === row["medium"]) ?? "email",
      owedAt: Number(row["owed_at"]),
      handedOverAt: typeof row["sent_at"] === "number" ? row["sent_at"] : null,
      channels: taken.all(String(row["id"])).map(({ channel }) => String(channel)),
    }));
}

/** The newest breaches, the newest first. */
export function newestBreaches(database: Database, max: number): CanaryRecord[] {
  const rows = database.prepare("SELECT * FROM canary_runs ORDER BY number DESC LIMIT ?").all(max);
  const oldest = rows.at(-1);
  if (oldest === undefined) return [];
  const messages = canaryMessages(database, Number(oldest["sample_at"]), Number.MAX_SAFE_INTEGER);
  const takenAt = database.prepare(
    "SELECT journal.at AS at FROM batches JOIN journal ON journal.seq = batches.journal_seq WHERE gateway = ? AND sequence = ?",
  );
  const receipts = database.prepare("SELECT * FROM canary_receipts WHERE run = ?");
  return rows.map((row, index) => {
    const number = Number(row["number"]);
    const sampleAt = Number(row["sample_at"]);
    const terms = JSON.parse(String(row["terms"])) as CanaryTerms;
    const next = Number(rows[index - 1]?.["sample_at"] ?? Number.MAX_SAFE_INTEGER);
    const own = messages.filter(({ owedAt }) => owedAt >= sampleAt && owedAt < next);
    const heard = receipts.all(number);
    const ways = terms.media.map((medium): CanaryWay => {
      const receipt = heard.find((each) => each["medium"] === medium);
      return {
        medium,
        message: own.find((each) => each.medium === medium) ?? null,
        receipt:
          receipt === undefined
            ? null
            : {
                way: String(receipt["way"]) as ReceivedBy,
                arrivedAt: typeof receipt["arrived_at"] === "number" ? receipt["arrived_at"] : null,
                seenAt: Number(receipt["seen_at"]),
              },
      };
    });
    const seen = ways.map(({ receipt }) => receipt?.seenAt ?? null);
    const last = seen.includes(null) ? null : Math.max(...seen.map(Number));
    const taken = takenAt.get(canaryId, batchOf(number).hot)?.["at"];
    return {
      number,
      sampleAt,
      terms,
      outcome: (row["outcome"] ?? null) as CanaryOutcome | null,
      takenAt: typeof taken === "number" ? taken : null,
      ways,
      tookMs: last === null ? null : Math.max(0, last - sampleAt - terms.delayMs),
    };
  });
}

/** How the breaches went that began from one instant on and before another. */
export function canaryFigures(database: Database, from: EpochMs, to: EpochMs): CanaryFigures {
  const rows = database
    .prepare(
      `SELECT outcome, sample_at, terms, count(run) AS heard, max(seen_at) AS seen_at FROM canary_runs LEFT JOIN canary_receipts ON run = number
       WHERE sample_at >= ? AND sample_at < ? AND outcome IS NOT NULL GROUP BY number ORDER BY number`,
    )
    .all(from, to);
  const took = rows
    .flatMap((row) => {
      const { media: wanted, delayMs } = JSON.parse(String(row["terms"])) as CanaryTerms;
      const isInterrupted = row["outcome"] === "interrupted";
      if (isInterrupted || Number(row["heard"]) < wanted.length) return [];
      return [Math.max(0, Number(row["seen_at"]) - Number(row["sample_at"]) - delayMs)];
    })
    .toSorted((a, b) => a - b);
  const count = (outcome: CanaryOutcome): number => rows.filter((row) => row["outcome"] === outcome).length;
  return {
    runs: rows.length,
    inTime: count("in-time"),
    late: count("late"),
    interrupted: count("interrupted"),
    longestMs: took.at(-1) ?? null,
    medianMs: took[Math.floor((took.length - 1) / 2)] ?? null,
  };
}
