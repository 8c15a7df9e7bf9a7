import {
  dayMs,
  type DurationMs,
  type EpochMs,
  hourMs,
  minuteMs,
  secondMs,
} from "@coldkeep/core/time/millis.ts";
import type { SeededRandom } from "@coldkeep/firmware-sim/random/random.ts";

/** What goes wrong on the line, at the gateway and on the way to the server. `untilAt` is past where it has no length. */
export interface Fault {
  readonly kind:
    | "adapter-out"
    | "wires-cut"
    | "noise"
    | "device-reset"
    | "server-away"
    | "network-away"
    | "disk-full"
    | "gateway-kill"
    | "gateway-restart"
    | "box-power-cut"
    | "clock-jump"
    | "device-clock-jump";
  readonly fromAt: EpochMs;
  readonly untilAt: EpochMs;
  /** How far a clock jumps, ms; for noise the share of texts that it hits; for a reset the device. */
  readonly amount: number;
}

/** Devices on each medium. */
const devicesCount = 3;

/** How many of a fault a year has, how long they last, and how strong they are. */
interface Kind {
  readonly kind: Fault["kind"];
  readonly perYear: number;
  readonly leastMs: DurationMs;
  readonly mostMs: DurationMs;
  readonly amount?: (random: SeededRandom) => number;
}

const kinds: readonly Kind[] = [
  { kind: "adapter-out", perYear: 25, leastMs: minuteMs, mostMs: 2 * hourMs },
  { kind: "adapter-out", perYear: 6, leastMs: 2 * hourMs, mostMs: dayMs },
  { kind: "wires-cut", perYear: 20, leastMs: minuteMs, mostMs: 3 * hourMs },
  {
    kind: "noise",
    perYear: 40,
    leastMs: 10 * minuteMs,
    mostMs: 6 * hourMs,
    amount: (random) => 0.05 + 0.4 * random.next(),
  },
  {
    kind: "device-reset",
    perYear: 120,
    leastMs: 2 * secondMs,
    mostMs: 10 * minuteMs,
    amount: (random) => random.below(devicesCount),
  },
  { kind: "server-away", perYear: 60, leastMs: minuteMs, mostMs: 3 * hourMs },
  { kind: "network-away", perYear: 12, leastMs: hourMs, mostMs: dayMs },
  { kind: "gateway-kill", perYear: 60, leastMs: secondMs, mostMs: 5 * minuteMs },
  { kind: "gateway-restart", perYear: 20, leastMs: secondMs, mostMs: minuteMs },
  { kind: "box-power-cut", perYear: 10, leastMs: minuteMs, mostMs: 4 * hourMs },
  { kind: "device-clock-jump", perYear: 60, leastMs: 0, mostMs: 0, amount: jump },
  { kind: "clock-jump", perYear: 24, leastMs: 0, mostMs: 0, amount: jump },
];

function jump(random: SeededRandom): number {
  const size = random.next() < 0.5 ? random.below(20 * minuteMs) : random.below(8 * hourMs);
  return (random.next() < 0.5 ? -1 : 1) * (secondMs + size);
}

/** Draws the faults of so many days, and those that every run has: a week without the line, a week without the server, a full disk. */
export function drawFaults(random: SeededRandom, startAt: EpochMs, days: number): readonly Fault[] {
  const faults: Fault[] = [];
  const spanMs = days * dayMs;
  for (const { kind, perYear, leastMs, mostMs, amount } of kinds) {
    const count = Math.max(1, Math.round((perYear * days) / 365));
    for (let index = 0; index < count; index += 1) {
      const fromAt = startAt + hourMs + random.below(spanMs - hourMs);
      const untilAt = fromAt + leastMs + random.below(mostMs - leastMs + 1);
      faults.push({ kind, fromAt, untilAt, amount: amount?.(random) ?? 0 });
    }
  }
  const week = Math.min(7 * dayMs, Math.floor(spanMs / 5));
  const once = (kind: Fault["kind"], place: number, lengthMs: DurationMs): Fault => {
    const fromAt = startAt + Math.floor(place * spanMs);
    return { kind, fromAt, untilAt: fromAt + lengthMs, amount: 0 };
  };
  // A gateway that is away while devices begin anew: what a broker then keeps is of boots that nobody has heard.
  const away = once("box-power-cut", 0.75, week / 4);
  for (let part = 1; part <= 4 * devicesCount; part += 1) {
    const fromAt = away.fromAt + (part * (away.untilAt - away.fromAt)) / (4 * devicesCount + 1);
    faults.push({ kind: "device-reset", fromAt, untilAt: fromAt + minuteMs, amount: part % devicesCount });
  }
  faults.push(away);
  faults.push(
    once("adapter-out", 0.2, week),
    once("network-away", 0.55, week),
    once("disk-full", 0.4, 5 * hourMs),
  );
  return faults.toSorted((a, b) => a.fromAt - b.fromAt);
}
