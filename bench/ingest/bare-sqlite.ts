import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";

/** The same rows into the same table of bare SQLite, a durable transaction for each batch: what the disk and the database allow at most. Returns milliseconds. */
export function insertBare(
  folder: string,
  batches: number,
  perBatch: number,
  probes: number,
  startAt: number,
  stepMs: number,
): number {
  const database = new DatabaseSync(join(folder, "bare.sqlite"));
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
  database.exec(
    "CREATE TABLE readings (probe INTEGER NOT NULL, at INTEGER NOT NULL, value REAL NOT NULL, fault TEXT, PRIMARY KEY (probe, at, value)) WITHOUT ROWID",
  );
  const insert = database.prepare("INSERT INTO readings (probe, at, value, fault) VALUES (?, ?, ?, NULL)");
  const start = systemClock.monotonicMs();
  for (let batch = 0; batch < batches; batch += 1) {
    database.exec("BEGIN IMMEDIATE");
    for (let index = 0; index < perBatch; index += 1) {
      const reading = batch * perBatch + index;
      insert.run(reading % probes, startAt + Math.floor(reading / probes) * stepMs, 4 + (reading % 10) / 10);
    }
    database.exec("COMMIT");
  }
  const tookMs = systemClock.monotonicMs() - start;
  database.close();
  return tookMs;
}
