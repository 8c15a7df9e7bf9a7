import type { Cancel, Clock } from "@coldkeep/core/time/clock.ts";
import { type DurationMs, minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import type { ChannelEvents } from "./channel.ts";

/** Pause before the n-th question about a message; the last one repeats. */
export const askPausesMs: readonly DurationMs[] = [2, 3, 5, 10, 20, 30, 60].map(
  (seconds) => seconds * secondMs,
);

/** After so long nothing more is asked about a message: it counts as never reported on. */
export const followMaxMs: DurationMs = 30 * minuteMs;

/** Most messages asked about at one time; one more ends the oldest. */
export const followedMax = 1_000;

/** What became of a message; null while that is open. */
export type Fate = { readonly isDelivered: boolean | null; readonly reason: string | null } | null;

/** Asks a provider again and again what became of messages, until it says. */
export interface Follower {
  readonly follow: (reference: string) => void;
  /** Asks about messages of before a restart, the oldest first. */
  readonly takeUp: (references: readonly string[]) => void;
  /** Tells what became of a message, however that was heard, and ends asking once it is on record. */
  readonly tell: (reference: string, fate: NonNullable<Fate>) => Promise<void>;
  /** Ends asking about a message whose fate is on record. */
  readonly leave: (reference: string) => void;
  readonly start: (events: ChannelEvents) => void;
  readonly stop: () => void;
  readonly open: () => number;
}

/** Makes a follower. `ask` answers null where the provider could not be asked, too. */
export function makeFollower(
  channel: string,
  clock: Clock,
  ask: (reference: string, signal: AbortSignal) => Promise<Fate>,
): Follower {
  const waiting = new Map<string, Cancel>();
  const stopped = new AbortController();
  let events: ChannelEvents | null = null;

  const end = (reference: string): void => {
    waiting.get(reference)?.();
    waiting.delete(reference);
  };

  const tell: Follower["tell"] = async (reference, fate) => {
    await events?.report({ channel, reference, ...fate, at: clock.epochMs() });
    end(reference);
  };

  const question = async (reference: string): Promise<void> => {
    const fate = await ask(reference, stopped.signal);
    if (fate !== null && waiting.has(reference)) await tell(reference, fate);
  };

  const plan = (reference: string, since: number, asked: number): void => {
    if (stopped.signal.aborted) return;
    if (clock.monotonicMs() - since >= followMaxMs) {
      end(reference);
      return;
    }
    const pause = askPausesMs[Math.min(asked, askPausesMs.length - 1)] ?? minuteMs;
    const cancel = clock.after(pause, () => {
      void question(reference)
        .catch(() => undefined)
        .finally(() => {
          if (waiting.has(reference)) plan(reference, since, asked + 1);
        });
    });
    waiting.set(reference, cancel);
  };

  const follow = (reference: string): void => {
    end(reference);
    const [oldest] = waiting.keys();
    if (waiting.size >= followedMax && oldest !== undefined) end(oldest);
    plan(reference, clock.monotonicMs(), 0);
  };

  return {
    tell,
    leave: end,
    follow,
    takeUp: (references) => {
      for (const reference of references) follow(reference);
    },
    start: (given) => {
      events = given;
    },
    stop: () => {
      stopped.abort();
      for (const reference of waiting.keys()) end(reference);
    },
    open: () => waiting.size,
  };
}
