import { DatabaseSync } from "node:sqlite";

/**
 * Ends what would let somebody in by records of an older moment: sessions, which may have been ended since, and one-time links, which may have been used. Records of a time before
 * people had accounts have none.
 */
export function endWhatLetsIn(records: string): void {
  const sqlite = new DatabaseSync(records);
  try {
    const has = sqlite.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?");
    if (has.get("sessions") !== undefined) sqlite.exec("DELETE FROM sessions");
    if (has.get("account_links") !== undefined) sqlite.exec("DELETE FROM account_links");
  } finally {
    sqlite.close();
  }
}
