import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";

/** The same readings into one table of bare SQLite, a durable transaction for each group: what disk and database allow at most. Returns ms. */
export function appendBare(folder: string, groups: number, perGroup: number, startAt: number): number {
  const database = new DatabaseSync(join(folder, "bare.db"));
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
  database.exec(
    "CREATE TABLE reading (id INTEGER PRIMARY KEY, probe INTEGER NOT NULL, at INTEGER NOT NULL, value ANY NOT NULL, time INTEGER)",
  );
  const insert = database.prepare("INSERT INTO reading (probe, at, value, time) VALUES (?, ?, ?, ?)");
  const start = systemClock.monotonicMs();
  for (let group = 0; group < groups; group += 1) {
    database.exec("BEGIN IMMEDIATE");
    for (let index = 0; index < perGroup; index += 1)
      insert.run(index % 64, startAt + group, 4 + (index % 10) / 10, 80);
    database.exec("COMMIT");
  }
  const tookMs = systemClock.monotonicMs() - start;
  database.close();
  return tookMs;
}
