import type { Clock } from "@coldkeep/core/time/clock.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";

/** Work that is done again and again until it is stopped. */
export interface Repeats {
  /** Does the work after each pause; the next pause begins when it has ended. */
  readonly every: (pauseMs: () => DurationMs, work: () => void | Promise<void>) => void;
  readonly stop: () => void;
}

/** Makes repeats on a clock. `failed` is told of work that threw; it goes on. */
export function repeats(clock: Clock, failed: (error: unknown) => void): Repeats {
  const cancels = new Map<number, () => void>();
  let isStopped = false;
  let many = 0;
  return {
    every: (pauseMs, work) => {
      const number = (many += 1);
      const next = (): void => {
        if (!isStopped) cancels.set(number, clock.after(pauseMs(), run));
      };
      const run = (): void => {
        try {
          const going = work();
          if (going === undefined) next();
          else void going.catch(failed).finally(next);
        } catch (error) {
          failed(error);
          next();
        }
      };
      next();
    },
    stop: () => {
      isStopped = true;
      for (const cancel of cancels.values()) cancel();
    },
  };
}
