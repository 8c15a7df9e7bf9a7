import { secondMs } from "@coldkeep/core/time/millis.ts";
import type { Services } from "../http/services.ts";

/** Shows in the metrics how the canary stands. */
export function watchCanary({ metrics, database, canary }: Services): void {
  const newest = database.prepare(
    `SELECT terms, sample_at, (SELECT max(seen_at) FROM canary_receipts WHERE run = number) AS seen_at FROM canary_runs WHERE outcome = 'in-time' ORDER BY number DESC LIMIT 1`,
  );
  const outcomes = database.prepare("SELECT count(*) AS n FROM canary_runs WHERE outcome = ?");
  metrics.watch(
    "coldkeep_canary_last_received_seconds",
    "Unix time at which the canary was last received in time; 0 before",
    () => Math.round(Number(newest.get()?.["seen_at"] ?? 0) / secondMs),
  );
  metrics.watch(
    "coldkeep_canary_last_took_seconds",
    "From sample to receipt without the configured delay, of the last canary that was in time; 0 before",
    () => {
      const row = newest.get();
      if (row === undefined) return 0;
      const { delayMs } = JSON.parse(String(row["terms"])) as { delayMs: number };
      return Math.max(0, Number(row["seen_at"]) - Number(row["sample_at"]) - delayMs) / secondMs;
    },
  );
  metrics.watch("coldkeep_canary_late", "1 while the canary is late", () => (canary.state().isLate ? 1 : 0));
  for (const [outcome, name] of [
    ["in-time", "in_time"],
    ["late", "late"],
    ["interrupted", "interrupted"],
  ] as const)
    metrics.watch(`coldkeep_canary_${name}_runs`, `Canaries on record that ended ${outcome}`, () =>
      Number(outcomes.get(outcome)?.["n"] ?? 0),
    );
}
