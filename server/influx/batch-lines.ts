import { faultWords, type Reading } from "@coldkeep/core/readings/reading.ts";
import { type TimedReading, type TimeQuality, timeSources } from "@coldkeep/core/readings/stamp.ts";
import { probeOfChannel } from "@coldkeep/core/site/channels.ts";
import { ruleAt } from "@coldkeep/core/site/profile.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { type ReadBatch, readBatch } from "../ingest/batch-reader.ts";
import { unpacked } from "../journal/unpacked.ts";
import { columnsOf } from "../judging/routed-readings.ts";
import type { PlacedProbe, SiteBook } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";
import type { JournalRow } from "./journal-slice.ts";
import { integer, line, lineHead, nanos } from "./line.ts";
import { readingLine } from "./reading-line.ts";

/** Readings of a channel that a batch brought: the span of event time they lie in. */
export interface Touched {
  readonly channel: string;
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** What a batch entry comes to. */
export interface BatchLines {
  readonly lines: readonly string[];
  readonly touched: readonly Touched[];
}

/** Makes the lines of batch entries: what the journal's body holds less what was refused of it, each reading as it stands on record. */
export function makeBatchLines(database: Database): (entry: JournalRow, book: SiteBook) => BatchLines {
  const refused = database.prepare(
    "SELECT position FROM refusals WHERE journal_seq = ? AND position >= 0 ORDER BY position",
  );
  const answerOf = database.prepare("SELECT answer FROM batches WHERE gateway = ? AND sequence = ?");
  const onRecord = openOnRecord(database);
  return (entry, book) => {
    const positions = refused.all(entry.seq).map((row) => Number(row["position"]));
    const batch = readAgain(unpacked(entry.encoding, entry.body), new Set(positions));
    const { gateway, sequence, readings, heldReadings } = batch;
    const answer = answerOf.get(gateway, sequence)?.["answer"];
    const isFirst =
      typeof answer === "string" && (JSON.parse(answer) as { duplicates?: number }).duplicates === 0;
    const lines: string[] = [];
    const touched: Touched[] = [];
    let newest: EpochMs | null = null;
    for (const [channel, list] of readings) {
      const series = makeSeries(book, channel);
      let from = Number.MAX_SAFE_INTEGER;
      let to = Number.MIN_SAFE_INTEGER;
      for (const each of list) {
        const kept = isFirst ? each : onRecord(channel, each);
        lines.push(lineOf(series, kept));
        from = Math.min(from, kept.at);
        to = Math.max(to, kept.at);
      }
      touched.push({ channel, from, to });
      newest = Math.max(newest ?? to, to);
    }
    const late = newest === null ? null : integer(Math.max(0, entry.at - newest));
    const told = line(
      lineHead("gateways", { site: book.site.site, gateway }),
      { held_readings: heldReadings === null ? null : integer(heldReadings), late_ms: late },
      nanos(entry.at, entry.seq % 1_000_000),
    );
    if (told !== null) lines.push(told);
    return { lines, touched };
  };
}

/** The site may have changed since, so what was refused is taken from the record, and nothing else is refused now. */
function readAgain(text: string, refused: ReadonlySet<number>): ReadBatch {
  const all = () => true;
  if (refused.size === 0) return readBatch(text, all, Number.MAX_SAFE_INTEGER);
  const envelope = JSON.parse(text) as { readings: unknown[] };
  const kept = envelope.readings.filter((_, index) => !refused.has(index));
  return readBatch(JSON.stringify({ ...envelope, readings: kept }), all, Number.MAX_SAFE_INTEGER);
}

/** A repeat is written as the first one stands on record, whatever words or times it came with. */
function openOnRecord(database: Database): (channel: string, reading: TimedReading) => TimedReading {
  const find = database.prepare(
    `SELECT fault, time_source, uncertainty_ms FROM readings JOIN probes ON probes.number = readings.probe
     WHERE probes.id = ? AND at = ? AND value = ?`,
  );
  return (channel, reading) => {
    const row = find.get(channel, reading.at, columnsOf(reading)[0]);
    if (row === undefined) return reading;
    const fault = faultWords.find((word) => word === row["fault"]);
    const source = timeSources[Number(row["time_source"] ?? -1)];
    const value: Reading = fault === undefined || !("fault" in reading) ? reading : { at: reading.at, fault };
    const { at } = reading;
    const plain: Reading = "celsius" in value ? { at, celsius: value.celsius } : { at, fault: value.fault };
    if (source === undefined) return plain;
    return { ...plain, time: { source, uncertaintyMs: Number(row["uncertainty_ms"]) } };
  };
}

interface Series {
  readonly probeAt: (at: EpochMs) => PlacedProbe | null;
  readonly headOf: (probe: PlacedProbe | null) => string;
}

function makeSeries(book: SiteBook, channel: string): Series {
  const heads = new Map<string | null, string>();
  return {
    probeAt: (at) => book.probes.get(probeOfChannel(book.channels, channel, at) ?? "") ?? null,
    headOf: (probe) => {
      const key = probe?.id ?? null;
      const known = heads.get(key);
      if (known !== undefined) return known;
      const appliance = probe?.appliance ?? null;
      const head = lineHead("readings", { site: book.site.site, appliance, probe: key, channel });
      heads.set(key, head);
      return head;
    },
  };
}

function lineOf(series: Series, reading: TimedReading): string {
  const probe = series.probeAt(reading.at);
  const offset = probe === null ? 0 : ruleAt(probe.rules.offsets, reading.at);
  const time: TimeQuality | null = reading.time ?? null;
  return readingLine(series.headOf(probe), reading, offset, time);
}
