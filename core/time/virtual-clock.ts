import type { Clock } from "./clock.ts";
import type { DurationMs, EpochMs } from "./millis.ts";

/** A clock that moves only when told to, for tests and simulation. */
export interface VirtualClock extends Clock {
  /** Moves time on by `byMs`, firing each timer that falls due, in order, at its own instant. */
  readonly advance: (byMs: DurationMs) => void;
  /**
   * Moves on to the next timer that falls due by `until` and fires it; where there is none, moves on to `until` and answers false. For
   * what lives between timers as well, in promises.
   */
  readonly step: (until: EpochMs) => boolean;
  /** How many timers are waiting. */
  readonly pending: () => number;
}

interface Timer {
  readonly due: EpochMs;
  readonly order: number;
  /** Null once cancelled or fired. */
  call: (() => void) | null;
}

/** Makes a virtual clock that stands at `start`. */
export function virtualClock(start: EpochMs): VirtualClock {
  let now = start;
  let order = 0;
  let waiting = 0;
  const heap: Timer[] = [];

  /** The next timer that is not cancelled, or undefined. */
  function first(): Timer | undefined {
    while (heap[0] !== undefined && heap[0].call === null) removeFirst(heap);
    return heap[0];
  }

  function step(until: EpochMs): boolean {
    const timer = first();
    if (timer === undefined || timer.due > until) {
      now = Math.max(now, until);
      return false;
    }
    removeFirst(heap);
    now = Math.max(now, timer.due);
    const { call } = timer;
    timer.call = null;
    waiting -= 1;
    call?.();
    return true;
  }

  return {
    epochMs: () => now,
    monotonicMs: () => now - start,
    after: (delayMs, call) => {
      const timer: Timer = { due: now + delayMs, order: order++, call };
      insert(heap, timer);
      waiting += 1;
      return () => {
        if (timer.call === null) return;
        timer.call = null;
        waiting -= 1;
      };
    },
    advance: (byMs) => {
      const until = now + byMs;
      while (step(until));
    },
    step,
    pending: () => waiting,
  };
}

const isBefore = (one: Timer, other: Timer): boolean =>
  one.due < other.due || (one.due === other.due && one.order < other.order);

/** Adds to a binary heap whose first is the earliest. */
function insert(heap: Timer[], timer: Timer): void {
  let place = heap.length;
  heap.push(timer);
  while (place > 0) {
    const above = (place - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || !isBefore(timer, parent)) break;
    heap[place] = parent;
    place = above;
  }
  heap[place] = timer;
}

function removeFirst(heap: Timer[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let place = 0;
  for (;;) {
    const left = 2 * place + 1;
    const [one, other] = [heap[left], heap[left + 1]];
    if (one === undefined) break;
    const [child, at] = other !== undefined && isBefore(other, one) ? [other, left + 1] : [one, left];
    if (!isBefore(child, last)) break;
    heap[place] = child;
    place = at;
  }
  heap[place] = last;
}
