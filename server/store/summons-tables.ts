/** The column that older records lack: which drill a call or a message belongs to; null in earnest. */
export const drillColumn: readonly (readonly [name: string, definition: string])[] = [["drill", "TEXT"]];

/** What finds what belongs to drills, once the column is there. */
export const drillIndexesSql = `
CREATE INDEX IF NOT EXISTS deliveries_of_drills ON deliveries (drill, number) WHERE drill IS NOT NULL;
`;

/**
 * The tables of calls that escalate and of messages on their way (docs/records.md). `sends_in_hand` says which message was being handed over, so that a repeat after a crash is known
 * as one, and `mailbox_marks` how far a mailbox was read: they are no part of the state. Created where they are missing, so that older records gain them.
 */
export const summonsTablesSql = `
CREATE TABLE IF NOT EXISTS summonses (
  id TEXT PRIMARY KEY,
  opened_at INTEGER NOT NULL,
  state TEXT NOT NULL,
  ended TEXT,
  journal_seq INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS summonses_open ON summonses (id) WHERE ended IS NULL;
CREATE TABLE IF NOT EXISTS summons_alarms (
  alarm TEXT NOT NULL,
  summons TEXT NOT NULL,
  PRIMARY KEY (alarm, summons)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS deliveries (
  id TEXT PRIMARY KEY,
  number INTEGER NOT NULL UNIQUE,
  contact TEXT NOT NULL,
  medium TEXT NOT NULL,
  language TEXT NOT NULL,
  thread TEXT,
  summons TEXT,
  summons_call INTEGER,
  others TEXT,
  state TEXT NOT NULL,
  due_at INTEGER,
  outcome TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS deliveries_open ON deliveries (id) WHERE outcome IS NULL;
CREATE INDEX IF NOT EXISTS deliveries_by_summons ON deliveries (summons);
CREATE TABLE IF NOT EXISTS delivery_events (
  number INTEGER PRIMARY KEY,
  delivery TEXT NOT NULL,
  at INTEGER NOT NULL,
  event TEXT NOT NULL,
  channel TEXT,
  detail TEXT,
  journal_seq INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS delivery_events_by_delivery ON delivery_events (delivery);
CREATE TABLE IF NOT EXISTS delivery_references (
  channel TEXT NOT NULL,
  reference TEXT NOT NULL,
  delivery TEXT NOT NULL,
  PRIMARY KEY (channel, reference)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS returned_addresses (
  contact TEXT NOT NULL,
  address TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (contact, address)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS channel_failures (
  channel TEXT PRIMARY KEY,
  failures INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS digest_items (
  policy TEXT NOT NULL,
  alarm TEXT NOT NULL,
  number INTEGER NOT NULL,
  about TEXT NOT NULL,
  at INTEGER NOT NULL,
  told_at INTEGER,
  PRIMARY KEY (policy, alarm, number)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS digest_items_untold ON digest_items (at) WHERE told_at IS NULL;
CREATE TABLE IF NOT EXISTS replies (
  channel TEXT NOT NULL,
  reference TEXT NOT NULL,
  sender TEXT NOT NULL,
  text TEXT NOT NULL,
  at INTEGER NOT NULL,
  contact TEXT,
  delivery TEXT,
  outcome TEXT NOT NULL,
  journal_seq INTEGER NOT NULL,
  PRIMARY KEY (channel, reference)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sends_in_hand (
  delivery TEXT PRIMARY KEY,
  channel TEXT NOT NULL,
  started_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS mailbox_marks (
  mailbox TEXT PRIMARY KEY,
  uid_validity TEXT NOT NULL,
  uid INTEGER NOT NULL
) WITHOUT ROWID;
`;
