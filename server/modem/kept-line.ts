import type { Cancel, Clock } from "@coldkeep/core/time/clock.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import type { DrivenLine, LineEvents } from "./modem-line.ts";

/** First pause before a line is opened anew. Unit ms. */
export const reopenMinMs: DurationMs = 1_000;
/** Longest pause before a line is opened anew. Unit ms. */
export const reopenMaxMs: DurationMs = 30_000;
/** How often it is looked whether the path still leads to the same device. Unit ms. */
const checkMs: DurationMs = 5_000;
/** How long opening a line may take. Unit ms. */
const openMaxMs: DurationMs = 10_000;

/** A line that is opened again and again. */
export interface KeptLine {
  /** The open line, or null. */
  readonly line: () => DrivenLine | null;
  /** It has proven useful: the next pause is short again. */
  readonly useful: () => void;
  readonly stop: () => void;
}

/** Opens a line and keeps it open until it is stopped. */
export function keepLine(
  clock: Clock,
  open: (events: LineEvents) => DrivenLine,
  events: LineEvents,
): KeptLine {
  let line: DrivenLine | null = null;
  let current: DrivenLine | null = null;
  let isStopped = false;
  let failures = 0;
  let cancel: Cancel = () => {};

  function attempt(): void {
    const sinceMs = clock.monotonicMs();
    let hasEnded = false;
    const own = open({
      opened: () => {
        line = own;
        events.opened();
      },
      data: events.data,
      closed: (reason) => {
        if (hasEnded) return;
        hasEnded = true;
        line = null;
        cancel();
        if (!isStopped) {
          failures += 1;
          const pauseMs = Math.min(reopenMaxMs, reopenMinMs * 2 ** Math.min(failures - 1, 10));
          cancel = clock.after(pauseMs, attempt);
        }
        events.closed(reason);
      },
    });
    current = own;
    const watch = (): void => {
      cancel = clock.after(checkMs, () => {
        if (hasEnded) return;
        watch();
        if (line === null && clock.monotonicMs() - sinceMs > openMaxMs) own.close("opening the line hangs");
        else own.check();
      });
    };
    watch();
  }
  attempt();
  return {
    line: () => line,
    useful: () => {
      failures = 0;
    },
    stop: () => {
      isStopped = true;
      cancel();
      current?.close("the server stops");
    },
  };
}
