import * as z from "zod";
import {
  channelPattern,
  channelsMax,
  type ChannelValue,
  counterMax,
  devicePattern,
  type DeviceSample,
  plausibleCelsius,
  uptimeMaxMs,
} from "../readings/sample.ts";
import { faultWords } from "../readings/reading.ts";
import { type EpochMs, parseInstant } from "../time/millis.ts";

/** Largest readings message in bytes. */
export const messageBytesMax = 16_384;

/** A device's sample as it came over MQTT: like the serial one, with the device's own time where it has a clock. */
export interface MqttSample extends DeviceSample {
  readonly at: EpochMs | null;
}

/** Why a message is refused; the codes are counted and listed in docs/errors.md. */
export type MessageErrorCode =
  | "mqtt.topic-unknown"
  | "mqtt.too-long"
  | "mqtt.not-json"
  | "mqtt.shape-invalid"
  | "mqtt.at-invalid"
  | "mqtt.channel-invalid"
  | "mqtt.retained";

/** The outcome of parsing one message: never an exception, whatever the bytes. */
export type MessageResult =
  | { readonly ok: true; readonly sample: MqttSample }
  | { readonly ok: false; readonly code: MessageErrorCode };

/** The shape of a readings message of the own dialect. See docs/protocols.md, "MQTT". */
export const readingsMessageSchema = z.object({
  boot: z.int().min(0).max(counterMax),
  sequence: z.int().min(0).max(counterMax),
  uptimeMs: z.int().min(0).max(uptimeMaxMs),
  at: z.string().optional(),
  channels: z.record(z.string(), z.union([z.number(), z.string()])),
});

/** Subscription that catches every device's readings. */
export const readingsFilter = "coldkeep/v1/+/readings";

/** Subscription that catches every device's presence. */
export const statusFilter = "coldkeep/v1/+/status";

/** The topic on which a device publishes its samples. */
export const readingsTopic = (device: string): string => `coldkeep/v1/${device}/readings`;

/** The topic that holds `online`, or after a lost connection the last will `offline`. Retained. */
export const statusTopic = (device: string): string => `coldkeep/v1/${device}/status`;

/** The device and the kind that a topic of the own dialect names, or null. */
export function parseTopic(topic: string): { device: string; kind: "readings" | "status" } | null {
  const match = /^coldkeep\/v1\/([^/]+)\/(readings|status)$/.exec(topic);
  const [, device, kind] = match ?? [];
  if (device === undefined || !devicePattern.test(device)) return null;
  return { device, kind: kind === "status" ? "status" : "readings" };
}

/** Parses a readings message. A retained one is refused: it is an old value told again, not a new reading. */
export function parseMessage(topic: string, payload: Uint8Array, retained: boolean): MessageResult {
  const refuse = (code: MessageErrorCode): MessageResult => ({ ok: false, code });
  const target = parseTopic(topic);
  if (target?.kind !== "readings") return refuse("mqtt.topic-unknown");
  if (retained) return refuse("mqtt.retained");
  if (payload.byteLength > messageBytesMax) return refuse("mqtt.too-long");
  const json = parseJson(payload);
  if (json === undefined) return refuse("mqtt.not-json");
  const parsed = readingsMessageSchema.safeParse(json);
  if (!parsed.success) return refuse("mqtt.shape-invalid");
  const { boot, sequence, uptimeMs } = parsed.data;
  const at = parsed.data.at === undefined ? null : parseInstant(parsed.data.at);
  if (parsed.data.at !== undefined && at === null) return refuse("mqtt.at-invalid");
  const channels = readChannels(parsed.data.channels);
  if (channels === null) return refuse("mqtt.channel-invalid");
  return { ok: true, sample: { device: target.device, boot, sequence, uptimeMs, at, channels } };
}

function readChannels(raw: Record<string, number | string>): Record<string, ChannelValue> | null {
  const entries = Object.entries(raw);
  if (entries.length === 0 || entries.length > channelsMax) return null;
  const channels: Record<string, ChannelValue> = {};
  for (const [name, value] of entries) {
    const read =
      typeof value === "number"
        ? plausibleCelsius(value)
        : (faultWords.find((word) => word === value) ?? null);
    if (!channelPattern.test(name) || read === null) return null;
    channels[name] = read;
  }
  return channels;
}

function parseJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
  } catch {
    return undefined;
  }
}
