/**
 * Accounts, what proves that it is them, sessions and tokens of machines (docs/people.md). Created where they are missing, so that older records gain them. None of
 * these follows from the journal: it has what was done to accounts and never a secret. Accounts are not deleted, so that a login names one person for ever.
 */
export const peopleTablesSql = `
CREATE TABLE IF NOT EXISTS accounts (
  login TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  role TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_sign_in_at INTEGER,
  issuer TEXT,
  subject TEXT,
  UNIQUE (issuer, subject)
) WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS accounts_stay BEFORE DELETE ON accounts
BEGIN SELECT RAISE(ABORT, 'accounts are never deleted'); END;
CREATE TABLE IF NOT EXISTS passwords (
  number INTEGER PRIMARY KEY,
  login TEXT NOT NULL REFERENCES accounts (login),
  hash TEXT NOT NULL,
  since INTEGER NOT NULL,
  in_force INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS passwords_of ON passwords (login, number);
CREATE TABLE IF NOT EXISTS second_factors (
  login TEXT PRIMARY KEY REFERENCES accounts (login),
  sealed BLOB,
  confirmed_at INTEGER,
  last_step INTEGER NOT NULL,
  fresh BLOB
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS recovery_codes (
  hash TEXT PRIMARY KEY,
  login TEXT NOT NULL REFERENCES accounts (login),
  used_at INTEGER
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS lockouts (
  login TEXT PRIMARY KEY REFERENCES accounts (login),
  failures INTEGER NOT NULL,
  last_failure_at INTEGER NOT NULL,
  locked_until INTEGER
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS account_links (
  hash TEXT PRIMARY KEY,
  login TEXT NOT NULL REFERENCES accounts (login),
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sessions (
  id TEXT PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  login TEXT NOT NULL REFERENCES accounts (login),
  stage TEXT NOT NULL,
  method TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  ended_at INTEGER,
  address TEXT NOT NULL,
  agent TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sessions_of ON sessions (login, started_at);
CREATE TABLE IF NOT EXISTS machine_tokens (
  name TEXT PRIMARY KEY,
  role TEXT NOT NULL,
  gateways TEXT,
  hash TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  last_used_at INTEGER,
  revoked_at INTEGER
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS people_key (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  fingerprint TEXT NOT NULL
);
`;

/** The tables of people as the query builder knows them. */
export interface PeopleTables {
  accounts: {
    login: string;
    name: string;
    email: string;
    role: string;
    state: string;
    created_at: number;
    last_sign_in_at: number | null;
    issuer: string | null;
    subject: string | null;
  };
  /** The password in force, and older ones that may not be taken again. */
  passwords: { number?: number; login: string; hash: string; since: number; in_force: number };
  /** Sealed with `people.key`. `fresh` is a drawn secret that no code has confirmed yet. */
  second_factors: {
    login: string;
    sealed: Uint8Array | null;
    confirmed_at: number | null;
    last_step: number;
    fresh: Uint8Array | null;
  };
  recovery_codes: { hash: string; login: string; used_at: number | null };
  lockouts: { login: string; failures: number; last_failure_at: number; locked_until: number | null };
  account_links: { hash: string; login: string; expires_at: number };
  sessions: {
    id: string;
    token_hash: string;
    login: string;
    stage: string;
    method: string;
    started_at: number;
    last_seen_at: number;
    ended_at: number | null;
    address: string;
    agent: string;
  };
  machine_tokens: {
    name: string;
    role: string;
    gateways: string | null;
    hash: string;
    created_at: number;
    created_by: string;
    last_used_at: number | null;
    revoked_at: number | null;
  };
  people_key: { one: number; fingerprint: string };
}
