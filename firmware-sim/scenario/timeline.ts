import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import type { ScenarioEvent } from "./event.ts";

/** An event's beginning or end. */
export interface Turn {
  /** Wall time since the simulator was ready. */
  readonly offsetMs: DurationMs;
  readonly phase: "begin" | "end";
  readonly event: ScenarioEvent;
}

/** Where a timeline stands: the next turn of each event that still has one. */
export interface Timeline {
  readonly pending: readonly Turn[];
}

/** A scenario from its beginning. */
export function timeline(events: readonly ScenarioEvent[]): Timeline {
  return { pending: events.map((event) => ({ offsetMs: event.at, phase: "begin", event })) };
}

/** The earliest turn to come; at one instant ends go before beginnings, then by place in the scenario. Null when all is over. */
export function nextTurn(line: Timeline): Turn | null {
  return line.pending.reduce<Turn | null>(
    (first, turn) => (first === null || isBefore(turn, first) ? turn : first),
    null,
  );
}

/** The timeline after one turn has been taken. */
export function afterTurn(line: Timeline, taken: Turn): Timeline {
  const following = successor(taken);
  return {
    pending: line.pending.flatMap((turn) =>
      turn !== taken ? [turn] : following === null ? [] : [following],
    ),
  };
}

function isBefore(a: Turn, b: Turn): boolean {
  if (a.offsetMs !== b.offsetMs) return a.offsetMs < b.offsetMs;
  return a.phase === "end" && b.phase === "begin";
}

function successor({ offsetMs, phase, event }: Turn): Turn | null {
  if (phase === "begin" && event.for !== undefined)
    return { offsetMs: offsetMs + event.for, phase: "end", event };
  if (event.repeatEvery === undefined) return null;
  const begin = phase === "begin" ? offsetMs : offsetMs - (event.for ?? 0);
  return { offsetMs: begin + event.repeatEvery, phase: "begin", event };
}
