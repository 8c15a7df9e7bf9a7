import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Signature, Signer } from "@coldkeep/core/signatures/signature.ts";
import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";
import { chainStart } from "../journal/hash-chain.ts";
import type { Services } from "../http/services.ts";
import type { Commit } from "../journal/committer.ts";
import type { Proof } from "../people/people.ts";
import { checkReason, contentHashOf, numberOf, signerOf, type Signing } from "../signatures/signatures.ts";
import type { Database } from "../store/database.ts";
import { countActions, type TrailStretch } from "./trail-stretch.ts";

/** The kind of record that a stretch of the trail is to signatures. */
export const trailKind = "trail";

/** Entries of one review at most: whoever is behind reviews the oldest first. */
export const reviewEntriesMax = 250_000;

/** A review that was signed. */
export interface TrailReview extends TrailStretch {
  readonly number: number;
  readonly at: EpochMs;
  readonly signature: Signature | null;
}

/** What the journal keeps of a review. */
export interface ReviewAct extends TrailStretch {
  readonly reason: string;
  readonly signer: Signer;
}

/** How the reviews stand. */
export interface ReviewStanding {
  /** When the last one was signed; null before the first. */
  readonly lastAt: EpochMs | null;
  /** When the next one is due: an entry that nobody has looked at is as old by then as may be. Null where there is no such entry. */
  readonly dueAt: EpochMs | null;
  readonly isOverdue: boolean;
  readonly unreviewed: number;
}

type Parts = Pick<Services, "database" | "committer" | "signatures">;

/** The stretch that is to be reviewed next: from the end of the last review up to now, or up to an earlier entry. Null where there is none. */
export function pendingStretch(database: Database, upTo: number | null = null): TrailStretch | null {
  const { fromSeq, fromHash } = nextStart(database);
  const newest = Number(database.prepare("SELECT max(seq) AS seq FROM audit").get()?.["seq"] ?? 0);
  if (newest < fromSeq) return null;
  const isEarlier = upTo !== null && Number.isSafeInteger(upTo) && upTo >= fromSeq;
  const toSeq = Math.min(newest, fromSeq + reviewEntriesMax - 1, isEarlier ? upTo : newest);
  return {
    fromSeq,
    toSeq,
    fromHash,
    toHash: hashAt(database, toSeq),
    counts: countActions(database, fromSeq, toSeq),
  };
}

/** How the reviews stand at `now`, where one is due every so often. */
export function reviewStanding(database: Database, everyMs: DurationMs, now: EpochMs): ReviewStanding {
  const { fromSeq } = nextStart(database);
  const lastAt = database.prepare("SELECT at FROM trail_reviews ORDER BY number DESC LIMIT 1").get()?.["at"];
  const range = database.prepare(
    "SELECT max(seq) AS newest, (SELECT at FROM audit WHERE seq = ?) AS first FROM audit",
  );
  const row = range.get(fromSeq);
  const first = row?.["first"];
  const dueAt = typeof first === "number" ? first + everyMs : null;
  return {
    lastAt: typeof lastAt === "number" ? lastAt : null,
    dueAt,
    isOverdue: dueAt !== null && now > dueAt,
    unreviewed: Math.max(0, Number(row?.["newest"] ?? 0) - fromSeq + 1),
  };
}

/** Reviews that were signed, newest first. */
export function trailReviews(
  { database, signatures }: Pick<Services, "database" | "signatures">,
  limit: number,
  before: number | null = null,
): readonly TrailReview[] {
  const { query } = database;
  let rows = query.selectFrom("trail_reviews").selectAll().orderBy("number", "desc").limit(limit);
  if (before !== null) rows = rows.where("number", "<", before);
  return database.all(rows).map((row) => {
    const stretch: TrailStretch = {
      fromSeq: row.from_seq,
      toSeq: row.to_seq,
      fromHash: row.from_hash,
      toHash: row.to_hash,
      counts: JSON.parse(row.counts) as Record<string, number>,
    };
    const given = signatures
      .of(trailKind, subjectOf(stretch))
      .find((each) => numberOf(each) === row.signature);
    const covers = given !== undefined && contentHashOf(recordOf(stretch)) === given.contentHash;
    return { ...stretch, number: row.number, at: row.at, signature: covers ? given : null };
  });
}

