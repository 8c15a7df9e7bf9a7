import type { FastifyRateLimitOptions, FastifyRateLimitStore } from "@fastify/rate-limit";
import type { Clock } from "@coldkeep/core/time/clock.ts";

/**
 * Callers that are counted at one time, over all routes. Beyond that the count that began first is given up: its caller may begin anew, nobody is shut out for
 * others' sake, and memory stays within some 2 MB.
 */
export const rateKeysMax = 10_000;

/** Counts of callers by key, each in a window that begins with its first call. */
export interface RateCounts {
  /** The store of `@fastify/rate-limit`: one for all routes, so that routes of one class count together. */
  readonly Store: new (options: FastifyRateLimitOptions) => FastifyRateLimitStore;
  /** Callers that are counted now. */
  readonly size: () => number;
}

/** Makes the counts, on a clock's monotonic time. */
export function makeRateCounts(clock: Clock, keysMax = rateKeysMax): RateCounts {
  const windows = new Map<string, { count: number; readonly since: number }>();
  const count = (key: string, lengthMs: number): { current: number; ttl: number } => {
    const now = clock.monotonicMs();
    let window = windows.get(key);
    if (window === undefined || now - window.since >= lengthMs) {
      windows.delete(key);
      const [oldest] = windows.keys();
      if (windows.size >= keysMax && oldest !== undefined) windows.delete(oldest);
      window = { count: 0, since: now };
      windows.set(key, window);
    }
    window.count += 1;
    return { current: window.count, ttl: Math.ceil(window.since + lengthMs - now) };
  };
  class Store implements FastifyRateLimitStore {
    incr(
      key: string,
      callback: (error: Error | null, result?: { current: number; ttl: number }) => void,
      timeWindow: number,
    ): void {
      callback(null, count(key, timeWindow));
    }
    child(): FastifyRateLimitStore {
      return this;
    }
  }
  return { Store, size: () => windows.size };
}
