import type { Generated } from "kysely";

/**
 * Changes of the site that somebody proposes: every version of each, its back-tests and how it ended. Append-only (append-only.ts). Created where they are missing, so that older records gain them.
 */
export const proposalTablesSql = `
CREATE TABLE IF NOT EXISTS proposal_versions (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  proposal TEXT NOT NULL,
  base_number INTEGER NOT NULL,
  content TEXT NOT NULL,
  reason TEXT NOT NULL,
  author TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  at INTEGER NOT NULL,
  journal_seq INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS proposal_versions_by_proposal ON proposal_versions (proposal, number);
CREATE TABLE IF NOT EXISTS proposal_tests (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  proposal TEXT NOT NULL,
  key TEXT NOT NULL,
  result TEXT NOT NULL,
  at INTEGER NOT NULL,
  journal_seq INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS proposal_tests_by_proposal ON proposal_tests (proposal, number);
CREATE TABLE IF NOT EXISTS proposal_ends (
  proposal TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  actor TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  reason TEXT NOT NULL,
  hash TEXT,
  differences TEXT NOT NULL,
  excursions INTEGER NOT NULL,
  units INTEGER NOT NULL,
  site_number INTEGER,
  backtest_key TEXT,
  at INTEGER NOT NULL,
  journal_seq INTEGER NOT NULL
) WITHOUT ROWID;
`;

/** The rows of these tables. */
export interface ProposalTables {
  proposal_versions: {
    number: Generated<number>;
    proposal: string;
    base_number: number;
    content: string;
    reason: string;
    author: string;
    name: string;
    role: string;
    at: number;
    journal_seq: number;
  };
  proposal_tests: {
    number: Generated<number>;
    proposal: string;
    key: string;
    result: string;
    at: number;
    journal_seq: number;
  };
  proposal_ends: {
    proposal: string;
    state: string;
    actor: string;
    name: string;
    role: string;
    reason: string;
    hash: string | null;
    differences: string;
    excursions: number;
    units: number;
    site_number: number | null;
    backtest_key: string | null;
    at: number;
    journal_seq: number;
  };
}
