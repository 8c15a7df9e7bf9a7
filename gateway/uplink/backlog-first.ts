import { type Clock, sleep } from "@coldkeep/core/time/clock.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";

/**
 * Up to so many entries, what piled up goes before what comes in, so that the server never sees the new readings without what lies before them: it would take the time
 * between for unmonitored, and hold units for seconds of not knowing that only a person can release again. About 13 hours of 64 probes at one a minute, sent in some two seconds.
 * Of more than this the live readings are not kept waiting.
 */
export const backlogFirstMax = 50_000;

/** Longest that new readings wait for what piled up, whatever keeps it. Unit ms. Within the time that the server lets a backlog settle before it judges silence. */
export const liveWaitMsMax: DurationMs = 4_000;

/** Keeps the live lane back while a small backlog is on its way. */
export interface BacklogFirst {
  /** Ends once the backlog is with the server, is larger than `backlogFirstMax`, cannot be sent at the moment, or `liveWaitMsMax` is over. */
  readonly wait: (stop: AbortSignal) => Promise<void>;
  /** The backlog lane begins and ends a turn; `isTroubled` where it could not send. */
  readonly began: () => void;
  readonly ended: (isTroubled: boolean) => void;
}

/** Makes it over the count of what waits in the backlog. */
export function backlogFirst(clock: Clock, waiting: () => number): BacklogFirst {
  let isSending = false;
  let isTroubled = false;
  let rouse = (): void => {};
  const keepsBack = (): boolean => {
    const left = waiting();
    return !isTroubled && (left > 0 || isSending) && left <= backlogFirstMax;
  };
  return {
    wait: async (stop) => {
      const until = clock.monotonicMs() + liveWaitMsMax;
      while (keepsBack() && !stop.aborted) {
        const leftMs = until - clock.monotonicMs();
        if (leftMs <= 0) return;
        const woken = new AbortController();
        rouse = () => woken.abort();
        await sleep(clock, Math.ceil(leftMs), AbortSignal.any([stop, woken.signal]));
      }
    },
    began: () => {
      isSending = true;
    },
    ended: (troubled) => {
      isSending = false;
      isTroubled = troubled;
      rouse();
    },
  };
}
