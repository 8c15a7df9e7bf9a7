import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Signature, Signer } from "@coldkeep/core/signatures/signature.ts";
import type { Services } from "../http/services.ts";
import type { Commit } from "../journal/committer.ts";
import type { Proof } from "../people/people.ts";
import { checkReason, contentHashOf, signerOf, type Signing } from "../signatures/signatures.ts";
import { drillKind, drillRecord, signedContent } from "./drill-record.ts";

/** What the journal keeps of a review of a drill. */
export interface DrillReview {
  readonly id: string;
  readonly reason: string;
  readonly signer: Signer;
}

type Parts = Pick<Services, "database" | "committer" | "drills" | "deliveries" | "signatures">;

/** What is signed of a drill that is over, and the hash by which it is known that it is what was shown. Throws `drill.unknown`, `drill.not-over`. */
export function reviewedRecord(parts: Parts, id: string) {
  const record = drillRecord(parts, id);
  if (record === null) throw new CodedError("drill.unknown", `There is no drill "${id}".`);
  if (record.state.phase !== "over")
    throw new CodedError("drill.not-over", `Drill "${id}" is not over: there is nothing to review yet.`);
  const content = signedContent(record, record.happenings, record.messages);
  const signed = { subjectKind: drillKind, subject: id, content };
  return { record, signed, hash: contentHashOf(signed) };
}

/** What stands for a drill's record where somebody signs in anew for it. */
export function reviewAct(id: string, hash: string): string {
  return `drill ${id} ${hash}`;
}

/** Signs that a drill's record was reviewed. Throws `sign.changed` where it is not what was shown, and what signing throws; then nothing was signed. */
export function signDrill(
  parts: Parts,
  proof: Proof,
  { id, hash, reason }: { readonly id: string; readonly hash: string; readonly reason: string },
): void {
  checkReason(reason);
  if (reviewedRecord(parts, id).hash !== hash)
    throw new CodedError(
      "sign.changed",
      "The record of this drill is not what the page showed. Look at it again, then sign it.",
    );
  perform(parts, `person:${proof.login}`, { id, reason, signer: signerOf(proof) }, (commit, what) =>
    parts.signatures.sign(commit, proof, what),
  );
}

/** Signs again what the journal says was reviewed: for a replay alone. */
export function replayDrillReview(parts: Parts, source: string, review: DrillReview): void {
  perform(parts, source, review, (commit, what) => parts.signatures.replaySign(commit, review.signer, what));
}

function perform(
  parts: Parts,
  source: string,
  review: DrillReview,
  sign: (commit: Commit, what: Signing) => Signature,
): void {
  const body = new TextEncoder().encode(JSON.stringify(review));
  parts.committer.commit({ kind: "drill-review", source, encoding: "identity", body }, (commit) => {
    const { signed } = reviewedRecord(parts, review.id);
    sign(commit, { ...signed, meaning: "review", reason: review.reason });
  });
}
