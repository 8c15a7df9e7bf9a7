import type { Cancel, Clock, Random } from "@coldkeep/core/time/clock.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import type { Counters } from "../health/counters.ts";
import type { Log } from "../health/log.ts";
import { pauseAfter } from "./pause.ts";
import type { SourceStatus } from "./source.ts";

/** One connection attempt. Calls `opened` at most once and `closed` exactly once; `close` ends it either way. */
export interface Connection {
  readonly close: () => void;
}

/** Starts a connection attempt. */
export type Connect = (opened: () => void, closed: (trouble: string) => void) => Connection;

/** Keeps a connection open: tries again with growing, jittered pauses, and says each change once. */
export interface KeptOpen {
  readonly start: () => void;
  readonly stop: () => Promise<void>;
  readonly state: () => Pick<SourceStatus, "state" | "trouble">;
  /** The connection has proven useful: the next pause is short again. */
  readonly useful: () => void;
}

/** What a kept connection needs. */
export interface KeepOpenParts {
  readonly id: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly counters: Counters;
  readonly pauseMaxMs: DurationMs;
  readonly connect: Connect;
}

/** Makes the runner that keeps one connection open. */
export function keepOpen(parts: KeepOpenParts): KeptOpen {
  const { id, clock, log, counters } = parts;
  let state: SourceStatus["state"] = "stopped";
  let trouble: string | null = null;
  let failures = 0;
  let connection: Connection | null = null;
  let cancelPause: Cancel | null = null;
  let stopped: (() => void) | null = null;

  function attempt(): void {
    state = "connecting";
    cancelPause = null;
    connection = parts.connect(
      () => {
        if (state !== "connecting") return;
        state = "open";
        counters.add("source.opened", id);
        log.info({ source: id }, trouble === null ? `${id} is open.` : `${id} is open again.`);
        trouble = null;
      },
      (reason) => closed(reason),
    );
  }

  function closed(reason: string): void {
    connection = null;
    if (stopped !== null) {
      state = "stopped";
      stopped();
      return;
    }
    failures += 1;
    counters.add("source.closed", id);
    if (trouble !== reason)
      log.warn({ source: id, reason }, `${id} is not open: ${reason}. It is tried again.`);
    trouble = reason;
    state = "waiting";
    cancelPause = clock.after(pauseAfter(failures, parts.pauseMaxMs, parts.random), attempt);
  }

  return {
    start: attempt,
    stop: () =>
      new Promise((resolve) => {
        stopped = resolve;
        cancelPause?.();
        if (connection === null) {
          state = "stopped";
          resolve();
        } else connection.close();
      }),
    state: () => ({ state, trouble }),
    useful: () => {
      failures = 0;
    },
  };
}
