import { channelPattern, type ChannelValue } from "../readings/sample.ts";
import { type EpochMs, parseInstant, secondMs } from "../time/millis.ts";
import {
  believed,
  type DeviceDialect,
  deviceMessageBytesMax,
  type DeviceMessageResult,
  isObject,
  type JsonObject,
  member,
  observationOf,
  parseJson,
  parseText,
  presenceOf,
  refused,
} from "./device-message.ts";
import { localInstant } from "./local-time.ts";
import { ds18b20, fahrenheit, temperature } from "./values.ts";

/** How Tasmota devices are set up. */
export interface TasmotaSettings {
  /** Tasmota's own setting: where prefix and topic stand, e.g. `%prefix%/%topic%/`. */
  readonly fullTopic: string;
  /** The zone of the devices' clocks, an IANA name. Without it `Time`, which names no zone, is nobody's time. */
  readonly timeZone: string | null;
}

/** `FullTopic` as Tasmota has it from the factory. */
export const fullTopicDefault = "%prefix%/%topic%/";

/** True where `fullTopic` has both places, each once, `%topic%` as a level of its own. */
export function isFullTopic(fullTopic: string): boolean {
  const levels = fullTopic.replace(/\/$/, "").split("/");
  const places = ["%prefix%", "%topic%"];
  return (
    places.every((place) => levels.filter((level) => level === place).length === 1) &&
    levels.every((level) => places.includes(level) || /^[^%+#\p{C}]+$/u.test(level))
  );
}

/** Sensors of Dallas' kind, whose values that are no temperatures are known. */
const dallasName = /^(DS18\w*|DS1820|MAX31850)(-\d+)?$/;

/** Members of a sensor's object that are temperatures. */
const temperatureMember = /^Temperature\d{0,2}$/;

/**
 * Tasmota's telemetry (`SENSOR`) and last will (`LWT`). A sensor that tells its address (`Id`) gives the channel its name, `DS18B20-<Id>`, since the
 * numbers of `DS18B20-1`, `-2` move when a sensor fails; others are called as Tasmota calls them.
 */
export function tasmota(settings: TasmotaSettings): DeviceDialect {
  const levels = settings.fullTopic.replace(/\/$/, "").replace("%prefix%", "tele").split("/");
  const place = levels.indexOf("%topic%");
  const filter = levels.with(place, "+").join("/");
  return {
    filters: [`${filter}/SENSOR`, `${filter}/LWT`],
    timeResolutionMs: secondMs,
    tellsTime: true,
    tellsAtOnce: true,
    parse: (topic, payload) => {
      const parts = topic.split("/");
      const device = parts[place] ?? "";
      const kind = parts.pop() ?? "";
      if (parts.join("/") !== levels.with(place, device).join("/")) return refused("mqtt.topic-unknown");
      if (kind === "LWT") return presenceOf(device, readWill(payload));
      if (kind !== "SENSOR") return refused("mqtt.topic-unknown");
      return parseSensor(device, payload, settings.timeZone);
    },
  };
}

function readWill(payload: Uint8Array): boolean | null {
  const word = parseText(payload.subarray(0, 16));
  return word === "Online" ? true : word === "Offline" ? false : null;
}

function parseSensor(device: string, payload: Uint8Array, timeZone: string | null): DeviceMessageResult {
  if (payload.byteLength > deviceMessageBytesMax) return refused("mqtt.too-long");
  const json = parseJson(payload);
  if (json === undefined) return refused("mqtt.not-json");
  if (!isObject(json)) return refused("mqtt.shape-invalid");
  const unit = member(json, "TempUnit") ?? "C";
  if (unit !== "C" && unit !== "F") return refused("mqtt.shape-invalid");
  const at = readTime(json, timeZone);
  if (at === "invalid") return refused("mqtt.at-invalid");
  const channels = readChannels(json, unit);
  return channels === null ? refused("mqtt.channel-invalid") : observationOf(device, at, channels);
}

/** `Epoch` (seconds, with Tasmota's `Time 2`) before `Time`, which is epoch seconds too (`Time 3`) or local time. */
function readTime(json: JsonObject, timeZone: string | null): EpochMs | null | "invalid" {
  const epoch = member(json, "Epoch");
  const time = member(json, "Time");
  const seconds = typeof epoch === "number" ? epoch : time;
  if (typeof seconds === "number")
    return Number.isSafeInteger(seconds) ? believed(seconds * secondMs) : "invalid";
  if (time === undefined || time === null) return null;
  if (typeof time !== "string") return "invalid";
  const zoned = parseInstant(time);
  if (zoned !== null) return believed(zoned);
  const read = localInstant(time, timeZone ?? "UTC");
  if (!read.ok) return read.why === "invalid" ? "invalid" : null;
  return timeZone === null ? null : believed(read.at);
}

function readChannels(json: JsonObject, unit: "C" | "F"): Record<string, ChannelValue> | null {
  const channels: Record<string, ChannelValue> = {};
  for (const [name, value] of Object.entries(json)) {
    if (isObject(value)) {
      if (!readSensor(name, value, unit, channels)) return null;
    } else if (/^Switch\d{1,2}$/.test(name)) {
      if (value !== "ON" && value !== "OFF") return null;
      channels[name] = Number(value === "ON");
    }
  }
  return channels;
}

/** Adds the temperatures of one sensor's object; false where one of them is none. */
function readSensor(
  name: string,
  sensor: JsonObject,
  unit: "C" | "F",
  channels: Record<string, ChannelValue>,
): boolean {
  for (const [key, value] of Object.entries(sensor)) {
    if (!temperatureMember.test(key)) continue;
    const channel = `${channelName(name, member(sensor, "Id"))}${key.slice("Temperature".length)}`;
    // A name that no channel may have cannot be mapped either.
    if (!channelPattern.test(channel)) continue;
    if (value === null) channels[channel] = "unspecified";
    else if (typeof value !== "number") return false;
    else {
      const celsius = unit === "F" ? fahrenheit(value) : value;
      channels[channel] = dallasName.test(name) ? ds18b20(celsius) : temperature(celsius);
    }
  }
  return true;
}

function channelName(name: string, id: unknown): string {
  if (typeof id !== "string" || !dallasName.test(name)) return name;
  const addressed = `${name.replace(/-\d+$/, "")}-${id}`;
  return channelPattern.test(addressed) ? addressed : name;
}
