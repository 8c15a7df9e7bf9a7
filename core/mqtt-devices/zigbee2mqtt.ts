import type { ChannelValue } from "../readings/sample.ts";
import { type EpochMs, parseInstant, secondMs } from "../time/millis.ts";
import {
  believed,
  type DeviceDialect,
  deviceMessageBytesMax,
  type DeviceMessageResult,
  isObject,
  type JsonObject,
  member,
  nothing,
  observationOf,
  parseJson,
  parseText,
  presenceOf,
  refused,
} from "./device-message.ts";
import { temperature } from "./values.ts";

/** Under this name the presence of zigbee2mqtt itself is shown. */
export const bridgeDevice = "bridge";

/** Members that are temperatures in degrees Celsius: the sensor's own and those of devices with several. */
const temperatureName = /^(local_|device_)?temperature(_[A-Za-z0-9]{1,16})?$/;

/** Members that are true or false: a contact that is closed, a battery that is low. */
const contactNames: readonly string[] = ["contact", "battery_low"];

/**
 * zigbee2mqtt with JSON messages. The topic below `baseTopic` is the device's friendly name, which may have several levels. A message carries
 * all that zigbee2mqtt knows of the device; what was never reported is null and says nothing.
 */
export function zigbee2mqtt(settings: { readonly baseTopic: string }): DeviceDialect {
  const base = `${settings.baseTopic}/`;
  return {
    filters: [`${base}#`],
    timeResolutionMs: secondMs,
    tellsTime: true,
    tellsAtOnce: false,
    parse: (topic, payload) => {
      if (!topic.startsWith(base)) return refused("mqtt.topic-unknown");
      return parse(topic.slice(base.length), payload);
    },
  };
}

function parse(name: string, payload: Uint8Array): DeviceMessageResult {
  if (name === "bridge/state") return presenceOf(bridgeDevice, readPresence(payload));
  // Lists of the bridge, and what others ask of a device: neither comes from a sensor.
  if (name.startsWith("bridge/") || /\/(set|get)(\/|$)/.test(name)) return nothing;
  const availability = /^(.+)\/availability$/.exec(name)?.[1];
  if (availability !== undefined) return presenceOf(availability, readPresence(payload));
  if (payload.byteLength > deviceMessageBytesMax) return refused("mqtt.too-long");
  const json = parseJson(payload);
  if (json === undefined) return refused("mqtt.not-json");
  if (!isObject(json)) return refused("mqtt.shape-invalid");
  const at = readLastSeen(member(json, "last_seen"));
  if (at === "invalid") return refused("mqtt.at-invalid");
  const channels = readChannels(json);
  return channels === null ? refused("mqtt.channel-invalid") : observationOf(name, at, channels);
}

/** `online` or `offline`, plain or as `{"state": ...}`. */
function readPresence(payload: Uint8Array): boolean | null {
  const json = parseJson(payload);
  const word = isObject(json) ? member(json, "state") : parseText(payload.subarray(0, 16));
  return word === "online" ? true : word === "offline" ? false : null;
}

/** `last_seen` as zigbee2mqtt writes it: ISO 8601 with a zone, or epoch milliseconds, as a number or in quotes. */
function readLastSeen(value: unknown): EpochMs | null | "invalid" {
  if (value === undefined || value === null) return null;
  const epoch = typeof value === "string" && /^\d{12,14}$/.test(value) ? Number(value) : value;
  if (typeof epoch === "number") return Number.isSafeInteger(epoch) ? believed(epoch) : "invalid";
  const at = typeof epoch === "string" ? parseInstant(epoch) : null;
  return at === null ? "invalid" : believed(at);
}

function readChannels(json: JsonObject): Record<string, ChannelValue> | null {
  const channels: Record<string, ChannelValue> = {};
  for (const [name, value] of Object.entries(json)) {
    if (value === null) continue;
    if (temperatureName.test(name)) {
      if (typeof value !== "number") return null;
      channels[name] = temperature(value);
    } else if (name === "battery") {
      if (typeof value !== "number" || !(value >= 0 && value <= 100)) return null;
      channels[name] = value;
    } else if (contactNames.includes(name)) {
      if (typeof value !== "boolean") return null;
      channels[name] = Number(value);
    }
  }
  return channels;
}
