import type { Cancel, Clock } from "@coldkeep/core/time/clock.ts";
import { type DurationMs, type EpochMs, formatDuration, secondMs } from "@coldkeep/core/time/millis.ts";

/** Longest that the outside may take to answer. */
export const beatWithinMs: DurationMs = 10 * secondMs;

/** What must have happened lately, each with how long ago at most. */
export interface LifeSign {
  readonly what: string;
  /** When it happened last; null where it never did. */
  readonly lastAt: () => EpochMs | null;
  readonly withinMs: DurationMs;
}

/** What the heartbeat works with. */
export interface HeartbeatParts {
  readonly everyMs: DurationMs;
  readonly clock: Clock;
  readonly signs: readonly LifeSign[];
  /** Why there is doubt that people can be reached; null where there is none. The outside is to call somebody then. */
  readonly doubt?: () => string | null;
  /** Tells the outside; resolves to what went wrong, or null. */
  readonly tell: () => Promise<string | null>;
  /** Told where a beat is left out or not taken. */
  readonly missed: (reason: string) => void;
}

/** The switch that is let go when the server dies: it beats only while the server does what it is there for. */
export interface Heartbeat {
  readonly start: () => void;
  readonly stop: () => void;
  /** When the outside last took a beat; null before the first. */
  readonly lastAt: () => EpochMs | null;
}

/** Makes the heartbeat. A server whose clockwork stands still while its process runs does not beat, so that its silence is noticed. */
export function makeHeartbeat({
  everyMs,
  clock,
  signs,
  doubt = () => null,
  tell,
  missed,
}: HeartbeatParts): Heartbeat {
  let cancel: Cancel = () => undefined;
  let lastAt: EpochMs | null = null;
  let isStopped = false;

  const beat = async (): Promise<void> => {
    const dead = signs.find((sign) => clock.epochMs() - (sign.lastAt() ?? 0) > sign.withinMs);
    if (dead !== undefined) {
      missed(`${dead.what} has not happened for ${formatDuration(dead.withinMs)}`);
      return;
    }
    const doubted = doubt();
    if (doubted !== null) {
      missed(doubted);
      return;
    }
    const wrong = await tell();
    if (wrong === null) lastAt = clock.epochMs();
    else missed(wrong);
  };

  const schedule = (): void => {
    cancel = clock.after(everyMs, () => {
      void beat()
        .catch((error: unknown) => missed(error instanceof Error ? error.message : String(error)))
        .finally(() => {
          if (!isStopped) schedule();
        });
    });
  };

  return {
    start: schedule,
    stop: () => {
      isStopped = true;
      cancel();
    },
    lastAt: () => lastAt,
  };
}

/** Tells the outside over HTTP. The address is in no reason: it is a secret. */
export function httpBeat(url: string): () => Promise<string | null> {
  return async () => {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(beatWithinMs), redirect: "follow" });
      await response.body?.cancel();
      return response.ok ? null : `the heartbeat's address answered ${response.status}`;
    } catch (error) {
      const isLate = error instanceof Error && error.name === "TimeoutError";
      return isLate
        ? "the heartbeat's address did not answer in time"
        : "the heartbeat's address could not be reached";
    }
  };
}
