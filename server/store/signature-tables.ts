/** Electronic signatures, and the reviews of the audit trail that they sign (docs/signatures.md). Created where they are missing, so that older records gain them. */
export const signatureTablesSql = `
CREATE TABLE IF NOT EXISTS signatures (
  number INTEGER PRIMARY KEY,
  login TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  method TEXT NOT NULL,
  at INTEGER NOT NULL,
  meaning TEXT NOT NULL,
  reason TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  content_hash TEXT NOT NULL,
  journal_seq INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS signatures_of ON signatures (subject_kind, subject);
CREATE INDEX IF NOT EXISTS signatures_about ON signatures (subject);
CREATE TABLE IF NOT EXISTS trail_reviews (
  number INTEGER PRIMARY KEY,
  from_seq INTEGER NOT NULL,
  to_seq INTEGER NOT NULL,
  from_hash TEXT NOT NULL,
  to_hash TEXT NOT NULL,
  counts TEXT NOT NULL,
  at INTEGER NOT NULL,
  signature INTEGER NOT NULL,
  journal_seq INTEGER NOT NULL
);
`;

/** Rows of these tables. */
export interface SignatureTables {
  signatures: {
    number: number;
    login: string;
    name: string;
    role: string;
    method: string;
    at: number;
    meaning: string;
    reason: string;
    subject_kind: string;
    subject: string;
    content_hash: string;
    journal_seq: number;
  };
  trail_reviews: {
    number: number;
    from_seq: number;
    to_seq: number;
    /** The hash before the stretch's first entry, and that of its last. */
    from_hash: string;
    to_hash: string;
    counts: string;
    at: number;
    signature: number;
    journal_seq: number;
  };
}
