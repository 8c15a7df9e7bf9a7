import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { ExcursionFigures } from "@coldkeep/core/engine/excursion.ts";
import type { SignedRecord, Signature, Signer } from "@coldkeep/core/signatures/signature.ts";
import type { Services } from "../http/services.ts";
import type { Commit } from "../journal/committer.ts";
import type { Proof } from "../people/people.ts";
import type { Database } from "../store/database.ts";
import { checkReason, contentHashOf, signerOf, type Signing, stands } from "./signatures.ts";

/** The kind of record that an excursion is to signatures. */
export const excursionKind = "excursion";

/** A signature and whether it covers what stands on record now. */
export interface StandingSignature extends Signature {
  readonly stands: boolean;
}

/** Whether a quality officer has signed an excursion: `outdated` where it was signed and has changed since. */
export type ReviewState = "open" | "unsigned" | "signed" | "outdated";

type Parts = Pick<Services, "database" | "committer" | "signatures">;

/** What the journal keeps of a signed excursion. */
export interface ExcursionSigning {
  readonly excursion: string;
  /** Of the content that the signer saw. */
  readonly contentHash: string;
  readonly reason: string;
  readonly signer: Signer;
}

/** What a signature of an excursion covers: its figures as recorded, their revision, and which units are held for it. Null where there is no such excursion. */
export function excursionRecord(database: Database, id: string): SignedRecord | null {
  const { query } = database;
  const row = database.first(query.selectFrom("excursions").selectAll().where("id", "=", id));
  if (row === undefined) return null;
  const units = database.all(
    query
      .selectFrom("holds")
      .innerJoin("units", "units.number", "holds.unit")
      .select(["din", "product_code", "exposed"])
      .where("excursion", "=", id)
      .orderBy("din")
      .orderBy("product_code"),
  );
  const { probe, appliance, status, revision } = row;
  return {
    subjectKind: excursionKind,
    subject: id,
    content: {
      probe,
      appliance,
      status,
      revision,
      figures: JSON.parse(row.figures) as ExcursionFigures,
      units: units.map(({ din, product_code, exposed }) => ({
        din,
        productCode: product_code,
        exposed: exposed === 1,
      })),
    },
  };
}

/** The signatures of an excursion, each with whether it covers the present version. */
export function excursionSignatures(
  { database, signatures }: Pick<Services, "database" | "signatures">,
  id: string,
): readonly StandingSignature[] {
  const given = signatures.of(excursionKind, id);
  if (given.length === 0) return [];
  const content = excursionRecord(database, id)?.content ?? null;
  return given.map((signature) => ({ ...signature, stands: stands(signature, content) }));
}

/** Whether the excursion as it stands is signed. */
export function reviewState(
  status: "open" | "closed" | "withdrawn",
  given: readonly StandingSignature[],
): ReviewState {
  if (given.some((signature) => signature.stands)) return "signed";
  if (given.length > 0) return "outdated";
  return status === "closed" ? "unsigned" : "open";
}

/**
 * Signs a closed excursion as reviewed. `contentHash` is of what the signer saw. Throws `excursion.unknown`, `excursion.not-closed`, `sign.changed` where it is another by
 * now, and what signing throws; then nothing was signed.
 */
export function signExcursion(
  parts: Parts,
  proof: Proof,
  given: { readonly excursion: string; readonly contentHash: string; readonly reason: string },
): Signature {
  checkReason(given.reason);
  return perform(parts, `person:${proof.login}`, { ...given, signer: signerOf(proof) }, (commit, what) =>
    parts.signatures.sign(commit, proof, what),
  );
}

/** Signs again what the journal says was signed: for a replay alone. */
export function replayExcursionSigning(parts: Parts, source: string, act: ExcursionSigning): void {
  perform(parts, source, act, (commit, what) => parts.signatures.replaySign(commit, act.signer, what));
}

function perform(
  { database, committer }: Parts,
  source: string,
  { excursion, contentHash, reason, signer }: ExcursionSigning,
  sign: (commit: Commit, what: Signing) => Signature,
): Signature {
  const act: ExcursionSigning = { excursion, contentHash, reason, signer };
  const body = new TextEncoder().encode(JSON.stringify(act));
  return committer.commit({ kind: "excursion-sign", source, encoding: "identity", body }, (commit) => {
    const record = excursionRecord(database, excursion);
    if (record === null) throw new CodedError("excursion.unknown", `There is no excursion "${excursion}".`);
    const { status } = record.content as { readonly status: string };
    if (status !== "closed")
      throw new CodedError(
        "excursion.not-closed",
        `The excursion ${excursion} is ${status}; only a closed one is signed as reviewed.`,
      );
    if (contentHashOf(record) !== contentHash)
      throw new CodedError(
        "sign.changed",
        "What you were about to sign has changed since this page was made. Look at it again, then sign it.",
      );
    return sign(commit, { ...record, meaning: "review", reason });
  });
}
