/** The version of the tables below; a file of a newer one is refused. */
export const schemaVersion = 1;

/**
 * The operational records' tables (docs/records.md); the triggers that keep some append-only are in `append-only.ts`. Times are epoch milliseconds, hashes SHA-256 in hex.
 */
export const schemaSql = `
CREATE TABLE journal (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  source TEXT NOT NULL,
  encoding TEXT NOT NULL,
  body BLOB NOT NULL,
  previous TEXT NOT NULL,
  hash TEXT NOT NULL
);

CREATE TABLE batches (
  gateway TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  journal_seq INTEGER NOT NULL,
  content_hash TEXT NOT NULL,
  answer TEXT NOT NULL,
  PRIMARY KEY (gateway, sequence)
) WITHOUT ROWID;
CREATE TABLE gateways (
  id TEXT PRIMARY KEY,
  last_at INTEGER NOT NULL,
  held_readings INTEGER
) WITHOUT ROWID;
CREATE TABLE refusals (
  journal_seq INTEGER NOT NULL,
  position INTEGER NOT NULL,
  code TEXT NOT NULL,
  raw TEXT NOT NULL,
  PRIMARY KEY (journal_seq, position)
) WITHOUT ROWID;

CREATE TABLE probes (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE
);
CREATE TABLE readings (
  probe INTEGER NOT NULL,
  at INTEGER NOT NULL,
  value REAL NOT NULL,
  fault TEXT,
  time_source INTEGER,
  uncertainty_ms INTEGER,
  PRIMARY KEY (probe, at, value)
) WITHOUT ROWID;
CREATE TABLE checkpoints (
  probe INTEGER NOT NULL,
  at INTEGER NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (probe, at)
) WITHOUT ROWID;

CREATE TABLE excursions (
  id TEXT PRIMARY KEY,
  probe TEXT NOT NULL,
  appliance TEXT NOT NULL,
  side TEXT NOT NULL,
  status TEXT NOT NULL,
  "start" INTEGER NOT NULL,
  "end" INTEGER,
  held_from INTEGER NOT NULL,
  held_to INTEGER,
  figures TEXT NOT NULL,
  revision INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX excursions_by_probe ON excursions (probe, "start");
CREATE INDEX excursions_by_appliance ON excursions (appliance, "start");
CREATE INDEX excursions_by_start ON excursions ("start");
CREATE TABLE revisions (
  excursion TEXT NOT NULL,
  revision INTEGER NOT NULL,
  known_at INTEGER NOT NULL,
  journal_seq INTEGER NOT NULL,
  change TEXT NOT NULL,
  reason TEXT NOT NULL,
  status TEXT NOT NULL,
  figures TEXT NOT NULL,
  PRIMARY KEY (excursion, revision)
) WITHOUT ROWID;

CREATE TABLE units (
  number INTEGER PRIMARY KEY,
  din TEXT NOT NULL,
  product_code TEXT NOT NULL,
  description TEXT,
  expires TEXT,
  registered_at INTEGER NOT NULL,
  UNIQUE (din, product_code)
);
CREATE TABLE movements (
  number INTEGER PRIMARY KEY,
  unit INTEGER NOT NULL,
  at INTEGER NOT NULL,
  appliance TEXT,
  reason TEXT NOT NULL,
  known_at INTEGER NOT NULL,
  journal_seq INTEGER NOT NULL
);
CREATE INDEX movements_by_unit ON movements (unit, at);
CREATE TABLE residences (
  unit INTEGER NOT NULL,
  "from" INTEGER NOT NULL,
  "to" INTEGER,
  appliance TEXT NOT NULL,
  PRIMARY KEY (unit, "from")
) WITHOUT ROWID;
CREATE INDEX residences_by_appliance ON residences (appliance, "to", "from");
CREATE TABLE holds (
  unit INTEGER NOT NULL,
  excursion TEXT NOT NULL,
  since INTEGER NOT NULL,
  exposed INTEGER NOT NULL,
  released_at INTEGER,
  PRIMARY KEY (excursion, unit)
) WITHOUT ROWID;
CREATE INDEX holds_by_unit ON holds (unit);
CREATE TABLE dispositions (
  number INTEGER PRIMARY KEY,
  unit INTEGER NOT NULL,
  decision TEXT NOT NULL,
  reason TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  at INTEGER NOT NULL,
  journal_seq INTEGER NOT NULL
);
CREATE INDEX dispositions_by_unit ON dispositions (unit);

CREATE TABLE alarms (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  phase TEXT NOT NULL,
  raised_at INTEGER NOT NULL,
  state TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX alarms_by_phase ON alarms (phase, raised_at);
CREATE INDEX alarms_by_subject ON alarms (subject, kind);
CREATE INDEX alarms_by_raised ON alarms (raised_at);
CREATE TABLE alarm_events (
  number INTEGER PRIMARY KEY,
  alarm TEXT NOT NULL,
  at INTEGER NOT NULL,
  event TEXT NOT NULL,
  actor TEXT NOT NULL,
  note TEXT,
  journal_seq INTEGER NOT NULL,
  phase TEXT,
  severity TEXT
);
CREATE INDEX alarm_events_by_alarm ON alarm_events (alarm);
CREATE TABLE notifications (
  id TEXT PRIMARY KEY,
  alarm TEXT NOT NULL,
  contact TEXT NOT NULL,
  address TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  owed_at INTEGER NOT NULL,
  next_try_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  sent_at INTEGER,
  last_error TEXT
) WITHOUT ROWID;
CREATE INDEX notifications_owed ON notifications (next_try_at) WHERE sent_at IS NULL;
CREATE INDEX notifications_by_alarm ON notifications (alarm);

CREATE TABLE sites (
  number INTEGER PRIMARY KEY,
  site TEXT NOT NULL,
  applied_at INTEGER NOT NULL,
  content TEXT NOT NULL
);
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  journal_seq INTEGER NOT NULL,
  previous TEXT NOT NULL,
  hash TEXT NOT NULL
);
`;
