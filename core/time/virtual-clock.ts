import type { Clock } from "./clock.ts";
import type { DurationMs, EpochMs } from "./millis.ts";

/** A clock that moves only when told to, for tests and simulation. */
export interface VirtualClock extends Clock {
  /** Moves time on by `byMs`, firing each timer that falls due, in order, at its own instant. */
  readonly advance: (byMs: DurationMs) => void;
  /** How many timers are waiting. */
  readonly pending: () => number;
}

/** Makes a virtual clock that stands at `start`. */
export function virtualClock(start: EpochMs): VirtualClock {
  let now = start;
  let order = 0;
  const timers = new Map<number, { readonly due: EpochMs; readonly call: () => void }>();
  const nextDue = (until: EpochMs): [number, { due: EpochMs; call: () => void }] | undefined =>
    [...timers]
      .filter(([, timer]) => timer.due <= until)
      .sort((a, b) => a[1].due - b[1].due || a[0] - b[0])[0];
  return {
    epochMs: () => now,
    monotonicMs: () => now - start,
    after: (delayMs, call) => {
      const id = order++;
      timers.set(id, { due: now + delayMs, call });
      return () => void timers.delete(id);
    },
    advance: (byMs) => {
      const until = now + byMs;
      for (let next = nextDue(until); next; next = nextDue(until)) {
        timers.delete(next[0]);
        now = Math.max(now, next[1].due);
        next[1].call();
      }
      now = until;
    },
    pending: () => timers.size,
  };
}
