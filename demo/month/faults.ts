import { seededRandom, type SeededRandom } from "@coldkeep/firmware-sim/random/random.ts";
import type { EventWord, ScenarioEvent } from "@coldkeep/firmware-sim/scenario/event.ts";
import { dayMs, type DurationMs, hourMs, minuteMs } from "@coldkeep/core/time/millis.ts";

/** A kind of fault: how many a month of 30 days strike one appliance, and how long one lasts. */
interface FaultKind {
  readonly event: EventWord;
  readonly perMonth: number;
  readonly from: DurationMs;
  readonly to: DurationMs;
}

const kinds: readonly FaultKind[] = [
  { event: "door-open", perMonth: 8, from: minuteMs, to: hourMs },
  { event: "compressor-dead", perMonth: 1.5, from: hourMs, to: 8 * hourMs },
  { event: "power-cut", perMonth: 2, from: 10 * minuteMs, to: 5 * hourMs },
  { event: "sensor-open", perMonth: 2, from: minuteMs, to: 2 * hourMs },
  { event: "sensor-short", perMonth: 1, from: minuteMs, to: 2 * hourMs },
  { event: "sensor-disconnected", perMonth: 1, from: minuteMs, to: hourMs },
  { event: "sensor-power-on", perMonth: 1, from: minuteMs, to: 20 * minuteMs },
  { event: "silence", perMonth: 2, from: 3 * minuteMs, to: 3 * hourMs },
  { event: "cable-pulled", perMonth: 1, from: 5 * minuteMs, to: 2 * hourMs },
  { event: "duplicate-sends", perMonth: 2, from: hourMs, to: 6 * hourMs },
  { event: "reordered-sends", perMonth: 2, from: hourMs, to: 6 * hourMs },
  { event: "garbage", perMonth: 2, from: 5 * minuteMs, to: hourMs },
  { event: "offline", perMonth: 2, from: 30 * minuteMs, to: 90 * minuteMs },
  { event: "offline", perMonth: 1, from: dayMs, to: dayMs },
  { event: "reboot", perMonth: 2, from: 0, to: 0 },
];

/** Clocks jump on devices that have one. Far ahead is refused by the server, a little ahead and all that is behind is taken. */
const clockJump: FaultKind = { event: "clock-jump", perMonth: 3, from: 20 * minuteMs, to: 6 * hourMs };
const jumps: readonly number[] = [-2 * hourMs, -30 * minuteMs, -90_500, 2 * minuteMs, 3 * hourMs];

/** An appliance that faults strike. */
export interface Target {
  readonly id: string;
  readonly transport: string;
}

/** All that happens to the appliances in `days` days, drawn from the seed; times count from the beginning. */
export function drawFaults(seed: number, days: number, targets: readonly Target[]): readonly ScenarioEvent[] {
  return targets.flatMap((target) => {
    const random = seededRandom(seed, `${target.id}/faults`);
    const mine = target.transport === "mqtt" ? [...kinds, clockJump] : kinds;
    return mine.flatMap((kind) => drawKind(kind, target.id, days, random));
  });
}

function drawKind(kind: FaultKind, appliance: string, days: number, random: SeededRandom): ScenarioEvent[] {
  const count = Math.floor((kind.perMonth * days) / 30 + random.next());
  return Array.from({ length: count }, (): ScenarioEvent => {
    const at = random.below(days * dayMs);
    const length = drawLength(kind, random);
    const event = { at, appliance, event: kind.event, ...(length === 0 ? {} : { for: length }) };
    return kind.event === "clock-jump" ? { ...event, by: jumps[random.below(jumps.length)] ?? 0 } : event;
  });
}

/** Short ones are more frequent than long ones: the logarithm is uniform. */
function drawLength({ from, to }: FaultKind, random: SeededRandom): DurationMs {
  return from === 0 ? 0 : Math.round(from * (to / from) ** random.next());
}

/** A span of simulated time, from the beginning on. */
export interface Outage {
  readonly from: DurationMs;
  readonly to: DurationMs;
}

/** Spans in which something does not work, `perMonth` of 30 days, each of a length between two; in order of time. */
export function drawOutages(
  random: SeededRandom,
  days: number,
  perMonth: number,
  from: DurationMs,
  to: DurationMs,
): Outage[] {
  const count = Math.floor((perMonth * days) / 30 + random.next());
  const outages = Array.from({ length: count }, () => {
    const begin = random.below(days * dayMs);
    return { from: begin, to: begin + Math.round(from + random.next() * (to - from)) };
  });
  return outages.toSorted((a, b) => a.from - b.from);
}

/** True while one of the spans lasts. */
export function isOut(outages: readonly Outage[], at: DurationMs): boolean {
  return outages.some(({ from, to }) => from <= at && at < to);
}
