import type { DurationMs, EpochMs } from "./millis.ts";

/** Cancels a pending timer; calling it again does nothing. */
export type Cancel = () => void;

/**
 * The port through which time comes in. The process adapters implement it over the system clock; tests step a virtual one.
 */
export interface Clock {
  /** Wall clock, for timestamps that leave the process. May jump. */
  readonly epochMs: () => EpochMs;
  /** Monotonic milliseconds since an arbitrary start, for elapsed time. May have a fraction. */
  readonly monotonicMs: () => number;
  /** Calls back once after `delayMs`; returns what cancels it. */
  readonly after: (delayMs: DurationMs, call: () => void) => Cancel;
}

/** The port through which randomness comes in: uniform numbers in [0, 1). */
export type Random = () => number;

/** Waits on a clock, ended early (without an error) by the signal. */
export function sleep(clock: Clock, delayMs: DurationMs, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const cancel = clock.after(delayMs, done);
    signal?.addEventListener("abort", done, { once: true });
    function done(): void {
      cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    }
  });
}