/**
 * Signs that the stretch was reviewed. Throws `sign.changed` where another review came first, or the stretch is not what was shown, and what signing throws; then nothing was
 * signed.
 */
export function signReview(
  parts: Parts,
  proof: Proof,
  given: {
    readonly fromSeq: number;
    readonly toSeq: number;
    readonly toHash: string;
    readonly reason: string;
  },
): Signature {
  checkReason(given.reason);
  const { database } = parts;
  const { fromSeq, fromHash } = nextStart(database);
  const { toSeq, toHash, reason } = given;
  const isShown =
    given.fromSeq === fromSeq &&
    Number.isSafeInteger(toSeq) &&
    toSeq >= fromSeq &&
    toSeq - fromSeq < reviewEntriesMax &&
    hashAt(database, toSeq) === toHash;
  if (!isShown) throw changed();
  const counts = countActions(database, fromSeq, toSeq);
  const act: ReviewAct = { fromSeq, toSeq, fromHash, toHash, counts, reason, signer: signerOf(proof) };
  return perform(parts, `person:${proof.login}`, act, (commit, what) =>
    parts.signatures.sign(commit, proof, what),
  );
}

/** Signs again what the journal says was reviewed: for a replay alone. */
export function replayReview(parts: Parts, source: string, act: ReviewAct): void {
  perform(parts, source, act, (commit, what) => parts.signatures.replaySign(commit, act.signer, what));
}

function perform(
  { database, committer }: Parts,
  source: string,
  act: ReviewAct,
  sign: (commit: Commit, what: Signing) => Signature,
): Signature {
  const body = new TextEncoder().encode(JSON.stringify(act));
  return committer.commit({ kind: "trail-review", source, encoding: "identity", body }, (commit) => {
    const { fromSeq, toSeq, fromHash, toHash, counts, reason } = act;
    const start = nextStart(database);
    if (start.fromSeq !== fromSeq || start.fromHash !== fromHash || hashAt(database, toSeq) !== toHash)
      throw changed();
    const signature = sign(commit, { ...recordOf(act), meaning: "review", reason });
    const number = Number(
      database.prepare("SELECT coalesce(max(number), 0) + 1 AS number FROM trail_reviews").get()?.["number"],
    );
    database
      .prepare(
        `INSERT INTO trail_reviews (number, from_seq, to_seq, from_hash, to_hash, counts, at, signature, journal_seq)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        number,
        fromSeq,
        toSeq,
        fromHash,
        toHash,
        JSON.stringify(counts),
        commit.at,
        numberOf(signature),
        commit.journalSeq,
      );
    return signature;
  });
}

/** What stands for a stretch where somebody signs in anew for it. */
export function actOf({
  fromSeq,
  toSeq,
  toHash,
}: Pick<TrailStretch, "fromSeq" | "toSeq" | "toHash">): string {
  return `trail ${fromSeq}-${toSeq} ${toHash}`;
}

function recordOf({ fromSeq, toSeq, fromHash, toHash, counts }: TrailStretch) {
  const content = { fromSeq, toSeq, fromHash, toHash, counts };
  return { subjectKind: trailKind, subject: subjectOf(content), content };
}

function subjectOf({ fromSeq, toSeq }: Pick<TrailStretch, "fromSeq" | "toSeq">): string {
  return `${fromSeq}-${toSeq}`;
}

function nextStart(database: Database): { readonly fromSeq: number; readonly fromHash: string } {
  const last = database
    .prepare("SELECT to_seq, to_hash FROM trail_reviews ORDER BY number DESC LIMIT 1")
    .get();
  if (last === undefined) return { fromSeq: 1, fromHash: chainStart };
  return { fromSeq: Number(last["to_seq"]) + 1, fromHash: String(last["to_hash"]) };
}

function hashAt(database: Database, seq: number): string {
  const hash = database.prepare("SELECT hash FROM audit WHERE seq = ?").get(seq)?.["hash"];
  return typeof hash === "string" ? hash : "";
}

function changed(): CodedError {
  return new CodedError(
    "sign.changed",
    "Somebody else has reviewed a part of this since the page was made, or the trail is not what it showed. Look at it again, then sign it.",
  );
}
