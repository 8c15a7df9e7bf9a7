/**
 * The tables of drills (docs/drills.md). Their alarms, what happened to these and what is gathered of their calls stand apart from those in earnest, so that nothing that asks for alarms ever
 * finds one of a drill. Created where they are missing.
 */
export const drillTablesSql = `
CREATE TABLE IF NOT EXISTS drills (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  appliance TEXT NOT NULL,
  start_at INTEGER NOT NULL,
  phase TEXT NOT NULL,
  outcome TEXT,
  ended_at INTEGER,
  record TEXT NOT NULL,
  since_delivery INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS drills_open ON drills (number) WHERE phase <> 'over';
CREATE INDEX IF NOT EXISTS drills_by_end ON drills (ended_at);
CREATE TABLE IF NOT EXISTS drill_events (
  number INTEGER PRIMARY KEY,
  drill TEXT NOT NULL,
  at INTEGER NOT NULL,
  event TEXT NOT NULL,
  actor TEXT NOT NULL,
  detail TEXT,
  journal_seq INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS drill_events_by_drill ON drill_events (drill);
CREATE TABLE IF NOT EXISTS drill_alarms (
  id TEXT PRIMARY KEY,
  drill TEXT NOT NULL,
  phase TEXT NOT NULL,
  state TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS drill_alarms_by_drill ON drill_alarms (drill);
CREATE TABLE IF NOT EXISTS drill_gathering (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  state TEXT NOT NULL
);
`;
