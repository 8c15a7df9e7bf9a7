/** The settings that the server ran with, secrets masked, each time that they were others. Append-only. Created where it is missing, so that older records gain it. */
export const settingsTablesSql = `
CREATE TABLE IF NOT EXISTS settings_history (
  journal_seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  settings TEXT NOT NULL
);
`;
