import type { Clock } from "@coldkeep/core/time/clock.ts";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { drawToken } from "../people/one-time-token.ts";

/** How long somebody may take at the provider, ms. */
export const waitingMs = 10 * minuteMs;

/** Single sign-ons that may be under way; the oldest is forgotten beyond. */
export const waitingMax = 500;

/** Things that wait for a browser to come back with their key, each for a time and for one use. */
export interface Waiting<Thing> {
  /** Keeps a thing; returns the key, which goes into a cookie. */
  readonly keep: (thing: Thing) => string;
  /** Gives a thing out, once; null where the key is unknown, used or too old. */
  readonly take: (key: string | undefined) => Thing | null;
  /** What `take` would give, which stays. */
  readonly look: (key: string | undefined) => Thing | null;
}

/** Makes an empty one. */
export function makeWaiting<Thing>(clock: Clock, lengthMs: number = waitingMs): Waiting<Thing> {
  const kept = new Map<string, { readonly thing: Thing; readonly until: number }>();
  const look = (key: string | undefined): Thing | null => {
    const found = key === undefined ? undefined : kept.get(key);
    return found !== undefined && clock.monotonicMs() < found.until ? found.thing : null;
  };
  return {
    look,
    keep: (thing) => {
      const oldest = kept.keys().next().value;
      if (kept.size >= waitingMax && oldest !== undefined) kept.delete(oldest);
      const key = drawToken();
      kept.set(key, { thing, until: clock.monotonicMs() + lengthMs });
      return key;
    },
    take: (key) => {
      const found = look(key);
      if (key !== undefined) kept.delete(key);
      return found;
    },
  };
}
