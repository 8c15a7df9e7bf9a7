/** The tables of calls, equipment, service and what gateways reported of their own alarms (docs/records.md). Created where they are missing, so that older records gain them. */
export const alarmTablesSql = `
CREATE TABLE IF NOT EXISTS call_state (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  state TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS calls (
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  causes TEXT NOT NULL,
  journal_seq INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS call_alarms (
  alarm TEXT NOT NULL,
  call TEXT NOT NULL,
  number INTEGER NOT NULL,
  about TEXT NOT NULL,
  PRIMARY KEY (alarm, call, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS probe_gateways (
  probe TEXT PRIMARY KEY,
  gateway TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS equipment_events (
  subject TEXT NOT NULL,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  active INTEGER NOT NULL,
  journal_seq INTEGER NOT NULL,
  PRIMARY KEY (subject, kind, at, active)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS equipment (
  subject TEXT NOT NULL,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  active INTEGER NOT NULL,
  PRIMARY KEY (subject, kind)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS out_of_service (
  appliance TEXT PRIMARY KEY,
  since INTEGER NOT NULL,
  until INTEGER NOT NULL,
  actor TEXT NOT NULL,
  reason TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS edge_alarms (
  gateway TEXT NOT NULL,
  id TEXT NOT NULL,
  alarm TEXT NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  raised_at INTEGER NOT NULL,
  cleared_at INTEGER,
  reached_at INTEGER,
  reached_critical_at INTEGER,
  as_of INTEGER NOT NULL,
  report TEXT NOT NULL,
  PRIMARY KEY (gateway, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS edge_alarms_by_alarm ON edge_alarms (alarm);
CREATE INDEX IF NOT EXISTS edge_alarms_by_subject ON edge_alarms (subject, kind, raised_at);
`;
