import type { EventKind } from "../contract/events.ts";
import { type DurationMs, type EpochMs, minuteMs } from "../time/millis.ts";
import { type AlarmFacts, localTime } from "./describe.ts";

/** What an appliance or a device told of itself at an instant of event time. */
export interface EquipmentEvent {
  readonly subject: string;
  readonly kind: EventKind;
  /** True where what calls for a person is so from then on. */
  readonly active: boolean;
  readonly at: EpochMs;
}

/** How long a door may stand open before people are called, unless the site says otherwise. */
export const doorDelayMs: DurationMs = 3 * minuteMs;

/** From when on people are called about an event that is active. `doorDelay`: that of the appliance, null where none is known. */
export function calledFrom({ kind, at }: EquipmentEvent, doorDelay: DurationMs | null): EpochMs {
  return kind === "door" ? at + (doorDelay ?? doorDelayMs) : at;
}

/** True where an event says how things stand by now: what happened later by event time stands, whatever arrives last; at one instant what is active. */
export function supersedes(event: EquipmentEvent, known: EquipmentEvent | undefined): boolean {
  return known === undefined || !(known.at > event.at || (known.at === event.at && known.active));
}

/** What an event is about. `name` is the appliance's as it fits into a message, null where the subject is a device or a gateway. */
export interface EquipmentPlace {
  readonly name: string | null;
  readonly appliance: string | null;
  readonly probe: string | null;
  readonly isGateway: boolean;
  readonly timeZone: string;
}

const whats: Readonly<Record<EventKind, string>> = {
  power: "power lost",
  door: "door open",
  battery: "battery low",
  clock: "clock off",
  buffer: "buffer nearly full",
};

/** What an alarm about an event says. Server and gateways say the same. */
export function describeEquipment(
  { subject, kind, at }: EquipmentEvent,
  { name, appliance, probe, isGateway, timeZone }: EquipmentPlace,
): AlarmFacts {
  const device = `${isGateway || kind === "buffer" ? "gateway" : "device"} ${subject}`;
  const since = `since ${localTime(at, timeZone)}`;
  const text =
    name !== null
      ? `${name}: ${whats[kind]} ${since}${probe === null ? "" : ` (probe ${probe})`}`
      : kind === "clock"
        ? `Clock of ${device} off ${since}`
        : `${device[0]?.toUpperCase() ?? ""}${device.slice(1)}: ${whats[kind]} ${since}`;
  return { subject, appliance, probe, severity: "warning", text };
}
