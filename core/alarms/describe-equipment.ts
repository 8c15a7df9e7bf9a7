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

/** How long an agitator may stand still before people are called, unless the site says otherwise. */
export const agitatorDelayMs: DurationMs = 10 * minuteMs;

/** How long what an appliance tells may last before people are called; where it says nothing, the standard. */
export interface EquipmentDelays {
  readonly doorDelay?: DurationMs | undefined;
  readonly agitatorDelay?: DurationMs | undefined;
}

/** True for events about which people are called only when they last. */
export function hasDelay(kind: EventKind): boolean {
  return kind === "door" || kind === "agitator";
}

/** From when on people are called about an event that is active. `delays`: those of the appliance, undefined where none is known. */
export function calledFrom({ kind, at }: EquipmentEvent, delays: EquipmentDelays | undefined): EpochMs {
  if (kind === "door") return at + (delays?.doorDelay ?? doorDelayMs);
  if (kind === "agitator") return at + (delays?.agitatorDelay ?? agitatorDelayMs);
  return at;
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
  agitator: "agitator stopped",
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
  const figures = { of: "event", event: kind, since: at, isGateway: isGateway || kind === "buffer" } as const;
  return { subject, appliance, probe, severity: "warning", text, figures };
}
