/** Format of the buffer's file; a gateway refuses a newer one. */
export const schemaVersion = 2;

/**
 * The buffer's tables in their first format; `upgrades` bring them to the present one. Readings have ascending ids that are never used again, so that a batch is a pair of ids: its content cannot change.
 * `meta` says which ids wait: `backlogNext..backlogEnd - 1` in the backlog lane, `liveNext..nextReading - 1` in the live lane.
 */
export const schemaSql = `
  CREATE TABLE meta (one INTEGER PRIMARY KEY CHECK (one = 1), nextReading INTEGER NOT NULL, nextSequence INTEGER NOT NULL,
    backlogNext INTEGER NOT NULL, backlogEnd INTEGER NOT NULL, liveNext INTEGER NOT NULL, held INTEGER NOT NULL) STRICT;
  CREATE TABLE probe (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE reading (id INTEGER PRIMARY KEY, probe INTEGER NOT NULL, at INTEGER NOT NULL, value ANY NOT NULL) STRICT;
  CREATE TABLE batch (sequence INTEGER PRIMARY KEY, lane TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    held INTEGER NOT NULL) STRICT;
  CREATE TABLE refused (id INTEGER PRIMARY KEY, probe INTEGER NOT NULL, at INTEGER NOT NULL, value ANY NOT NULL, code TEXT NOT NULL,
    refusedAt INTEGER NOT NULL) STRICT;
  CREATE TABLE ledger (device TEXT NOT NULL, boot INTEGER NOT NULL, source TEXT NOT NULL, lastHeardAt INTEGER NOT NULL,
    kept TEXT NOT NULL, lost TEXT NOT NULL, anchors TEXT NOT NULL, PRIMARY KEY (device, boot)) STRICT, WITHOUT ROWID;
  CREATE TABLE evidence (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, source TEXT NOT NULL, code TEXT NOT NULL,
    excerpt BLOB NOT NULL) STRICT;
`;

/** What leads from each format to the next: `upgrades[0]` from 1 to 2. */
export const upgrades: readonly string[] = [
  `ALTER TABLE reading ADD COLUMN time INTEGER; ALTER TABLE refused ADD COLUMN time INTEGER;
  CREATE TABLE signal (channel TEXT PRIMARY KEY, active INTEGER NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;`,
];
