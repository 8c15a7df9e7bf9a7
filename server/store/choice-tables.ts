/** The lists that people choose from as quality officers changed them, whole at each change: the newest of a list counts. Append-only. */
export const choiceTablesSql = `
CREATE TABLE IF NOT EXISTS choice_lists (
  journal_seq INTEGER PRIMARY KEY,
  list TEXT NOT NULL,
  entries TEXT NOT NULL,
  why TEXT NOT NULL,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS choice_lists_by_list ON choice_lists (list, journal_seq);
`;
