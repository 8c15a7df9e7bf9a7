/** The chains' daily heads (docs/records.md, "Heads kept elsewhere"). Append-only. Created where it is missing, so that older records gain it. */
export const headTablesSql = `
CREATE TABLE IF NOT EXISTS heads (
  day TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  journal_sequence INTEGER NOT NULL,
  journal_hash TEXT NOT NULL,
  audit_sequence INTEGER NOT NULL,
  audit_hash TEXT NOT NULL,
  journal_seq INTEGER NOT NULL
) WITHOUT ROWID;
`;
