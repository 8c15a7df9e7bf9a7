import type { Clock } from "./clock.ts";

/**
 * The adapter over the machine's own clock: the only place that touches `Date` and timers. It holds no state and the rest of
 * `core` never imports it; each process hands it in at its start.
 */
export const systemClock: Clock = {
  epochMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs, call) => {
    const timer = setTimeout(call, delayMs);
    return () => clearTimeout(timer);
  },
};
