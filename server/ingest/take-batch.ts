import type { BatchAnswer } from "@coldkeep/core/contract/batch.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Committer } from "../journal/committer.ts";
import { sha256Hex } from "../journal/hash-chain.ts";
import type { SiteEngine } from "../judging/site-engine.ts";
import type { Metrics } from "../health/metrics.ts";
import type { Database } from "../store/database.ts";
import { readBatch } from "./batch-reader.ts";
import { makeTakeEvents } from "./take-events.ts";

/** A batch as it came over the wire: what the journal keeps, and its text. */
export interface ArrivedBatch {
  readonly encoding: string;
  readonly body: Uint8Array;
  readonly text: string;
  /** The name of the token that it came with. */
  readonly source: string;
  /** Throws where whoever sent it may not speak for the gateway that it names. */
  readonly demandGateway?: (gateway: string) => void;
}

/** Takes batches: each in one transaction with all that follows from it. */
export type TakeBatch = (arrived: ArrivedBatch) => BatchAnswer;

/**
 * Makes the taking of batches. The same batch again gets the same answer and changes nothing; another content under a used sequence is refused
 * (`batch.sequence-reused`), because a "200" would tell its gateway that readings are safe which are not.
 */
export function makeTakeBatch(
  database: Database,
  committer: Committer,
  engine: SiteEngine,
  metrics: Metrics,
  clock: Clock,
  taken: (journalSeq: number, oldest: EpochMs) => void = () => undefined,
): TakeBatch {
  const find = database.prepare(
    "SELECT content_hash, answer FROM batches WHERE gateway = ? AND sequence = ?",
  );
  const insert = database.prepare(
    "INSERT INTO batches (gateway, sequence, journal_seq, content_hash, answer) VALUES (?, ?, ?, ?, ?)",
  );
  const takeEvents = makeTakeEvents(database, engine);
  const refuse = database.prepare(
    "INSERT INTO refusals (journal_seq, position, code, raw) VALUES (?, ?, ?, ?)",
  );
  const hear = database.prepare(
    `INSERT INTO gateways (id, last_at, held_readings) VALUES (?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET last_at = excluded.last_at, held_readings = excluded.held_readings`,
  );
  return ({ encoding, body, text, source, demandGateway = () => undefined }) => {
    const startedMs = clock.monotonicMs();
    const batch = readBatch(text, engine.isKnown, clock.epochMs());
    demandGateway(batch.gateway);
    const contentHash = sha256Hex(batch.content);
    const known = find.get(batch.gateway, batch.sequence);
    if (known !== undefined) return repeat(known, contentHash, batch.gateway, batch.sequence);
    const answer = committer.commit({ kind: "batch", source, encoding, body }, (commit) => {
      const counts = engine.take(commit, batch.readings);
      for (const { index, code, raw } of batch.refused) refuse.run(commit.journalSeq, index, code, raw);
      hear.run(batch.gateway, commit.at, batch.heldReadings);
      engine.hearGateway(commit, batch.gateway, batch.readings.keys());
      const rejected = batch.refused.map(({ index, code }) => ({ index, code }));
      const events = batch.events === null ? {} : { events: takeEvents(commit, batch.events) };
      const result: BatchAnswer = { committed: batch.sequence, ...counts, rejected, ...events };
      const oldest = oldestOf(batch.readings);
      if (oldest !== null) commit.afterwards(() => taken(commit.journalSeq, oldest));
      insert.run(batch.gateway, batch.sequence, commit.journalSeq, contentHash, JSON.stringify(result));
      return result;
    });
    metrics.batchTaken(answer, clock.monotonicMs() - startedMs);
    return answer;
  };
}

function oldestOf(readings: ReadonlyMap<string, readonly { readonly at: EpochMs }[]>): EpochMs | null {
  let oldest: EpochMs | null = null;
  for (const list of readings.values()) {
    for (const { at } of list) if (oldest === null || at < oldest) oldest = at;
  }
  return oldest;
}

function repeat(
  known: Record<string, unknown>,
  contentHash: string,
  gateway: string,
  sequence: number,
): BatchAnswer {
  if (known["content_hash"] !== contentHash) {
    throw new CodedError(
      "batch.sequence-reused",
      `Gateway ${gateway} sent another batch under sequence ${sequence} before. Send this one under a fresh sequence.`,
    );
  }
  return JSON.parse(String(known["answer"])) as BatchAnswer;
}
