import type { Cancel, Clock } from "@coldkeep/core/time/clock.ts";
import { type DurationMs, type EpochMs, formatInstant, secondMs } from "@coldkeep/core/time/millis.ts";
import type { Committer } from "../journal/committer.ts";
import type { SiteEngine } from "./site-engine.ts";

/** How often deadlines are looked at. */
export const tickEveryMs: DurationMs = secondMs;

/** Judges the passing of time: a tick that has something to judge is an input like any other, journaled with its time. */
export interface Ticker {
  readonly start: () => void;
  readonly stop: () => void;
  /** Looks at the deadlines once. */
  readonly tick: () => void;
  /** When the deadlines were last looked at without a failure; null before the first time. */
  readonly lastAt: () => EpochMs | null;
}

/** Makes the ticker. `warn` is told of a tick that failed; the next one tries again. */
export function makeTicker(
  clock: Clock,
  committer: Committer,
  engine: SiteEngine,
  warn: (error: unknown) => void,
): Ticker {
  let cancel: Cancel = () => undefined;
  let lastAt: EpochMs | null = null;
  const tick = (): void => {
    const now = clock.epochMs();
    look(now);
    lastAt = now;
  };
  const look = (now: EpochMs): void => {
    if (!engine.isDue(now)) return;
    const body = new TextEncoder().encode(formatInstant(now));
    committer.commit({ kind: "tick", source: "clock", encoding: "identity", body }, engine.tick);
  };
  const schedule = (): void => {
    cancel = clock.after(tickEveryMs, () => {
      try {
        tick();
      } catch (error) {
        warn(error);
      }
      schedule();
    });
  };
  return { start: schedule, stop: () => cancel(), tick, lastAt: () => lastAt };
}
