import type { ChannelValue } from "../readings/sample.ts";
import { secondMs } from "../time/millis.ts";
import { type DeviceDialect, observationOf, parseText, presenceOf, refused } from "./device-message.ts";

/** Longest state of a sensor in bytes: a number as text. */
const stateBytesMax = 64;

/**
 * ESPHome: a topic for each sensor, the state as plain text, `nan` where the sensor failed. The topic prefix below `baseTopic` is the device, the
 * sensor's object id the channel. Messages carry no time.
 */
export function esphome(settings: { readonly baseTopic: string }): DeviceDialect {
  const base = settings.baseTopic === "" ? "" : `${settings.baseTopic}/`;
  return {
    filters: [`${base}+/sensor/+/state`, `${base}+/binary_sensor/+/state`, `${base}+/status`],
    timeResolutionMs: secondMs,
    tellsTime: false,
    tellsAtOnce: false,
    parse: (topic, payload) => {
      const rest = topic.startsWith(base) ? topic.slice(base.length) : "";
      const [, device, sensor, channel] =
        /^([^/]+)\/(?:(sensor|binary_sensor)\/([^/]+)\/state|status)$/.exec(rest) ?? [];
      if (device === undefined) return refused("mqtt.topic-unknown");
      const text = payload.byteLength > stateBytesMax ? null : parseText(payload);
      if (sensor === undefined || channel === undefined)
        return presenceOf(device, text === "online" ? true : text === "offline" ? false : null);
      const value = text === null ? null : sensor === "sensor" ? readState(text) : readSwitch(text);
      return value === null
        ? refused("mqtt.value-invalid")
        : observationOf(device, null, { [channel]: value });
    },
  };
}

function readState(text: string): ChannelValue | null {
  if (/^[+-]?nan$/i.test(text)) return "unspecified";
  if (!/^-?\d{1,15}(\.\d{1,15})?$/.test(text)) return null;
  return Number(text) + 0;
}

const readSwitch = (text: string): ChannelValue | null => (text === "ON" ? 1 : text === "OFF" ? 0 : null);
