import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Services } from "../http/services.ts";
import type { SiteBook } from "../site/site-book.ts";
import type { DiskFigures } from "./disk.ts";
import { float, integer, line, lineHead, nanos } from "./line.ts";
import type { Lag } from "./watch.ts";

/** The line of how the server itself is doing at a moment. */
export function platformLines(
  { journal, metrics }: Pick<Services, "journal" | "metrics">,
  book: SiteBook,
  lag: Lag,
  { freeBytes, recordsBytes }: DiskFigures,
  now: EpochMs,
): string[] {
  const p99 = metrics.decisionP99Ms();
  const fields = {
    journal_seq: integer(journal.head().sequence),
    projection_lag_entries: integer(lag.entries),
    projection_lag_ms: integer(lag.ms),
    readings_total: integer(metrics.readingsAccepted()),
    decision_p99_ms: p99 === null ? null : float(p99),
    disk_free_bytes: freeBytes === null ? null : integer(freeBytes),
    records_bytes: recordsBytes === null ? null : integer(recordsBytes),
  };
  const written = line(lineHead("platform", { site: book.site.site }), fields, nanos(now, 0));
  return written === null ? [] : [written];
}
