import type { Cancel, Clock } from "@coldkeep/core/time/clock.ts";
import { type DurationMs, secondMs } from "@coldkeep/core/time/millis.ts";
import type { Services } from "../http/services.ts";
import type { InfluxSettings } from "./influx-settings.ts";
import { judgeProjection } from "./projection-alarm.ts";
import type { Projection } from "./projection.ts";

/** How often the projection is looked at. Unit ms. */
export const watchEveryMs: DurationMs = 15 * secondMs;

/** Less behind than this counts as caught up: between two writes at the journal's head it never is quite. Unit ms. */
export const caughtUpMs: DurationMs = 30 * secondMs;

/** How far the projection is behind. */
export interface Lag {
  readonly entries: number;
  /** Age of the oldest entry that is not projected; 0 where there is none. Unit ms. */
  readonly ms: DurationMs;
}

/** Makes the reading of how far the projection is behind. */
export function makeLag(
  { database, journal, clock }: Pick<Services, "database" | "journal" | "clock">,
  projection: Projection,
): () => Lag {
  const takenAt = database.prepare("SELECT at FROM journal WHERE seq = ?");
  return () => {
    const { cursor } = projection.status();
    const entries = Math.max(0, journal.head().sequence - cursor);
    const at = entries === 0 ? undefined : takenAt.get(cursor + 1)?.["at"];
    return { entries, ms: typeof at === "number" ? Math.max(0, clock.epochMs() - at) : 0 };
  };
}

/** Does something every `watchEveryMs`, and again only after it is done. */
export function everyWatch(clock: Clock, work: () => Promise<void>, warn: (error: unknown) => void) {
  let cancel: Cancel = () => undefined;
  let isEnding = false;
  let running: Promise<void> = Promise.resolve();
  const schedule = (): void => {
    cancel = clock.after(watchEveryMs, () => {
      running = work()
        .catch(warn)
        .finally(() => {
          if (!isEnding) schedule();
        });
    });
  };
  return {
    start: schedule,
    stop: async (): Promise<void> => {
      isEnding = true;
      cancel();
      await running;
    },
  };
}

/** Raises the alarm where the projection is too far behind, and clears it once it has caught up. Between the two nothing changes. */
export function judgeLag(
  services: Pick<Services, "alarms" | "committer">,
  lag: Lag,
  projection: Projection,
  { behindAfter }: InfluxSettings,
): void {
  const { fault } = projection.status();
  const reason = fault === null ? null : `${fault.kind} (${fault.reason})`;
  if (lag.ms > behindAfter) judgeProjection(services, { isBehind: true, behindMs: lag.ms, reason });
  else if (lag.ms < Math.min(caughtUpMs, behindAfter))
    judgeProjection(services, { isBehind: false, behindMs: lag.ms, reason: null });
}
