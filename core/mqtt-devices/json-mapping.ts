import type { Fault } from "../readings/reading.ts";
import type { ChannelValue } from "../readings/sample.ts";
import { type EpochMs, parseInstant, secondMs } from "../time/millis.ts";
import {
  believed,
  type DeviceDialect,
  deviceMessageBytesMax,
  type DeviceMessageResult,
  observationOf,
  parseJson,
  parseText,
  presenceOf,
  refused,
} from "./device-message.ts";
import { pointedAt } from "./json-pointer.ts";
import { localInstant } from "./local-time.ts";
import { topicTemplate } from "./topic-template.ts";
import { fahrenheit, rounded, temperature } from "./values.ts";

/** How one channel is found in a message. */
export interface JsonChannel {
  /** JSON pointer to the value. */
  readonly pointer: string;
  /** The value is multiplied by this before anything else is made of it. */
  readonly scale: number;
  /** `C` and `F`: a temperature. `none`: the number as it is, for a battery or a contact. */
  readonly unit: "C" | "F" | "none";
  /** Values that mean a fault, as they stand in the message: `-127`, `ERR`. */
  readonly faults: Readonly<Record<string, Fault>>;
  /** Words that mean a number: `open: 1`. */
  readonly words: Readonly<Record<string, number>>;
}

/** How a message tells its time. */
export interface JsonTime {
  readonly pointer: string;
  readonly format: "iso" | "epoch-s" | "epoch-ms";
  /** The zone of times without one, an IANA name; null where each has its own. */
  readonly timeZone: string | null;
}

/** A mapping of JSON messages: see docs/protocols.md, "JSON of one's own". */
export interface JsonMapping {
  /** Topic template of the messages. */
  readonly topic: string;
  /** The device's name where the template has no place for it. */
  readonly device: string | null;
  readonly channels: Readonly<Record<string, JsonChannel>>;
  readonly time: JsonTime | null;
  readonly presence: { readonly topic: string; readonly online: string; readonly offline: string } | null;
}

/** Longest presence message in bytes. */
const presenceBytesMax = 1_024;

/** Messages in JSON of any form, read as a mapping says. A channel whose pointer points at nothing is not in the message. */
export function jsonMapping(mapping: JsonMapping): DeviceDialect {
  const values = topicTemplate(mapping.topic);
  const presence = mapping.presence === null ? null : topicTemplate(mapping.presence.topic);
  return {
    filters: [values.filter, ...(presence === null ? [] : [presence.filter])],
    timeResolutionMs: mapping.time?.format === "epoch-ms" ? 1 : secondMs,
    tellsTime: mapping.time !== null,
    tellsAtOnce: false,
    parse: (topic, payload) => {
      const present = presence?.match(topic);
      if (present !== undefined && mapping.presence !== null)
        return presenceOf(present ?? mapping.device ?? "", readPresence(mapping.presence, payload));
      const device = values.match(topic);
      if (device === undefined) return refused("mqtt.topic-unknown");
      return parse(mapping, device ?? mapping.device ?? "", payload);
    },
  };
}

function readPresence(
  words: { readonly online: string; readonly offline: string },
  payload: Uint8Array,
): boolean | null {
  const text = payload.byteLength > presenceBytesMax ? null : parseText(payload);
  return text === words.online ? true : text === words.offline ? false : null;
}

function parse(mapping: JsonMapping, device: string, payload: Uint8Array): DeviceMessageResult {
  if (payload.byteLength > deviceMessageBytesMax) return refused("mqtt.too-long");
  const json = parseJson(payload);
  if (json === undefined) return refused("mqtt.not-json");
  const at = mapping.time === null ? null : readTime(mapping.time, pointedAt(json, mapping.time.pointer));
  if (at === "invalid") return refused("mqtt.at-invalid");
  const channels: Record<string, ChannelValue> = {};
  for (const [name, channel] of Object.entries(mapping.channels)) {
    const value = pointedAt(json, channel.pointer);
    if (value === undefined) continue;
    const read = readValue(channel, value);
    if (read === null) return refused("mqtt.channel-invalid");
    channels[name] = read;
  }
  return observationOf(device, at, channels);
}

function readTime(time: JsonTime, value: unknown): EpochMs | null | "invalid" {
  if (value === undefined || value === null) return null;
  if (time.format === "iso") return typeof value === "string" ? readIso(value, time.timeZone) : "invalid";
  const number = typeof value === "string" ? decimal(value) : value;
  if (typeof number !== "number") return "invalid";
  const at = Math.round(time.format === "epoch-s" ? number * secondMs : number);
  return Number.isSafeInteger(at) ? believed(at) : "invalid";
}

function readIso(text: string, timeZone: string | null): EpochMs | null | "invalid" {
  const zoned = parseInstant(text);
  if (zoned !== null) return believed(zoned);
  if (timeZone === null) return "invalid";
  const read = localInstant(text, timeZone);
  if (read.ok) return believed(read.at);
  return read.why === "ambiguous" ? null : "invalid";
}

/** A value as the mapping reads it; null where it is neither a number nor one of its words. */
function readValue(channel: JsonChannel, value: unknown): ChannelValue | null {
  if (value === null) return "unspecified";
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return null;
  const text = String(value);
  if (Object.hasOwn(channel.faults, text)) return channel.faults[text] ?? null;
  if (Object.hasOwn(channel.words, text)) return channel.words[text] ?? null;
  if (typeof value === "boolean") return channel.unit === "none" ? Number(value) : null;
  if (/^[+-]?nan$/i.test(text)) return "unspecified";
  const number = typeof value === "number" ? value : decimal(text);
  if (number === null) return null;
  const scaled = channel.scale === 1 ? number : rounded(number * channel.scale);
  if (!Number.isFinite(scaled)) return null;
  if (channel.unit === "none") return scaled + 0;
  return temperature(channel.unit === "F" ? fahrenheit(scaled) : scaled);
}

/** A plain decimal as a number, else null. */
function decimal(text: string): number | null {
  return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : null;
}
