import { uncertaintyMaxMs } from "@coldkeep/core/readings/stamp.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";
import { deliveryMaxMs } from "../intake/admit.ts";

/**
 * A broker that is asked for more sends at once what it still has: where nothing came for so long after all was acknowledged, its queue is
 * empty. Unit ms.
 */
export const drainedAfterMs: DurationMs = 1_000;

/** Knows how old a message may be that a broker had queued in a kept session. */
export interface QueueAge {
  /** The broker took the connection; `hasSession`: it had kept the session, and perhaps messages in it. */
  readonly connected: (hasSession: boolean) => void;
  /** Something came from the broker. */
  readonly alive: () => void;
  /** A message came. Gives how long it may have been under way, and what is to be called once it is dealt with. */
  readonly received: () => { readonly delayMaxMs: DurationMs; readonly settled: () => void };
}

/** Makes the memory of one source. `heardBefore`: when it last heard anything before this start, as far as is known. */
export function queueAge(clock: Clock, heardBefore: () => EpochMs | null): QueueAge {
  /** When the queue was last known to be empty. */
  let emptyAt: EpochMs | null = null;
  let isDrained = false;
  let unsettled = 0;
  let restlessMs = 0;
  const look = (): void => {
    const now = clock.monotonicMs();
    if (!isDrained && unsettled === 0 && now - restlessMs >= drainedAfterMs) isDrained = true;
  };
  return {
    connected: (hasSession) => {
      isDrained = !hasSession;
      emptyAt ??= heardBefore();
      unsettled = 0;
      restlessMs = clock.monotonicMs();
    },
    alive: () => {
      look();
      if (isDrained) emptyAt = clock.epochMs();
    },
    received: () => {
      look();
      unsettled += 1;
      const waitedMs = emptyAt === null ? uncertaintyMaxMs : Math.max(0, clock.epochMs() - emptyAt);
      return {
        delayMaxMs: deliveryMaxMs + (isDrained ? 0 : waitedMs),
        settled: () => {
          unsettled -= 1;
          restlessMs = clock.monotonicMs();
        },
      };
    },
  };
}
