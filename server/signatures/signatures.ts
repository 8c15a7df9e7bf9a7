import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { PersonRole } from "@coldkeep/core/people/roles.ts";
import {
  maySign,
  meaningWords,
  type Signature,
  type SignatureMeaning,
  type SignedRecord,
  signedText,
  type Signer,
  type SigningMethod,
} from "@coldkeep/core/signatures/signature.ts";
import { sha256Hex } from "../journal/hash-chain.ts";
import type { Commit } from "../journal/committer.ts";
import { type Proof, spendProof } from "../people/people.ts";
import type { Database } from "../store/database.ts";
import type { SignatureTables } from "../store/signature-tables.ts";

/** What a person signs, with which meaning and why. */
export interface Signing extends SignedRecord {
  readonly meaning: SignatureMeaning;
  readonly reason: string;
}

/** What of signatures to look for. */
export interface SignatureFilter {
  readonly subjectKind?: string | undefined;
  readonly subject?: string | undefined;
  /** Only those after this one, in the list's order. */
  readonly after?: number | undefined;
  readonly limit: number;
}

/** Electronic signatures (docs/signatures.md): made once, never changed, bound to the content that they were given for. */
export interface Signatures {
  /**
   * Signs within the caller's commit, which the signature shares the fate of. Uses the proof up, whatever comes of it. Throws `sign.proof-spent`, and `sign.role` where the
   * person's role signs nothing of that meaning, and `sign.reason` without a reason.
   */
  readonly sign: (commit: Commit, proof: Proof, what: Signing) => Signature;
  /** Signs again what the journal says was signed: for a replay alone. */
  readonly replaySign: (commit: Commit, signer: Signer, what: Signing) => Signature;
  /** The signatures of a record, in the order in which they were given. */
  readonly of: (subjectKind: string, subject: string) => readonly Signature[];
  /** Newest first. */
  readonly list: (filter: SignatureFilter) => readonly Signature[];
}

/** Most characters of a reason. */
export const reasonCharactersMax = 1_000;

/** The hash that a signature of this record, as it stands, would carry. */
export function contentHashOf(record: SignedRecord): string {
  return sha256Hex(signedText(record));
}

/** True while what was signed is what stands there now. A record that changed needs a new signature. */
export function stands(signature: Signature, content: unknown): boolean {
  const { subjectKind, subject, contentHash } = signature;
  return contentHashOf({ subjectKind, subject, content }) === contentHash;
}

/** Who signs by a proof, as the journal keeps it. */
export function signerOf({ login, name, role, method }: Proof): Signer {
  return { login, name, role, method };
}

/** Opens the signatures on the records. */
export function openSignatures(database: Database): Signatures {
  const { query } = database;
  const insert = database.prepare(
    `INSERT INTO signatures (number, login, name, role, method, at, meaning, reason, subject_kind, subject, content_hash, journal_seq)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const next = database.prepare("SELECT coalesce(max(number), 0) + 1 AS number FROM signatures");
  const write = (commit: Commit, signer: Signer, what: Signing): Signature => {
    const number = Number(next.get()?.["number"]);
    const { login, name, role, method } = signer;
    const { meaning, subjectKind, subject } = what;
    const reason = what.reason.trim().toWellFormed();
    const contentHash = contentHashOf(what);
    const { at, journalSeq } = commit;
    insert.run(
      number,
      login,
      name,
      role,
      method,
      at,
      meaning,
      reason,
      subjectKind,
      subject,
      contentHash,
      journalSeq,
    );
    const id = idOf(number);
    commit.audit({
      actor: `person:${login}`,
      action: "signature.made",
      subject,
      detail: { why: reason, role, id, name, meaning, method, subjectKind, contentHash },
    });
    return {
      id,
      login,
      name,
      role,
      method,
      at,
      meaning,
      reason,
      subjectKind,
      subject,
      contentHash,
      journalSeq,
    };
  };
  return {
    sign: (commit, proof, what) => {
      spendProof(proof);
      if (!maySign(proof.role, what.meaning)) {
        const says = meaningWords[what.meaning].toLowerCase();
        throw new CodedError(
          "sign.role",
          `${proof.name} has the role ${proof.role}, which signs nothing as "${says}".`,
        );
      }
      checkReason(what.reason);
      return write(commit, signerOf(proof), what);
    },
    replaySign: write,
    of: (subjectKind, subject) =>
      database
        .all(
          query
            .selectFrom("signatures")
            .selectAll()
            .where("subject_kind", "=", subjectKind)
            .where("subject", "=", subject)
            .orderBy("number"),
        )
        .map(signatureOf),
    list: ({ subjectKind, subject, after, limit }) => {
      let rows = query.selectFrom("signatures").selectAll().orderBy("number", "desc").limit(limit);
      if (subjectKind !== undefined) rows = rows.where("subject_kind", "=", subjectKind);
      if (subject !== undefined) rows = rows.where("subject", "=", subject);
      if (after !== undefined) rows = rows.where("number", "<", after);
      return database.all(rows).map(signatureOf);
    },
  };
}

/** Throws `sign.reason` for a signature without a reason, or with one that is too long. */
export function checkReason(reason: string): void {
  if (reason.trim() !== "" && reason.length <= reasonCharactersMax) return;
  throw new CodedError("sign.reason", `Say why you sign, in at most ${reasonCharactersMax} characters.`);
}

/** A signature's number within its table. */
export function numberOf({ id }: Pick<Signature, "id">): number {
  return Number(id.slice(idPrefix.length));
}

const idPrefix = "signature-";

function idOf(number: number): string {
  return `${idPrefix}${number}`;
}

function signatureOf(row: SignatureTables["signatures"]): Signature {
  return {
    id: idOf(row.number),
    login: row.login,
    name: row.name,
    role: row.role as PersonRole,
    method: row.method as SigningMethod,
    at: row.at,
    meaning: row.meaning as SignatureMeaning,
    reason: row.reason,
    subjectKind: row.subject_kind,
    subject: row.subject,
    contentHash: row.content_hash,
    journalSeq: row.journal_seq,
  };
}
