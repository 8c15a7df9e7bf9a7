import { channelPattern, channelsMax, type ChannelValue } from "../readings/sample.ts";
import type { DurationMs, EpochMs } from "../time/millis.ts";

/**
 * What a message of a device that is sold says: values of channels and, where the device has a clock that was set, their time. Channel values are degrees
 * Celsius for temperatures, percent or volts for batteries, 0 and 1 for contacts, or a fault word.
 */
export interface DeviceObservation {
  readonly device: string;
  /** The device's own time; null where the message tells none that can be believed. */
  readonly at: EpochMs | null;
  /** Only the channels that the message carries. */
  readonly channels: Readonly<Record<string, ChannelValue>>;
}

/** Whether a device is connected, as its last will or an availability message says. */
export interface DevicePresence {
  readonly device: string;
  readonly online: boolean;
}

/** Why a device's message is refused; the codes are counted and listed in docs/errors.md. */
export type DeviceMessageErrorCode =
  | "mqtt.topic-unknown"
  | "mqtt.too-long"
  | "mqtt.not-json"
  | "mqtt.shape-invalid"
  | "mqtt.at-invalid"
  | "mqtt.channel-invalid"
  | "mqtt.device-invalid"
  | "mqtt.value-invalid";

/**
 * The outcome of parsing one message: never an exception, whatever the bytes. Both lists may be empty: messages of a lamp, or settings, say
 * nothing that is measured.
 */
export type DeviceMessageResult =
  | {
      readonly ok: true;
      readonly observations: readonly DeviceObservation[];
      readonly presence: readonly DevicePresence[];
    }
  | { readonly ok: false; readonly code: DeviceMessageErrorCode };

/** How one kind of device speaks over MQTT: a pure parser and what must be subscribed to. */
export interface DeviceDialect {
  /** Topic filters of the subscriptions. */
  readonly filters: readonly string[];
  /** How coarse the device's own times are. Unit ms. */
  readonly timeResolutionMs: DurationMs;
  /** True where messages can carry the device's own time. */
  readonly tellsTime: boolean;
  /**
   * True where a device says at once what it measures, with the time of that moment: what has not waited anywhere and still tells another time
   * comes from a clock that is wrong.
   */
  readonly tellsAtOnce: boolean;
  readonly parse: (topic: string, payload: Uint8Array) => DeviceMessageResult;
}

/** Largest message of a device in bytes. A full status of a Shelly has some 3 KiB. */
export const deviceMessageBytesMax = 65_536;

/** Longest name of a device in characters. */
export const deviceNameMax = 128;

/**
 * Names of devices that are sold: one or more topic levels of printable characters, since people give their sensors names such as
 * `Bloedbank/Koelkast 1`.
 */
export const deviceNamePattern = /^[^\p{C}+#/]+(?:\/[^\p{C}+#/]+)*$/u;

/** A clock that shows a time before this has not been set: 2020-01-01. */
export const clockSetFromMs: EpochMs = 1_577_836_800_000;

/** The device's time where its clock has been set, else null. */
export function believed(at: EpochMs): EpochMs | null {
  return at >= clockSetFromMs ? at : null;
}

/** A refusal. */
export const refused = (code: DeviceMessageErrorCode): DeviceMessageResult => ({ ok: false, code });

/** A message that is in order and says nothing that is measured. */
export const nothing: DeviceMessageResult = { ok: true, observations: [], presence: [] };

/** A message about being connected. */
export function presenceOf(device: string, online: boolean | null): DeviceMessageResult {
  if (!isDeviceName(device)) return refused("mqtt.device-invalid");
  if (online === null) return refused("mqtt.value-invalid");
  return { ok: true, observations: [], presence: [{ device, online }] };
}

/** A message with values; one without channels says nothing. */
export function observationOf(
  device: string,
  at: EpochMs | null,
  channels: Readonly<Record<string, ChannelValue>>,
): DeviceMessageResult {
  if (!isDeviceName(device)) return refused("mqtt.device-invalid");
  const names = Object.keys(channels);
  if (names.length === 0) return nothing;
  if (names.length > channelsMax || !names.every((name) => channelPattern.test(name)))
    return refused("mqtt.channel-invalid");
  return { ok: true, observations: [{ device, at, channels }], presence: [] };
}

/** True where a device may be called so. */
export function isDeviceName(name: string): boolean {
  return name.length <= deviceNameMax && deviceNamePattern.test(name);
}

/** A payload as JSON, or undefined where it is not UTF-8 JSON. */
export function parseJson(payload: Uint8Array): unknown {
  const text = parseText(payload);
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A payload as text, or null where it is not UTF-8. */
export function parseText(payload: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(payload);
  } catch {
    return null;
  }
}

/** A JSON object: what `JSON.parse` gave, or a part of it. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Narrows to a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A member of a JSON object that is its own, not one of its prototype; undefined where there is none. */
export function member(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
