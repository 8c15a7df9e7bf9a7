/**
 * Signed decisions about many units at once, and what second persons said to those that need one. Append-only: a decision is never changed, only followed by another.
 * Created where they are missing.
 */
export const dispositionTablesSql = `
CREATE TABLE IF NOT EXISTS decisions (
  number INTEGER PRIMARY KEY,
  excursion TEXT NOT NULL,
  decision TEXT NOT NULL,
  content TEXT NOT NULL,
  reason TEXT NOT NULL,
  login TEXT NOT NULL,
  name TEXT NOT NULL,
  at INTEGER NOT NULL,
  journal_seq INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS decisions_by_excursion ON decisions (excursion, number);
CREATE TABLE IF NOT EXISTS second_opinions (
  decision INTEGER PRIMARY KEY,
  verdict TEXT NOT NULL,
  reason TEXT NOT NULL,
  login TEXT NOT NULL,
  name TEXT NOT NULL,
  at INTEGER NOT NULL,
  journal_seq INTEGER NOT NULL
);
`;
