import { type EpochMs, formatDuration } from "@coldkeep/core/time/millis.ts";
import type { EventWord, ScenarioEvent } from "./event.ts";
import type { Turn } from "./timeline.ts";

type Words = (event: ScenarioEvent, place: string) => string;

const begins: Record<EventWord, Words> = {
  "door-open": ({ appliance }) => `door of ${appliance} left open`,
  "compressor-dead": ({ appliance }) => `compressor of ${appliance} fails`,
  "power-cut": ({ appliance }) => `power of ${appliance} fails`,
  "agitator-stopped": ({ appliance }) => `agitator of ${appliance} stops`,
  "sensor-open": (event) => `${sensor(event)} breaks (open circuit)`,
  "sensor-short": (event) => `${sensor(event)} is shorted`,
  "sensor-disconnected": (event) => `${sensor(event)} is disconnected`,
  "sensor-power-on": (event) => `${sensor(event)} is stuck at its power-on value`,
  silence: ({ appliance }) => `device of ${appliance} falls silent`,
  "cable-pulled": ({ appliance }, place) => `cable of ${place} (${appliance}) pulled`,
  "clock-jump": ({ appliance, by = 0 }) =>
    `clock of ${appliance} jumps ${by < 0 ? "back" : "forward"} by ${formatDuration(Math.abs(by))}`,
  "duplicate-sends": ({ appliance }) => `device of ${appliance} sends everything twice`,
  "reordered-sends": ({ appliance }) => `device of ${appliance} sends out of order`,
  offline: ({ appliance }) => `device of ${appliance} has no connection`,
  garbage: ({ appliance }) => `device of ${appliance} sends garbage`,
  reboot: ({ appliance }) => `device of ${appliance} restarts`,
};

const ends: Record<EventWord, Words> = {
  "door-open": ({ appliance }) => `door of ${appliance} closed`,
  "compressor-dead": ({ appliance }) => `compressor of ${appliance} repaired`,
  "power-cut": ({ appliance }) => `power of ${appliance} back`,
  "agitator-stopped": ({ appliance }) => `agitator of ${appliance} moves again`,
  "sensor-open": (event) => `${sensor(event)} works again`,
  "sensor-short": (event) => `${sensor(event)} works again`,
  "sensor-disconnected": (event) => `${sensor(event)} works again`,
  "sensor-power-on": (event) => `${sensor(event)} works again`,
  silence: ({ appliance }) => `device of ${appliance} speaks again`,
  "cable-pulled": ({ appliance }, place) => `cable of ${place} (${appliance}) plugged in`,
  "clock-jump": ({ appliance }) => `clock of ${appliance} set right`,
  "duplicate-sends": ({ appliance }) => `device of ${appliance} sends everything once again`,
  "reordered-sends": ({ appliance }) => `device of ${appliance} sends in order again`,
  offline: ({ appliance }) => `device of ${appliance} is connected again and sends what it kept`,
  garbage: ({ appliance }) => `device of ${appliance} sends properly again`,
  reboot: ({ appliance }) => `device of ${appliance} is up again`,
};

/**
 * One line for the person who watches, such as `12:03:20 door of fridge-1 left open for 35 s`. `place` is the serial line or `MQTT`;
 * `timeZone` an IANA name.
 */
export function turnLine(turn: Turn, place: string, at: EpochMs, timeZone: string): string {
  const { event, phase } = turn;
  const length = event.for === undefined ? "" : ` for ${formatDuration(event.for)}`;
  const words =
    phase === "begin" ? begins[event.event](event, place) + length : ends[event.event](event, place);
  return `${wallTime(at, timeZone)} ${words}`;
}

/** The time of day as people read it, such as `12:03:20`. */
export function wallTime(at: EpochMs, timeZone: string): string {
  const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
  return zoned.toPlainTime().toString({ smallestUnit: "second" });
}

function sensor({ appliance, channel }: ScenarioEvent): string {
  return channel === undefined ? `sensor of ${appliance}` : `${channel} sensor of ${appliance}`;
}
