import type { ChannelValue } from "../readings/sample.ts";
import { type EpochMs, secondMs } from "../time/millis.ts";
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
import { ds18b20, fahrenheit, temperature } from "./values.ts";

/** How Shelly devices are set up. */
export interface ShellySettings {
  /** What stands before the devices' ids in their topic prefix, without a slash at its end; empty as from the factory. */
  readonly baseTopic: string;
  /** Also take `<id>/status/<component>`, which carries no time. */
  readonly statusTopics: boolean;
}

/** From this component on a Shelly's temperatures are those of its add-on, which reads DS18B20. */
const addOnFrom = 100;

/**
 * Shelly devices of the second generation and later. Notifications carry only what changed; a full status now and then carries all.
 * Channels are named after the component, `temperature:0` is `temperature-0`.
 */
export function shelly(settings: ShellySettings): DeviceDialect {
  const base = settings.baseTopic === "" ? "" : `${settings.baseTopic}/`;
  return {
    filters: [
      `${base}+/events/rpc`,
      `${base}+/online`,
      ...(settings.statusTopics ? [`${base}+/status/+`] : []),
    ],
    timeResolutionMs: secondMs,
    tellsTime: true,
    tellsAtOnce: true,
    parse: (topic, payload) => {
      const match = topic.startsWith(base)
        ? /^([^/]+)\/(events\/rpc|online|status\/([^/]+))$/.exec(topic.slice(base.length))
        : null;
      const [, device, kind, component] = match ?? [];
      if (device === undefined || kind === undefined) return refused("mqtt.topic-unknown");
      if (kind === "online") return presenceOf(device, readOnline(payload));
      if (payload.byteLength > deviceMessageBytesMax) return refused("mqtt.too-long");
      const json = parseJson(payload);
      if (json === undefined) return refused("mqtt.not-json");
      if (!isObject(json)) return refused("mqtt.shape-invalid");
      return component === undefined
        ? parseNotification(device, json)
        : parseComponents(device, null, { [component]: json });
    },
  };
}

function readOnline(payload: Uint8Array): boolean | null {
  const word = parseText(payload.subarray(0, 16));
  return word === "true" ? true : word === "false" ? false : null;
}

function parseNotification(device: string, json: JsonObject): DeviceMessageResult {
  const method = member(json, "method");
  if (typeof method !== "string") return refused("mqtt.shape-invalid");
  if (method !== "NotifyStatus" && method !== "NotifyFullStatus") return nothing;
  const params = member(json, "params");
  if (!isObject(params)) return refused("mqtt.shape-invalid");
  const at = readTime(member(params, "ts"));
  return at === "invalid" ? refused("mqtt.at-invalid") : parseComponents(device, at, params);
}

/** `ts` in seconds with fractions; a device that has not heard of the time says null or a small number. */
function readTime(ts: unknown): EpochMs | null | "invalid" {
  if (ts === undefined || ts === null) return null;
  if (typeof ts !== "number") return "invalid";
  const at = Math.round(ts * secondMs);
  return Number.isSafeInteger(at) ? believed(at) : "invalid";
}

function parseComponents(device: string, at: EpochMs | null, params: JsonObject): DeviceMessageResult {
  const channels: Record<string, ChannelValue> = {};
  for (const [key, value] of Object.entries(params)) {
    const [, kind, number] = /^(temperature|devicepower|input):(\d{1,3})$/.exec(key) ?? [];
    if (kind === undefined || number === undefined) continue;
    if (!isObject(value)) return refused("mqtt.shape-invalid");
    const read = readers[kind]?.(value, Number(number));
    if (read === undefined || read === null) return refused("mqtt.channel-invalid");
    for (const [name, one] of Object.entries(read)) channels[`${name}-${number}`] = one;
  }
  return observationOf(device, at, channels);
}

/** Reads one component's status into channels without their number; null where a value is not of its kind. */
type ComponentReader = (status: JsonObject, number: number) => Record<string, ChannelValue> | null;

const readers: Readonly<Record<string, ComponentReader>> = {
  temperature: (status, number) => {
    const tC = member(status, "tC");
    const tF = member(status, "tF");
    const errors = member(status, "errors");
    if (Array.isArray(errors) && errors.length > 0)
      return { temperature: errors.includes("out_of_range") ? "range" : "unspecified" };
    if (tC === null || (tC === undefined && tF === null)) return { temperature: "unspecified" };
    if (tC === undefined && tF === undefined) return {};
    const celsius =
      typeof tC === "number" ? tC : tC === undefined && typeof tF === "number" ? fahrenheit(tF) : null;
    if (celsius === null) return null;
    return { temperature: number >= addOnFrom ? ds18b20(celsius) : temperature(celsius) };
  },
  devicepower: (status) => {
    const battery = member(status, "battery");
    const external = member(status, "external");
    const channels: Record<string, ChannelValue> = {};
    if (isObject(battery)) {
      const percent = member(battery, "percent");
      const volts = member(battery, "V");
      if (typeof percent === "number") channels["battery"] = percent;
      if (typeof volts === "number") channels["battery-volts"] = volts;
    }
    const present = isObject(external) ? member(external, "present") : undefined;
    if (typeof present === "boolean") channels["external-power"] = Number(present);
    return channels;
  },
  input: (status) => {
    const state = member(status, "state");
    return typeof state === "boolean" ? { input: Number(state) } : {};
  },
};
