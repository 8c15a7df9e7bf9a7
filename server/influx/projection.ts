import { type Clock, type Random, sleep } from "@coldkeep/core/time/clock.ts";
import { type DurationMs, secondMs } from "@coldkeep/core/time/millis.ts";
import type { Journal } from "../journal/journal.ts";
import { asidesMax, type CursorStore } from "./cursors.ts";
import { keptFrom, keptLines } from "./expiry.ts";
import type { InfluxFault, InfluxFaultKind } from "./fault.ts";
import type { InfluxPort } from "./influx-port.ts";
import type { JournalSlice, SliceReader } from "./journal-slice.ts";
import { pauseAfter } from "./pause.ts";
import { type Prepared, prepareTarget } from "./prepare.ts";
import { writeLines, type Written } from "./write-lines.ts";

/** At the journal's head, how long is gathered before the next write. Unit ms. */
export const gatherMs: DurationMs = secondMs;

/** How the projection stands. */
export interface ProjectionStatus {
  /** The last entry that is projected. */
  readonly cursor: number;
  readonly points: number;
  readonly asides: number;
  /** Lines not sent because the target would keep them no longer. */
  readonly expired: number;
  readonly faults: Readonly<Partial<Record<InfluxFaultKind, number>>>;
  /** True once InfluxDB was found well, until the next fault. */
  readonly isPrepared: boolean;
  /** What keeps it now; null while it gets on. */
  readonly fault: InfluxFault | null;
  /** How long the target keeps readings: 0 for ever, null where that is not known. Unit ms. */
  readonly keepsMs: DurationMs | null;
}

/** Carries the journal to InfluxDB: at least once, in order, from its own cursor. */
export interface Projection {
  readonly start: () => void;
  /** Ends; a write in hand is given up, and done again after the next start. */
  readonly stop: () => Promise<void>;
  readonly status: () => ProjectionStatus;
}

/** What the projection works with. */
export interface ProjectionParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly journal: Pick<Journal, "head">;
  readonly port: InfluxPort;
  readonly bucket: string;
  readonly slices: SliceReader;
  readonly cursor: CursorStore;
  readonly warn: (facts: Record<string, unknown>, message: string) => void;
  readonly info: (facts: Record<string, unknown>, message: string) => void;
  /** Told what a slice held, after the cursor has moved. */
  readonly onSlice: (slice: JournalSlice) => void;
  /** Told of each fault. */
  readonly onFault: (fault: InfluxFault) => void;
  /** Told after InfluxDB was found well, at first and after each fault, and whether it was empty. */
  readonly onPrepared: (prepared: Prepared) => void;
}

/** Makes the projection. It says once what keeps it, and once that it goes on. */
export function makeProjection(parts: ProjectionParts): Projection {
  const { clock, port, cursor, journal } = parts;
  const faults: Partial<Record<InfluxFaultKind, number>> = {};
  let points = 0;
  let expired = 0;
  let inRow = 0;
  let fault: InfluxFault | null = null;
  let keepsMs: DurationMs | null = null;
  let isPrepared = false;
  let at = cursor.read() ?? 0;
  const reading = readAhead(parts.slices, () => journal.head().sequence);
  const ending = new AbortController();
  let running: Promise<void> = Promise.resolve();

  const failed = async (met: InfluxFault): Promise<void> => {
    if (ending.signal.aborted) return;
    faults[met.kind] = (faults[met.kind] ?? 0) + 1;
    inRow += 1;
    if (fault?.kind !== met.kind) {
      const said = "InfluxDB does not take the history; it is tried again, alarms do not depend on it";
      parts.warn({ fault: met.kind, reason: met.reason }, said);
    }
    fault = met;
    parts.onFault(met);
    isPrepared = false;
    await sleep(clock, pauseAfter(met.kind, inRow, parts.random), ending.signal);
  };

  const isGoingOn = (): void => {
    if (fault !== null) parts.info({ cursor: at }, "InfluxDB takes the history again");
    fault = null;
    inRow = 0;
  };

  const prepare = async (): Promise<InfluxFault | null> => {
    const prepared = await prepareTarget(port, parts.bucket);
    if ("kind" in prepared) return prepared;
    isPrepared = true;
    keepsMs = prepared.keepsMs;
    if (cursor.read() === null || (prepared.isEmpty && at > 0)) {
      if (at > 0)
        parts.warn({ cursor: at }, "InfluxDB is empty; the history is written anew from the journal");
      cursor.reset(clock.epochMs());
      at = 0;
      await reading.forget();
    }
    parts.onPrepared(prepared);
    return null;
  };

  const settle = (slice: JournalSlice, { asides }: Extract<Written, { ok: true }>): void => {
    if (asides.length > 0)
      parts.warn(
        { lines: asides.length, reason: asides[0]?.reason },
        "InfluxDB refuses lines; they are set aside",
      );
    cursor.move(slice.upTo, asides, clock.epochMs());
    at = slice.upTo;
    points += slice.lines.length - asides.length;
    parts.onSlice(slice);
  };

  const turn = async (): Promise<InfluxFault | null> => {
    if (!isPrepared) {
      const met = await prepare();
      if (met !== null) return met;
    }
    const slice = await reading.current(at);
    if (slice.upTo > at) {
      const lines = keptLines(slice.lines, keptFrom(keepsMs, clock.epochMs()));
      expired += slice.lines.length - lines.length;
      const written: Written = lines.length === 0 ? { ok: true, asides: [] } : await writeLines(port, lines);
      if (!written.ok) return written.fault;
      if (written.asides.length > 0 && cursor.asides() >= asidesMax)
        return { kind: "content", reason: `more than ${asidesMax} lines are set aside` };
      settle(slice, written);
      reading.done();
    }
    isGoingOn();
    if (!slice.isFull) await sleep(clock, gatherMs, ending.signal);
    return null;
  };

  const run = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      try {
        const met = await turn();
        if (met !== null) await failed(met);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        parts.warn({ err: error, cursor: at }, "an entry could not be projected; it is tried again");
        await failed({ kind: "content", reason: `entry after ${at}: ${reason}` });
      }
    }
  };

  return {
    start: () => {
      running = run();
    },
    stop: async () => {
      ending.abort();
      port.close();
      await running;
      await reading.forget();
      parts.slices.close();
    },
    status: () => ({
      cursor: at,
      points,
      asides: cursor.asides(),
      expired,
      faults,
      isPrepared,
      fault,
      keepsMs,
    }),
  };
}

interface ReadAhead {
  /** The slice after an entry; the same one again until it is done. */
  readonly current: (after: number) => Promise<JournalSlice>;
  readonly done: () => void;
  /** Forgets what was read, once nothing is being read any more. */
  readonly forget: () => Promise<void>;
}

/** Reads the next slice while one is written, one at a time: no more than two are in memory. */
function readAhead(slices: SliceReader, head: () => number): ReadAhead {
  let held: JournalSlice | null = null;
  let ahead: Promise<JournalSlice> | null = null;
  const begin = (after: number): Promise<JournalSlice> => {
    const slice = slices.next(after, head());
    // Whoever asks for it hears of a failure; until then nobody does.
    slice.catch(() => undefined);
    return slice;
  };
  return {
    current: async (after) => {
      if (held !== null) return held;
      const asked = ahead ?? begin(after);
      ahead = null;
      const slice = await asked;
      if (slice.upTo > after) held = slice;
      if (slice.isFull) ahead = begin(slice.upTo);
      return slice;
    },
    done: () => {
      held = null;
    },
    forget: async () => {
      await ahead?.catch(() => undefined);
      ahead = null;
      held = null;
    },
  };
}
