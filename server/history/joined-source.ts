import type { Clock } from "@coldkeep/core/time/clock.ts";
import { type DurationMs, dayMs, type EpochMs, secondMs } from "@coldkeep/core/time/millis.ts";
import type { ReadingSource } from "./reading-source.ts";

/** What is younger is read from the records, which have it at once and near. Unit ms. */
export const hotWindowMs: DurationMs = 2 * dayMs;

/** After InfluxDB did not answer, the records answer alone for this long before it is asked again. Unit ms. */
export const askAgainAfterMs: DurationMs = 30 * secondMs;

/** What joins InfluxDB and the records. */
export interface JoinedParts {
  readonly records: ReadingSource;
  readonly influx: ReadingSource;
  readonly clock: Clock;
  /** Readings from this instant of event time on may not be in InfluxDB yet. */
  readonly pendingFrom: () => EpochMs;
  /** True where InfluxDB refused the line of some reading in this window. */
  readonly isIncomplete: (from: EpochMs, to: EpochMs) => boolean;
  /** Unit ms; `hotWindowMs` where nothing is said. */
  readonly hotMs?: DurationMs;
}

/** The joined source, and how it has been answering. */
export interface JoinedSource extends ReadingSource {
  /** True while InfluxDB does not answer and the records do it alone. */
  readonly isFallenBack: () => boolean;
  /** Calls answered with InfluxDB, and calls that the records answered in its stead. */
  readonly counts: () => { readonly influx: number; readonly fallbacks: number };
}

/**
 * Old readings from InfluxDB, young ones from the records, and those that are not projected yet from the records whatever their age. Where InfluxDB does not
 * answer, or lacks a reading that it refused, the records answer all of it.
 */
export function joinedSource(parts: JoinedParts): JoinedSource {
  const { records, influx, clock } = parts;
  const hotMs = parts.hotMs ?? hotWindowMs;
  let failedAtMs: number | null = null;
  let asked = 0;
  let fallbacks = 0;
  const isFallenBack = (): boolean =>
    failedAtMs !== null && clock.monotonicMs() - failedAtMs < askAgainAfterMs;
  /** Everything before this instant is in InfluxDB. */
  const edge = (): EpochMs => Math.min(parts.pendingFrom(), clock.epochMs() - hotMs);

  const joined = async <Result>(
    from: EpochMs,
    to: EpochMs,
    both: (edge: EpochMs) => Promise<Result>,
    alone: () => Promise<Result>,
  ): Promise<Result> => {
    const before = edge();
    if (from >= before) return alone();
    if (isFallenBack() || parts.isIncomplete(from, Math.min(to, before))) {
      fallbacks += 1;
      return alone();
    }
    try {
      const result = await both(before);
      failedAtMs = null;
      asked += 1;
      return result;
    } catch {
      failedAtMs = clock.monotonicMs();
      fallbacks += 1;
      return alone();
    }
  };

  return {
    isFallenBack,
    counts: () => ({ influx: asked, fallbacks }),
    rows: (route, from, to) =>
      joined(
        from,
        to,
        async (before) => {
          const old = await influx.rows(route, from, Math.min(to, before - 1));
          const young = to < before ? [] : await records.rows(route, before, to);
          return [...old, ...young];
        },
        () => records.rows(route, from, to),
      ),
    lastUntil: (route, at) =>
      joined(
        Number.MIN_SAFE_INTEGER,
        at,
        async (before) => {
          const young = at < before ? null : await records.lastUntil(route, at);
          if (young !== null && young >= before) return young;
          return influx.lastUntil(route, Math.min(at, before - 1));
        },
        () => records.lastUntil(route, at),
      ),
    firstFrom: (route, at) =>
      joined(
        at,
        Number.MAX_SAFE_INTEGER,
        async (before) => {
          const old = await influx.firstFrom(route, at);
          return old !== null && old < before ? old : records.firstFrom(route, before);
        },
        () => records.firstFrom(route, at),
      ),
  };
}
