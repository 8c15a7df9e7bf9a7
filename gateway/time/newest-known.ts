import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { isReading, type ReadingBuffer } from "../buffer/buffer.ts";

/** How many of the latest entries are looked at. */
const entriesLookedAt = 100;

/**
 * The latest instant of the gateway's own clock that is on disk, or null: when a device was last heard, or when a reading still held was asked
 * for or came in. What devices said by clocks of their own does not count.
 */
export function newestKnown(
  buffer: Pick<ReadingBuffer, "ledgers" | "lastEntry" | "entriesAfter">,
): EpochMs | null {
  const { entries } = buffer.entriesAfter(buffer.lastEntry() - entriesLookedAt, entriesLookedAt);
  const own = entries.filter(
    (entry) => isReading(entry) && (entry.time?.source === "poll" || entry.time?.source === "arrival"),
  );
  const instants = [...buffer.ledgers().map((ledger) => ledger.lastHeardAt), ...own.map(({ at }) => at)];
  return instants.length === 0 ? null : Math.max(...instants);
}
