/** The tables of the projections (docs/records.md): how far each has got, and what it could not hand over. No part of the state. Created where they are missing. */
export const projectionTablesSql = `
CREATE TABLE IF NOT EXISTS projection_cursors (
  name TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  moved_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS projection_asides (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  line TEXT NOT NULL,
  reason TEXT NOT NULL,
  reading_at INTEGER,
  at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS projection_asides_by_time ON projection_asides (name, reading_at);
CREATE TABLE IF NOT EXISTS coverage_hours (
  probe INTEGER NOT NULL,
  hour INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  in_ms INTEGER NOT NULL,
  low_ms INTEGER NOT NULL,
  high_ms INTEGER NOT NULL,
  unknown_ms INTEGER NOT NULL,
  written INTEGER NOT NULL,
  due_at INTEGER,
  PRIMARY KEY (probe, hour)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS coverage_hours_due ON coverage_hours (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS coverage_hours_unwritten ON coverage_hours (hour) WHERE written = 0;
CREATE TABLE IF NOT EXISTS probe_states (
  probe TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  since INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS revisions_by_journal ON revisions (journal_seq);
CREATE INDEX IF NOT EXISTS alarm_events_by_journal ON alarm_events (journal_seq);
CREATE INDEX IF NOT EXISTS audit_by_journal ON audit (journal_seq);
CREATE INDEX IF NOT EXISTS equipment_events_by_journal ON equipment_events (journal_seq);
CREATE INDEX IF NOT EXISTS calls_by_journal ON calls (journal_seq);
CREATE INDEX IF NOT EXISTS holds_standing ON holds (excursion) WHERE released_at IS NULL;
CREATE INDEX IF NOT EXISTS notifications_sent ON notifications (sent_at) WHERE sent_at IS NOT NULL;
`;

/** The columns of alarm events that older records lack: where the alarm stood after the event, and how much it pressed. */
export const alarmEventColumns: readonly (readonly [name: string, definition: string])[] = [
  ["phase", "TEXT"],
  ["severity", "TEXT"],
];
