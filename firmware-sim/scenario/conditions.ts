import type { Fault } from "@coldkeep/core/readings/reading.ts";
import type { EventWord, ScenarioEvent } from "./event.ts";
import type { Turn } from "./timeline.ts";

/** The events that last at present, of one appliance. Two of one kind may overlap: the condition holds while any lasts. */
export type Conditions = readonly ScenarioEvent[];

/** The conditions after a turn. */
export function turnConditions(conditions: Conditions, turn: Turn): Conditions {
  if (turn.phase === "end") return conditions.filter((event) => event !== turn.event);
  return turn.event.for === undefined ? conditions : [...conditions, turn.event];
}

/** True while an event of this kind lasts. */
export function lasts(conditions: Conditions, word: EventWord): boolean {
  return conditions.some((event) => event.event === word);
}

const faultOf: Partial<Record<EventWord, Fault>> = {
  "sensor-open": "open",
  "sensor-short": "short",
  "sensor-disconnected": "disconnected",
  "sensor-power-on": "power-on",
};

/** What a channel's sensor suffers from at present, or null; of several the latest. */
export function channelFault(conditions: Conditions, channel: string): Fault | null {
  const struck = conditions.findLast(
    (event) => faultOf[event.event] !== undefined && (event.channel ?? channel) === channel,
  );
  return struck === undefined ? null : (faultOf[struck.event] ?? null);
}
