import type { Cancel } from "@coldkeep/core/time/clock.ts";
import { type DurationMs, type EpochMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import type { Logger } from "pino";
import type { Services } from "../http/services.ts";
import { judgeBackups } from "./backup-alarm.ts";
import type { BackupSettings } from "./backup-settings.ts";

/** What one backup came to. */
export type BackupOutcome = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** What makes backups, outside of the server's own thread. */
export interface BackupMaker {
  /** Never rejects. The signal stops it. */
  readonly make: (stop: AbortSignal) => Promise<BackupOutcome>;
  /** When the newest complete backup of this site in the folder was made; null where there is none or the folder cannot be read. */
  readonly newest: () => EpochMs | null;
}

/** Backups that the server makes by itself. */
export interface ScheduledBackups {
  readonly start: () => void;
  /** Stops one that is under way; nothing of it is left. */
  readonly stop: () => Promise<void>;
}

/** A backup that failed is tried again after this, or after `every` where that is less. Unit ms. */
export const retryAfterMs: DurationMs = 5 * minuteMs;

/** How often it is looked at whether backups are overdue, also while one is under way. Unit ms. */
export const lookEveryMs: DurationMs = 15_000;

/** Older than this many times `every`, the newest good backup is too old. */
const overdueTimes = 2;

/**
 * Makes a backup every so often, the first at once where the newest in the folder is older than that, one at a time. Where the newest good one is older than twice
 * the time, or there is none and it failed, people are called. Paced by the monotonic clock: a wall clock that jumps neither hurries nor delays a backup.
 */
export function scheduleBackups(
  { every }: Pick<BackupSettings, "every">,
  maker: BackupMaker,
  services: Pick<Services, "alarms" | "committer" | "clock" | "metrics">,
  logger: Pick<Logger, "info" | "error">,
): ScheduledBackups {
  const { clock, metrics } = services;
  const ending = new AbortController();
  let cancel: Cancel = () => undefined;
  let good: { readonly at: EpochMs; readonly monotonic: number } | null = null;
  let dueAt = 0;
  let running: Promise<void> | null = null;
  let reason: string | null = null;
  let made = 0;
  let failed = 0;

  const ageMs = (): DurationMs | null => (good === null ? null : clock.monotonicMs() - good.monotonic);

  const judge = (): void => {
    const age = ageMs();
    // After a start nothing is known until the first try: an alarm from before stays as it is.
    if (age === null && reason === null) return;
    const isOverdue = age === null ? reason !== null : age > overdueTimes * every;
    judgeBackups(services, { isOverdue, ageMs: age === null ? null : Math.round(age), reason });
  };

  const backUp = async (): Promise<void> => {
    const at = clock.epochMs();
    const monotonic = clock.monotonicMs();
    const outcome = await maker.make(ending.signal);
    if (ending.signal.aborted) return;
    reason = outcome.ok ? null : outcome.reason;
    if (outcome.ok) {
      made += 1;
      good = { at, monotonic };
      logger.info("a backup was made");
    } else {
      failed += 1;
      logger.error({ reason }, "a backup could not be made; trying again");
    }
    dueAt = outcome.ok ? monotonic + every : clock.monotonicMs() + Math.min(every, retryAfterMs);
    judge();
  };

  const look = (): void => {
    if (running === null && clock.monotonicMs() >= dueAt) {
      running = backUp()
        .catch((error: unknown) => logger.error({ err: error }, "the backups could not be judged"))
        .finally(() => {
          running = null;
        });
    }
    try {
      judge();
    } catch (error) {
      logger.error({ err: error }, "the backups could not be judged; trying again");
    }
    cancel = clock.after(lookEveryMs, look);
  };

  metrics.watch("coldkeep_backups", "Backups made since the start", () => made);
  metrics.watch("coldkeep_backup_failures", "Backups that failed since the start", () => failed);
  metrics.watch(
    "coldkeep_backup_last_good_seconds",
    "When the newest good backup was made, as Unix time; 0 where there is none",
    () => (good?.at ?? 0) / 1_000,
  );

  return {
    start: () => {
      const newest = maker.newest();
      const now = clock.monotonicMs();
      const age = newest === null ? null : Math.max(0, clock.epochMs() - newest);
      if (newest !== null && age !== null) good = { at: newest, monotonic: now - age };
      dueAt = age === null ? now : now + Math.max(0, every - age);
      look();
    },
    stop: async () => {
      cancel();
      ending.abort();
      await running;
    },
  };
}
