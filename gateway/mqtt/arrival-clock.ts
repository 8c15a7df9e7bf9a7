import type { Cancel, Clock } from "@coldkeep/core/time/clock.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";

/** How often the clock looks whether the process goes on. Unit ms. */
export const tickMs: DurationMs = 1_000;

/** From this on a process did not merely take a breath. Unit ms. */
const stoodStillMs = 3 * tickMs;

/** Knows how long a message may have waited inside this machine, unread, because the process or the whole machine stood still. */
export interface ArrivalClock {
  readonly start: () => void;
  readonly stop: () => void;
  /** Unit ms; 0 while the process runs as it should. */
  readonly waitedMs: () => DurationMs;
}

/** Makes an arrival clock, which does not tick yet. */
export function arrivalClock(clock: Clock): ArrivalClock {
  let tickedAt = clock.epochMs();
  let cancel: Cancel | null = null;
  const tick = (): void => {
    tickedAt = clock.epochMs();
    cancel = clock.after(tickMs, tick);
  };
  return {
    start: () => {
      cancel?.();
      tick();
    },
    stop: () => cancel?.(),
    waitedMs: () => {
      const since = Math.abs(clock.epochMs() - tickedAt);
      return since < stoodStillMs ? 0 : since;
    },
  };
}
