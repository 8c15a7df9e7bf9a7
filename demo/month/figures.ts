import type { Month } from "./month.ts";
import type { Proof } from "./proof.ts";

/** What a month amounts to, in numbers. */
export interface MonthFigures {
  readonly readings: number;
  /** Readings that came again. */
  readonly repeats: number;
  readonly refused: number;
  readonly batches: number;
  readonly high: number;
  readonly low: number;
  readonly unmonitored: number;
  readonly withdrawn: number;
  /** Revisions by what they changed. */
  readonly revisions: Readonly<Record<string, number>>;
  readonly exposures: number;
  readonly alarms: number;
  readonly messages: number;
  readonly wouldCall: number;
  readonly distrusted: number;
  readonly faults: number;
  readonly restarts: number;
  readonly movements: number;
  readonly journalEntries: number;
  readonly naiveWindows: number;
}

/** Counts a month. */
export function monthFigures(month: Month, proof: Proof): MonthFigures {
  const { database, readings, delivered } = month;
  const count = (sql: string): number => Number(database.prepare(sql).get()?.["n"] ?? 0);
  const excursions = (where: string): number => count(`SELECT count(*) AS n FROM excursions WHERE ${where}`);
  const standing = (side: string): number => excursions(`status <> 'withdrawn' AND side = '${side}'`);
  const distinct = [...readings.values()].reduce((sum, each) => sum + each.length, 0);
  const changes = database.prepare(
    "SELECT change, count(*) AS n FROM revisions GROUP BY change ORDER BY change",
  );
  return {
    readings: distinct,
    repeats: delivered - distinct,
    refused: count("SELECT count(*) AS n FROM refusals"),
    batches: count("SELECT count(*) AS n FROM batches"),
    high: standing("high"),
    low: standing("low"),
    unmonitored: standing("unmonitored"),
    withdrawn: excursions("status = 'withdrawn'"),
    revisions: Object.fromEntries(changes.all().map((row) => [String(row["change"]), Number(row["n"])])),
    exposures: proof.exposures,
    alarms: count("SELECT count(*) AS n FROM alarms"),
    messages: count("SELECT count(*) AS n FROM notifications"),
    wouldCall: proof.wouldCall,
    distrusted: proof.distrusted,
    faults: month.faults.length,
    restarts: month.restarts,
    movements: month.told.length,
    journalEntries: proof.journalEntries,
    naiveWindows: proof.naiveWindows,
  };
}
