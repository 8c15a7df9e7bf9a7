import type { PersonRole } from "../people/roles.ts";
import type { EpochMs } from "../time/millis.ts";
import { canonicalJson } from "./canonical.ts";

/** What a signature can mean (21 CFR 11.50). */
export const signatureMeanings = [
  "review",
  "approval",
  "authorship",
  "responsibility",
  "disposition",
] as const;

/** The meaning of a signature. */
export type SignatureMeaning = (typeof signatureMeanings)[number];

/** The meanings as pages and prints write them. */
export const meaningWords: Readonly<Record<SignatureMeaning, string>> = {
  review: "Reviewed",
  approval: "Approved",
  authorship: "Drawn up",
  responsibility: "Taken responsibility for",
  disposition: "Decided",
};

/** Which roles may sign with which meaning. Administrators and auditors sign nothing: they have no part in the records. */
const signers: Readonly<Record<SignatureMeaning, readonly PersonRole[]>> = {
  review: ["quality"],
  approval: ["quality"],
  authorship: ["storage", "quality"],
  responsibility: ["storage", "quality"],
  disposition: ["quality"],
};

/** True where a role may sign with that meaning. */
export function maySign(role: PersonRole, meaning: SignatureMeaning): boolean {
  return signers[meaning].includes(role);
}

/** How a person proved, for this one act, that it was them. */
export type SigningMethod = "password" | "password+totp" | "oidc";

/** The ways of proving as pages and prints write them. */
export const methodWords: Readonly<Record<SigningMethod, string>> = {
  password: "password",
  "password+totp": "password and one-time code",
  oidc: "single sign-on anew",
};

/** Who signed, as it was then. */
export interface Signer {
  readonly login: string;
  /** The printed name. */
  readonly name: string;
  readonly role: PersonRole;
  readonly method: SigningMethod;
}

/** What is signed: a record of a kind, and its content as it stands. */
export interface SignedRecord {
  /** What kind of record, e.g. `excursion`. */
  readonly subjectKind: string;
  /** Which one. */
  readonly subject: string;
  /** Everything that the signature covers, as plain data. */
  readonly content: unknown;
}

/** An electronic signature. */
export interface Signature extends Signer {
  readonly id: string;
  readonly at: EpochMs;
  readonly meaning: SignatureMeaning;
  /** Why, in the signer's words. */
  readonly reason: string;
  readonly subjectKind: string;
  readonly subject: string;
  /** SHA-256 (hex) over `signedText` of what was signed. */
  readonly contentHash: string;
  readonly journalSeq: number;
}

/** The text whose SHA-256 a signature carries: kind, subject and content together, so that a signature of one record is none of another with equal content. */
export function signedText({ subjectKind, subject, content }: SignedRecord): string {
  return canonicalJson({ subjectKind, subject, content });
}
