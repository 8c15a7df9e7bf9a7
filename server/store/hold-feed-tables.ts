/**
 * What the blood-bank system is owed about held units: of each unit that was ever held the journal entry at which that last changed, and the one that the system has confirmed.
 * Created where it is missing; units held by older records are owed once.
 */
export const holdFeedTablesSql = `
CREATE TABLE IF NOT EXISTS hold_feed (
  unit INTEGER PRIMARY KEY,
  changed_seq INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  confirmed_seq INTEGER,
  confirmed_at INTEGER
);
CREATE INDEX IF NOT EXISTS hold_feed_owed ON hold_feed (changed_seq) WHERE confirmed_seq IS NULL;
INSERT INTO hold_feed (unit, changed_seq, changed_at)
  SELECT DISTINCT unit, 0, since FROM holds WHERE NOT EXISTS (SELECT 1 FROM hold_feed) GROUP BY unit;
`;
