import { DatabaseSync } from "node:sqlite";

/**
 * Ends what would let somebody in by records of an older moment: sessions, which may have been ended since, and one-time links, which may have been used. Records of a time before
 * people had accounts have none.
 */
export function endWhatLetsIn(records: string): void {
  const sqlite = new DatabaseSync(records);
  try {
    const has = sqlite.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?");
    for (const table of ["sessions", "account_links"])
      if (has.get(table) !== undefined) sqlite.exec(`DELETE FROM ${table}`);
  } finally {
    sqlite.close();
  }
}
