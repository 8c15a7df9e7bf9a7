import type { Clock, Random } from "@coldkeep/core/time/clock.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import type { Logger } from "pino";
import { historyOver } from "../history/history.ts";
import { influxSource } from "../history/influx-source.ts";
import { joinedSource } from "../history/joined-source.ts";
import { recordsSource } from "../history/reading-source.ts";
import type { InsideLinks } from "../inside.ts";
import type { Journal } from "../journal/journal.ts";
import { openRoutedReadings } from "../judging/routed-readings.ts";
import type { Database } from "../store/database.ts";
import { openCursor } from "./cursors.ts";
import { keptFrom } from "./expiry.ts";
import { openInflux, type InfluxPort } from "./influx-port.ts";
import { type InfluxSettings, targetName } from "./influx-settings.ts";
import { type JournalSlice, openSlices, type SliceReader } from "./journal-slice.ts";
import { openPending } from "./pending.ts";
import { makeProjection, type Projection } from "./projection.ts";
import { openSliceThread } from "./slice-thread.ts";

/** People wait for history: after this long the records answer. Unit ms. */
export const historySilentMs = 5_000;

/** What the way to InfluxDB is made of. */
export interface InfluxParts {
  readonly settings: InfluxSettings;
  readonly database: Database;
  readonly recordsPath: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Reads the journal in a thread of its own. */
  readonly isThreaded: boolean;
  /** What is younger comes from the records. Unit ms; `hotWindowMs` where nothing is said. */
  readonly hotMs?: DurationMs | undefined;
}

/** The way to InfluxDB and back, before the inside stands on it. */
export interface InfluxLinks extends InsideLinks {
  readonly port: InfluxPort;
  /** True while InfluxDB should answer for the history and the records do it alone. */
  readonly isFallenBack: () => boolean;
  readonly historyCounts: () => { readonly influx: number; readonly fallbacks: number };
  /** What the target is called in the records. */
  readonly target: string;
  /** Makes the projection; call once. */
  readonly project: (journal: Journal, listener: ProjectionListener) => Projection;
}

/** Hears of the projection's way. */
export interface ProjectionListener {
  /** A slice is written, and the cursor behind it. */
  readonly onSlice: (slice: JournalSlice) => void;
  /** The target is empty; all of it is written from the first entry on. */
  readonly onAnew: () => void;
}

/** Opens the way to InfluxDB. Nothing is sent before the projection starts. */
export function openInfluxLinks(parts: InfluxParts): InfluxLinks {
  const { settings, database, clock, logger } = parts;
  const port = openInflux(settings);
  const name = targetName(settings);
  const cursor = openCursor(database, name);
  const head = Number(database.prepare("SELECT max(seq) AS head FROM journal").get()?.["head"] ?? 0);
  let isReady = false;
  let keeps: DurationMs | null = null;
  let pending = openPending(cursor.read() ?? 0, head);
  const source = joinedSource({
    records: recordsSource(openRoutedReadings(database)),
    influx: influxSource(openInflux(settings, historySilentMs), database),
    clock,
    // Until InfluxDB was found well, and found to have what the cursor says, the records answer alone.
    pendingFrom: () => (isReady ? pending.from() : Number.MIN_SAFE_INTEGER),
    isIncomplete: (from, to) => from < keptFrom(keeps, clock.epochMs()) || cursor.hasAside(from, to),
    ...(parts.hotMs === undefined ? {} : { hotMs: parts.hotMs }),
  });
  return {
    port,
    history: historyOver(database, source),
    batchTaken: (seq, oldest) => pending.note(seq, oldest),
    isFallenBack: () => !isReady || source.isFallenBack(),
    historyCounts: source.counts,
    target: name,
    project: (journal, { onSlice, onAnew }) =>
      makeProjection({
        clock,
        random: parts.random,
        journal,
        port,
        bucket: settings.bucket,
        slices: parts.isThreaded ? openSliceThread(parts.recordsPath, false) : slicesHere(database),
        cursor,
        warn: (facts, message) => logger.warn(facts, message),
        info: (facts, message) => logger.info(facts, message),
        onSlice: (slice) => {
          pending.settle(slice.upTo);
          onSlice(slice);
        },
        onFault: () => {
          isReady = false;
        },
        onPrepared: ({ keepsMs }) => {
          isReady = true;
          keeps = keepsMs;
          const at = cursor.read() ?? 0;
          if (at === 0) {
            pending = openPending(0, journal.head().sequence);
            onAnew();
          }
          sayRetention(settings, keepsMs, logger);
        },
      }),
  };
}

/** Reads slices on the connection that all the rest works on: for tests and commands. */
export function slicesHere(database: Database, newestSite = false, linesMax?: number): SliceReader {
  const next = openSlices(database, newestSite, linesMax);
  return { next: async (seq, until) => next(seq, until), close: () => undefined };
}

function sayRetention(settings: InfluxSettings, keepsMs: DurationMs | null, logger: Logger): void {
  const { bucket, keepAtLeast } = settings;
  const facts = { bucket, keepsMs, keepAtLeast };
  if (keepsMs === null)
    logger.info(facts, "InfluxDB does not say how long it keeps the history; the records keep all of it");
  else if (keepsMs !== 0 && keepsMs < keepAtLeast)
    logger.warn(
      facts,
      "InfluxDB drops readings before the term for which they must be kept; give its bucket a longer retention (docs/influx.md)",
    );
  else logger.info(facts, "InfluxDB keeps the history for its whole term");
}
