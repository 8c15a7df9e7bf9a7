import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import type { VirtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { type DurationMs, secondMs } from "@coldkeep/core/time/millis.ts";

/** A virtual clock beside real lines and sockets: it stands still while something is on its way. */
export interface SteppedTime {
  /** Lets arrive what is on its way. */
  readonly settle: () => Promise<void>;
  /** Lets time pass. */
  readonly advance: (byMs: DurationMs) => Promise<void>;
  /** Lets time pass until something has ended, at most for so long. */
  readonly until: <Ending>(ending: Promise<Ending>, withinMs: DurationMs) => Promise<Ending>;
}

/** What is on its way for longer, by the machine's time, never arrives: the test fails. */
const arrivesWithinMs: DurationMs = 30 * secondMs;

/** Turns of the event loop without anything on its way after which all is quiet. */
const quietTurns = 3;

/** Turns that are waited for the next at once; after those a millisecond is left in between. */
const promptTurns = 50;

/** Makes one. `isQuiet` is false while something is on its way. */
export function steppedTime(clock: VirtualClock, isQuiet: () => boolean): SteppedTime {
  const settle = async (): Promise<void> => {
    const since = systemClock.monotonicMs();
    for (let turns = 0, quiet = 0; quiet < quietTurns; turns += 1) {
      await new Promise<void>((resolve) => {
        if (turns < promptTurns) setImmediate(resolve);
        else systemClock.after(1, resolve);
      });
      quiet = isQuiet() ? quiet + 1 : 0;
      if (systemClock.monotonicMs() - since > arrivesWithinMs)
        throw new RangeError("what is on its way does not arrive");
    }
  };
  /** False once the instant is reached. */
  const step = async (until: number): Promise<boolean> => {
    await settle();
    return clock.step(until);
  };
  return {
    settle,
    advance: async (byMs) => {
      const until = clock.epochMs() + byMs;
      while (await step(until));
      await settle();
    },
    until: async (ending, withinMs) => {
      const until = clock.epochMs() + withinMs;
      const state = { hasEnded: false };
      const end = (): void => {
        state.hasEnded = true;
      };
      ending.then(end, end);
      await settle();
      while (!state.hasEnded && clock.step(until)) await settle();
      if (!state.hasEnded) throw new RangeError(`it did not end within ${withinMs / secondMs} s`);
      return ending;
    },
  };
}
