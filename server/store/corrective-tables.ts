/**
 * Corrective actions of excursions, and what became of them. Append-only: an action is never changed, only ended, once. Created where they are missing.
 */
export const correctiveTablesSql = `
CREATE TABLE IF NOT EXISTS corrective_actions (
  number INTEGER PRIMARY KEY,
  excursion TEXT NOT NULL,
  what TEXT NOT NULL,
  owner_login TEXT,
  owner_name TEXT NOT NULL,
  due TEXT NOT NULL,
  cause TEXT,
  actor TEXT NOT NULL,
  name TEXT NOT NULL,
  at INTEGER NOT NULL,
  journal_seq INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS corrective_actions_by_excursion ON corrective_actions (excursion, number);
CREATE TABLE IF NOT EXISTS corrective_ends (
  action INTEGER PRIMARY KEY,
  outcome TEXT NOT NULL,
  note TEXT NOT NULL,
  done_by TEXT,
  done_on TEXT,
  actor TEXT NOT NULL,
  name TEXT NOT NULL,
  at INTEGER NOT NULL,
  journal_seq INTEGER NOT NULL
);
`;
