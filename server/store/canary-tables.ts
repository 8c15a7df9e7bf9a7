/**
 * The tables of the canary (docs/records.md): where it stands, how each breach ended, and when its message came in by each medium. Created where they are missing, so that older records gain them.
 */
export const canaryTablesSql = `
CREATE TABLE IF NOT EXISTS canary_state (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  state TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS canary_runs (
  number INTEGER PRIMARY KEY,
  sample_at INTEGER NOT NULL,
  terms TEXT NOT NULL,
  outcome TEXT,
  ended_at INTEGER,
  journal_seq INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS canary_runs_by_time ON canary_runs (sample_at);
CREATE TABLE IF NOT EXISTS canary_receipts (
  run INTEGER NOT NULL,
  medium TEXT NOT NULL,
  delivery TEXT NOT NULL,
  way TEXT NOT NULL,
  arrived_at INTEGER,
  seen_at INTEGER NOT NULL,
  journal_seq INTEGER NOT NULL,
  PRIMARY KEY (run, medium)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS deliveries_by_contact ON deliveries (contact);
`;
